// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffmcodecs.h"

#include "core/media/avptr.h"

#include <algorithm>

namespace aspersor::media {

namespace {

constexpr FfmCodec video(std::uint32_t id, AVCodecID codec)
{
    return {id, TrackKind::Video, codec};
}
constexpr FfmCodec audio(std::uint32_t id, AVCodecID codec)
{
    return {id, TrackKind::Audio, codec};
}

constexpr FfmCodec codecs[] = {
    video(1, AV_CODEC_ID_MPEG1VIDEO),
    video(2, AV_CODEC_ID_MPEG2VIDEO),
    video(5, AV_CODEC_ID_H263),
    video(8, AV_CODEC_ID_MJPEG),
    video(13, AV_CODEC_ID_MPEG4),
    video(14, AV_CODEC_ID_RAWVIDEO),
    video(17, AV_CODEC_ID_MSMPEG4V3),
    video(19, AV_CODEC_ID_WMV2),
    video(22, AV_CODEC_ID_FLV1),
    video(28, AV_CODEC_ID_H264),
    video(27, AV_CODEC_ID_H264), // as releases after 3.3 count it; read only, as it comes second
    video(31, AV_CODEC_ID_THEORA),
    video(140, AV_CODEC_ID_VP8),
    video(168, AV_CODEC_ID_VP9),
    video(174, AV_CODEC_ID_HEVC),
    audio(0x10000, AV_CODEC_ID_PCM_S16LE),
    audio(0x10006, AV_CODEC_ID_PCM_MULAW),
    audio(0x10007, AV_CODEC_ID_PCM_ALAW),
    audio(0x12000, AV_CODEC_ID_AMR_NB),
    audio(0x15000, AV_CODEC_ID_MP2),
    audio(0x15001, AV_CODEC_ID_MP3),
    audio(0x15002, AV_CODEC_ID_AAC),
    audio(0x15003, AV_CODEC_ID_AC3),
    audio(0x15005, AV_CODEC_ID_VORBIS),
    audio(0x15008, AV_CODEC_ID_WMAV2),
    audio(0x1500c, AV_CODEC_ID_FLAC),
    audio(0x15024, AV_CODEC_ID_SPEEX),
    audio(0x1503d, AV_CODEC_ID_OPUS),
};

template <typename Value>
std::optional<FfmCodec> find(Value FfmCodec::*field, Value value)
{
    const auto *found = std::ranges::find(codecs, value, field);
    return found == std::end(codecs) ? std::nullopt : std::optional(*found);
}

} // namespace

std::optional<FfmCodec> ffmCodec(std::uint32_t id)
{
    return find(&FfmCodec::id, id);
}

std::optional<FfmCodec> ffmCodecOf(int codecId)
{
    return find(&FfmCodec::codecId, codecId);
}

} // namespace aspersor::media
