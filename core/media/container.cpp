// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/container.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace aspersor::media {

namespace {

constexpr AVRational fallbackFrameRate{30, 1};
constexpr std::int64_t decoderBufferBits = std::int64_t{4} * 1024 * 1024 * 8;
// Fragments are numbered on from muxer to muxer; a muxer that writes more of them overlaps, which nobody
// minds.
constexpr std::uint32_t fragmentsOfAMuxer = 1U << 22;
constexpr std::uint32_t fragmentNumbers = 500; // * fragmentsOfAMuxer is within an int

bool isOneOf(std::string_view name, std::initializer_list<std::string_view> names)
{
    return std::ranges::find(names, name) != names.end();
}

bool isProgramStream(std::string_view muxer)
{
    return isOneOf(muxer, {"mpeg", "vob", "dvd", "svcd", "vcd"});
}

bool isIsoMedia(std::string_view muxer)
{
    return isOneOf(muxer, {"mp4", "mov", "3gp", "3g2", "ipod"});
}

/// The codecs of a container where libav has no table of them, or too large a one.
struct Codecs {
    std::string_view muxer;
    std::array<int, 9> ids; // AVCodecID; 0 ends it
};
constexpr std::array programStream{AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_H264,
                                   AV_CODEC_ID_MP2,        AV_CODEC_ID_MP3,        AV_CODEC_ID_AC3};
constexpr auto codecTable = std::to_array<Codecs>({
    {"ogg",
     {AV_CODEC_ID_THEORA, AV_CODEC_ID_VP8, AV_CODEC_ID_VORBIS, AV_CODEC_ID_OPUS, AV_CODEC_ID_FLAC,
      AV_CODEC_ID_SPEEX}},
    {"ogv",
     {AV_CODEC_ID_THEORA, AV_CODEC_ID_VP8, AV_CODEC_ID_VORBIS, AV_CODEC_ID_OPUS, AV_CODEC_ID_FLAC,
      AV_CODEC_ID_SPEEX}},
    {"oga", {AV_CODEC_ID_VORBIS, AV_CODEC_ID_OPUS, AV_CODEC_ID_FLAC, AV_CODEC_ID_SPEEX}},
    {"opus", {AV_CODEC_ID_OPUS}},
    {"spx", {AV_CODEC_ID_SPEEX}},
    {"mp3", {AV_CODEC_ID_MP3}},
    {"mp2", {AV_CODEC_ID_MP2}},
    {"adts", {AV_CODEC_ID_AAC}},
    {"h264", {AV_CODEC_ID_H264}},
    {"hevc", {AV_CODEC_ID_HEVC}},
    {"mpeg1video", {AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO}},
    {"mjpeg", {AV_CODEC_ID_MJPEG}},
    {"wav",
     {AV_CODEC_ID_PCM_S16LE, AV_CODEC_ID_PCM_U8, AV_CODEC_ID_PCM_S24LE, AV_CODEC_ID_PCM_S32LE,
      AV_CODEC_ID_PCM_F32LE, AV_CODEC_ID_PCM_ALAW, AV_CODEC_ID_PCM_MULAW}},
    {"au",
     {AV_CODEC_ID_PCM_S16BE, AV_CODEC_ID_PCM_S8, AV_CODEC_ID_PCM_S24BE, AV_CODEC_ID_PCM_S32BE,
      AV_CODEC_ID_PCM_ALAW, AV_CODEC_ID_PCM_MULAW}},
    {"rm", {AV_CODEC_ID_RV10, AV_CODEC_ID_AC3}},
});

} // namespace

AVDictionary *liveOptions(const std::string &muxer, const Muxer::Options &options)
{
    AVDictionary *dictionary = nullptr;
    const auto set = [&](const char *key, const char *value) { av_dict_set(&dictionary, key, value, 0); };
    const auto setNumber = [&](const char *key, std::uint32_t value) {
        av_dict_set_int(&dictionary, key, value, 0);
    };
    if (muxer == "mpegts") {
        set("pes_payload_size", "0"); // do not gather audio frames
        set("mpegts_copyts", "1");
        if (options.predecessors > 0) {
            // The tables of a new version, and every PID announces that something ended.
            setNumber("tables_version", options.predecessors & 0x1f);
            set("mpegts_flags", "+initial_discontinuity");
        }
    } else if (muxer == "flv") {
        set("flvflags", "no_duration_filesize+no_sequence_end");
    } else if (muxer == "matroska" || muxer == "webm") {
        set("live", "1");
        set("write_crc32", "0");
    } else if (isIsoMedia(muxer)) {
        set("movflags", "frag_custom+empty_moov+default_base_moof+frag_discont+skip_trailer");
        set("use_editlist", "0");
        setNumber("fragment_index", 1 + options.predecessors % fragmentNumbers * fragmentsOfAMuxer);
    } else if (muxer == "nut") {
        set("write_index", "0");
    } else if (muxer == "avi") {
        set("reserve_index_space", "0");
    } else if (isOneOf(muxer, {"ogg", "ogv", "oga", "opus", "spx"})) {
        set("page_duration", "1"); // a page per packet: what waits in a page is late
        setNumber("serial_offset", options.predecessors * 2 + 1);
    } else if (muxer == "mp3") {
        set("write_xing", "0");
        if (options.metadata.empty())
            set("id3v2_version", "0");
    }
    return dictionary;
}

int maxDelay(const std::string &muxer)
{
    // A program stream's clock starts half a second early and must be let to; MPEG-TS writes PCR twice this
    // ahead of DTS.
    return isProgramStream(muxer) ? 700'000 : 50'000;
}

std::size_t maxTracks(const std::string &muxer, TrackKind kind)
{
    if (isOneOf(muxer, {"adts", "mp3", "mp2", "wav", "au", "oga", "opus", "spx"}))
        return kind == TrackKind::Audio ? 1 : 0;
    if (isOneOf(muxer, {"h264", "hevc", "mjpeg", "mpeg1video"}))
        return kind == TrackKind::Video ? 1 : 0;
    return isOneOf(muxer, {"flv", "rm"}) ? 1 : 16;
}

bool canCarry(const AVOutputFormat &muxer, const TrackDescription &track)
{
    const auto codec = static_cast<AVCodecID>(track.codecId);
    const std::string_view name = muxer.name;
    if (isProgramStream(name))
        return std::ranges::find(programStream, codec) != programStream.end();
    if (const auto found = std::ranges::find(codecTable, name, &Codecs::muxer); found != codecTable.end())
        return codec != AV_CODEC_ID_NONE && std::ranges::find(found->ids, codec) != found->ids.end();
    const int answer = avformat_query_codec(&muxer, codec, FF_COMPLIANCE_NORMAL);
    if (answer >= 0)
        return answer == 1;
    // These have no table of codecs that libav could ask.
    return isOneOf(name, {"mpegts", "nut", "rtp"});
}

Result<void> adaptStream(const std::string &muxer, const TrackDescription &track, AVStream &stream)
{
    const bool isVideo = track.kind == TrackKind::Video;
    if (isOneOf(muxer, {"avi", "rm"}) && isVideo) {
        // These count pictures: one is as long as a tick, and in AVI a longer one is followed by empty ones.
        const AVRational rate =
            track.frameRateNum > 0 ? AVRational{track.frameRateNum, track.frameRateDen} : fallbackFrameRate;
        stream.avg_frame_rate = rate;
        stream.time_base = av_inv_q(rate);
    }
    if (isProgramStream(muxer) && isVideo) {
        // The declared size of the decoder's buffer: phones do not keep to that of a DVD.
        std::size_t size = 0;
        AVCPBProperties *properties = av_cpb_properties_alloc(&size);
        if (!properties)
            return avFailure("av_cpb_properties_alloc", AVERROR(ENOMEM));
        properties->buffer_size = decoderBufferBits;
        auto *bytes = reinterpret_cast<std::uint8_t *>(properties);
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
        AVCodecParameters &parameters = *stream.codecpar;
        const bool added =
            av_packet_side_data_add(&parameters.coded_side_data, &parameters.nb_coded_side_data,
                                    AV_PKT_DATA_CPB_PROPERTIES, bytes, size, 0) != nullptr;
#else
        const bool added = av_stream_add_side_data(&stream, AV_PKT_DATA_CPB_PROPERTIES, bytes, size) >= 0;
#endif
        if (!added) {
            av_free(properties);
            return avFailure("av_stream_add_side_data", AVERROR(ENOMEM));
        }
    }
    return {};
}

} // namespace aspersor::media
