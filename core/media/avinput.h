// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avptr.h"
#include "core/media/bytesource.h"

#include <optional>

namespace aspersor::media {

/// libav's view of a ByteSource: an AVIOContext that pulls from it, and the input context over that.
class AvInput
{
public:
    explicit AvInput(ByteSource &source);

    /// Opens `format` ("" probes). `configure` sets what must be set before opening.
    template <typename Configure>
    [[nodiscard]] Result<void> open(const std::string &format, AVDictionary *options, Configure configure)
    {
        AVFormatContext *raw = avformat_alloc_context();
        if (!raw || !m_io)
            return avFailure("avformat_alloc_context", AVERROR(ENOMEM));
        raw->pb = m_io.get();
        configure(*raw);
        const AVInputFormat *input = format.empty() ? nullptr : av_find_input_format(format.c_str());
        // On failure avformat_open_input() frees the context itself, so `raw` is owned only after it.
        const int code = avformat_open_input(&raw, "", input, &options);
        FreeDictionary{}(options);
        if (code < 0)
            return m_error ? tl::unexpected<Error>(*m_error)
                           : failure(Error::Kind::BadRequest, avMessage("avformat_open_input", code));
        m_context.reset(raw);
        if (m_error) // a demuxer may take an error of its source for the end of a header
            return tl::unexpected<Error>(*m_error);
        return {};
    }

    [[nodiscard]] AVFormatContext &context() { return *m_context; }
    /// Why the source ended; nothing at its regular end or while it goes on.
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }
    [[nodiscard]] bool ended() const { return m_ended; }
    [[nodiscard]] std::uint64_t bytesRead() const { return m_bytesRead; }

private:
    static int readCallback(void *self, std::uint8_t *into, int size);
    static std::int64_t seekCallback(void *self, std::int64_t offset, int whence);

    ByteSource &m_source;
    std::optional<Error> m_error;
    bool m_ended = false;
    std::int64_t m_position = 0; // of a source that can seek
    std::uint64_t m_bytesRead = 0;
    IoContext m_io; // must outlive the context
    InputContext m_context;
};

} // namespace aspersor::media
