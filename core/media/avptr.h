// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <memory>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
}

/// RAII over libav's C handles: the only place with their deleters. Include from .cpp files only.
namespace aspersor::media {

template <auto freeFunction>
struct FreeByAddress { // libav's free functions take T** and null the pointer
    template <typename T>
    void operator()(T *handle) const noexcept
    {
        freeFunction(&handle);
    }
};
struct FreeIo { // libav may have replaced the buffer: free the current one
    void operator()(AVIOContext *io) const noexcept
    {
        av_freep(static_cast<void *>(&io->buffer));
        avio_context_free(&io);
    }
};
struct FreeOutput {
    void operator()(AVFormatContext *context) const noexcept { avformat_free_context(context); }
};
struct FreeParser {
    void operator()(AVCodecParserContext *parser) const noexcept { av_parser_close(parser); }
};
struct FreeDictionary {
    void operator()(AVDictionary *dictionary) const noexcept { av_dict_free(&dictionary); }
};

using AvPacket = std::unique_ptr<AVPacket, FreeByAddress<av_packet_free>>;
using AvFrame = std::unique_ptr<AVFrame, FreeByAddress<av_frame_free>>;
using CodecContext = std::unique_ptr<AVCodecContext, FreeByAddress<avcodec_free_context>>;
using CodecParameters = std::unique_ptr<AVCodecParameters, FreeByAddress<avcodec_parameters_free>>;
using BitstreamFilter = std::unique_ptr<AVBSFContext, FreeByAddress<av_bsf_free>>;
using InputContext = std::unique_ptr<AVFormatContext, FreeByAddress<avformat_close_input>>;
using OutputContext = std::unique_ptr<AVFormatContext, FreeOutput>;
using IoContext = std::unique_ptr<AVIOContext, FreeIo>;
using Parser = std::unique_ptr<AVCodecParserContext, FreeParser>;

/// "avformat_open_input: Invalid data found when processing input"
[[nodiscard]] std::string avMessage(const std::string &function, int code);
[[nodiscard]] inline tl::unexpected<Error> avFailure(const std::string &function, int code)
{
    return failure(Error::Kind::Libav, avMessage(function, code));
}

} // namespace aspersor::media
