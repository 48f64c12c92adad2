// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/trackencoder.h"

namespace aspersor::media {

namespace {

#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)

template <typename T>
std::span<const T> supported(const AVCodec &codec, AVCodecConfig what)
{
    const void *list = nullptr;
    int count = 0;
    if (avcodec_get_supported_config(nullptr, &codec, what, 0, &list, &count) < 0 || !list)
        return {};
    return {static_cast<const T *>(list), static_cast<std::size_t>(count)};
}

#else

template <typename T, typename IsEnd>
std::span<const T> upTo(const T *list, IsEnd isEnd)
{
    std::size_t count = 0;
    while (list && !isEnd(list[count]))
        ++count;
    return {list, count};
}

#endif

} // namespace

#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)

std::span<const AVPixelFormat> pixelFormatsOf(const AVCodec &codec)
{
    return supported<AVPixelFormat>(codec, AV_CODEC_CONFIG_PIX_FORMAT);
}
std::span<const AVRational> frameRatesOf(const AVCodec &codec)
{
    return supported<AVRational>(codec, AV_CODEC_CONFIG_FRAME_RATE);
}
std::span<const AVSampleFormat> sampleFormatsOf(const AVCodec &codec)
{
    return supported<AVSampleFormat>(codec, AV_CODEC_CONFIG_SAMPLE_FORMAT);
}
std::span<const int> sampleRatesOf(const AVCodec &codec)
{
    return supported<int>(codec, AV_CODEC_CONFIG_SAMPLE_RATE);
}
std::span<const AVChannelLayout> channelLayoutsOf(const AVCodec &codec)
{
    return supported<AVChannelLayout>(codec, AV_CODEC_CONFIG_CHANNEL_LAYOUT);
}

#else

std::span<const AVPixelFormat> pixelFormatsOf(const AVCodec &codec)
{
    return upTo(codec.pix_fmts, [](AVPixelFormat format) { return format == AV_PIX_FMT_NONE; });
}
std::span<const AVRational> frameRatesOf(const AVCodec &codec)
{
    return upTo(codec.supported_framerates, [](AVRational rate) { return rate.num == 0; });
}
std::span<const AVSampleFormat> sampleFormatsOf(const AVCodec &codec)
{
    return upTo(codec.sample_fmts, [](AVSampleFormat format) { return format == AV_SAMPLE_FMT_NONE; });
}
std::span<const int> sampleRatesOf(const AVCodec &codec)
{
    return upTo(codec.supported_samplerates, [](int rate) { return rate == 0; });
}
std::span<const AVChannelLayout> channelLayoutsOf(const AVCodec &codec)
{
    return upTo(codec.ch_layouts, [](const AVChannelLayout &layout) { return layout.nb_channels == 0; });
}

#endif

} // namespace aspersor::media
