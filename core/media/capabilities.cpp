// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/capabilities.h"

#include "core/media/avptr.h"
#include "core/media/ffm.h"

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/parseutils.h>
#include <libavutil/pixdesc.h>
}

namespace aspersor::media {

namespace {

AVMediaType mediaType(TrackKind kind)
{
    return kind == TrackKind::Video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
}

template <typename Visit>
void forEachEncoder(TrackKind kind, Visit visit)
{
    void *place = nullptr;
    while (const AVCodec *codec = av_codec_iterate(&place)) {
        if (av_codec_is_encoder(codec) && codec->type == mediaType(kind))
            visit(*codec);
    }
}

/// Options of the encoder itself and of all encoders; fit to be set, not to encode.
CodecContext contextOf(const std::string &encoder)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(encoder.c_str());
    return CodecContext(codec ? avcodec_alloc_context3(codec) : nullptr);
}

} // namespace

std::string encoderFor(const std::string &name, TrackKind kind)
{
    const AVCodec *exact = avcodec_find_encoder_by_name(name.c_str());
    if (exact)
        return exact->type == mediaType(kind) ? exact->name : std::string();
    const AVCodecDescriptor *codec = avcodec_descriptor_get_by_name(name.c_str());
    std::string first;
    forEachEncoder(kind, [&](const AVCodec &encoder) {
        const bool isTrial = (encoder.capabilities & AV_CODEC_CAP_EXPERIMENTAL) != 0;
        if (codec && encoder.id == codec->id && !isTrial && first.empty())
            first = encoder.name;
    });
    return first;
}

std::vector<std::string> encoderNames(TrackKind kind)
{
    std::vector<std::string> names;
    forEachEncoder(kind, [&](const AVCodec &encoder) { names.emplace_back(encoder.name); });
    return names;
}

int codecOfEncoder(const std::string &encoder)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(encoder.c_str());
    return codec ? codec->id : AV_CODEC_ID_NONE;
}

bool demuxerExists(const std::string &name)
{
    return name == ffmFormat || av_find_input_format(name.c_str()) != nullptr;
}

bool pixelFormatExists(const std::string &name)
{
    return av_get_pix_fmt(name.c_str()) != AV_PIX_FMT_NONE;
}

OptionVerdict checkOption(const std::string &encoder, const std::string &option, const std::string &value)
{
    const CodecContext context = contextOf(encoder);
    if (!context)
        return OptionVerdict::Unknown;
    context->log_level_offset = AV_LOG_TRACE; // the verdict says it all
    const int code = av_opt_set(context.get(), option.c_str(), value.c_str(), AV_OPT_SEARCH_CHILDREN);
    if (code == AVERROR_OPTION_NOT_FOUND)
        return OptionVerdict::Unknown;
    return code < 0 ? OptionVerdict::BadValue : OptionVerdict::Fits;
}

std::vector<std::string> optionNames(const std::string &encoder)
{
    std::vector<std::string> names;
    const CodecContext context = contextOf(encoder);
    const auto add = [&](void *object) {
        const AVOption *option = nullptr;
        while (object && (option = av_opt_next(object, option))) {
            if (option->type != AV_OPT_TYPE_CONST)
                names.emplace_back(option->name);
        }
    };
    if (context) {
        add(context.get());
        if (context->codec->priv_class)
            add(context->priv_data);
    }
    return names;
}

std::optional<std::pair<int, int>> parseVideoSize(const std::string &text)
{
    // libav takes any character between the numbers.
    if (text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") != std::string::npos)
        return std::nullopt;
    std::pair<int, int> size;
    if (av_parse_video_size(&size.first, &size.second, text.c_str()) < 0)
        return std::nullopt;
    return size;
}

std::optional<std::pair<int, int>> parseFrameRate(const std::string &text)
{
    AVRational rate{};
    if (av_parse_video_rate(&rate, text.c_str()) < 0)
        return std::nullopt;
    return std::pair(rate.num, rate.den);
}

} // namespace aspersor::media
