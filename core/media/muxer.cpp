// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/muxer.h"

#include "core/media/avptr.h"
#include "core/media/codecparameters.h"
#include "core/media/container.h"
#include "core/media/ffm.h"
#include "core/media/ffmcodecs.h"
#include "core/media/linkformat.h"
#include "core/media/rtpmuxer.h"

#include <algorithm>
#include <utility>
#include <vector>

extern "C" {
#include <libavutil/opt.h>
}

namespace aspersor::media {

namespace {

constexpr int ioBufferBytes = 16 * 1024;
constexpr AVRational ticksBase{1, static_cast<int>(ticksPerSecond)};

#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WriteBytes = const std::uint8_t *;
#else
using WriteBytes = std::uint8_t *;
#endif

/// "h264 and aac"
std::string codecsOf(const StreamDescription &description, TrackKind kind)
{
    std::string list;
    for (const TrackDescription &track : description.tracks) {
        if (track.kind == kind)
            list.append(list.empty() ? "" : " and ").append(track.codecName());
    }
    return list;
}

} // namespace

struct Muxer::Impl {
    Output output;
    std::string format;
    std::vector<int> streamOf;         // by track; -1: not carried
    std::vector<std::int64_t> lastDts; // by libav's stream, in its time base
    IoContext io;                      // must outlive the context
    OutputContext context;
    AvPacket scratch{av_packet_alloc()};
    bool open = false;
    Ticks firstDts = noTicks;
    int lastIndex = -1; // libav's stream of the packet written last

    std::vector<std::uint8_t> link; // linkFormat only: what flush() brings out
    std::unique_ptr<FfmMuxer> ffm;  // ffmFormat only
    bool ffmStart = false;          // a viewer may begin with what was written since the last flush
    std::vector<bool> isPicture;    // by track, of those that FFM carries
    std::unique_ptr<RtpMuxer> rtp;  // "rtp" only: does it all

    static int writeCallback(void *self, WriteBytes bytes, int size)
    {
        static_cast<Impl *>(self)->output({bytes, static_cast<std::size_t>(size)});
        return size;
    }
    void releaseHeldAudio();
    [[nodiscard]] Result<void> openFfm(const StreamDescription &description, const Options &options);
    [[nodiscard]] Result<void> addTracks(const StreamDescription &description, const Options &options);
    [[nodiscard]] Result<void> addTrack(const TrackDescription &track);
};

Result<void> Muxer::Impl::addTrack(const TrackDescription &track)
{
    AVStream *stream = avformat_new_stream(context.get(), nullptr);
    if (!stream)
        return avFailure("avformat_new_stream", AVERROR(ENOMEM));
    stream->time_base = ticksBase;
    if (auto copied = copyParameters(track, *stream->codecpar); !copied)
        return copied;
    return adaptStream(format, track, *stream);
}

Result<void> Muxer::Impl::addTracks(const StreamDescription &description, const Options &options)
{
    std::size_t count[2] = {0, 0};
    for (const TrackDescription &track : description.tracks) {
        streamOf.push_back(-1);
        const bool isVideo = track.kind == TrackKind::Video;
        if (track.kind == TrackKind::Other || !(isVideo ? options.video : options.audio))
            continue;
        std::size_t &ofKind = count[isVideo ? 0 : 1];
        if (ofKind >= maxTracks(format, track.kind) || !canCarry(*context->oformat, track))
            continue;
        ++ofKind;
        streamOf.back() = static_cast<int>(context->nb_streams);
        if (auto added = addTrack(track); !added)
            return added;
    }
    lastDts.assign(context->nb_streams, AV_NOPTS_VALUE);
    return {};
}

/// A block leaves when it is full, or with the first picture of a GOP: a viewer may begin there.
Result<void> Muxer::Impl::openFfm(const StreamDescription &description, const Options &options)
{
    FfmMuxer::Options ffmOptions;
    streamOf.assign(description.tracks.size(), -1);
    for (const int track : ffmSoundFirst(description)) {
        const TrackDescription &is = description.tracks[static_cast<std::size_t>(track)];
        const bool wanted = is.kind == TrackKind::Video ? options.video : options.audio;
        if (!wanted || !ffmCodecOf(is.codecId) || ffmOptions.tracks.size() == ffmMaxTracks)
            continue;
        streamOf[static_cast<std::size_t>(track)] = static_cast<int>(ffmOptions.tracks.size());
        ffmOptions.tracks.push_back(track);
        isPicture.resize(description.tracks.size());
        isPicture[static_cast<std::size_t>(track)] = is.kind == TrackKind::Video;
    }
    ffm = std::make_unique<FfmMuxer>([this](auto block) { output(block); });
    return ffm->open(description, ffmOptions);
}

/// libav's Matroska muxer keeps an audio packet back until another packet follows, to end a cluster before a
/// keyframe: an empty packet brings it out.
void Muxer::Impl::releaseHeldAudio()
{
    if ((format != "matroska" && format != "webm") || lastIndex < 0 ||
        context->streams[lastIndex]->codecpar->codec_type != AVMEDIA_TYPE_AUDIO)
        return;
    scratch->stream_index = lastIndex;
    scratch->dts = scratch->pts = lastDts[static_cast<std::size_t>(lastIndex)];
    lastIndex = -1;
    av_write_frame(context.get(), scratch.get());
    av_packet_unref(scratch.get());
}

Muxer::Muxer(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Muxer::~Muxer() = default;

std::optional<std::string> Muxer::misfit(const std::string &format, const StreamDescription &description,
                                         const Options &options)
{
    const bool isFfm = format == ffmFormat;
    const AVOutputFormat *muxer = av_guess_format(format.c_str(), nullptr, nullptr);
    if (!muxer && !isFfm)
        return "this libav cannot write it";
    bool carriesAny = false;
    for (const TrackKind kind : {TrackKind::Video, TrackKind::Audio}) {
        const bool wanted = kind == TrackKind::Video ? options.video : options.audio;
        if (!wanted || !description.first(kind) || maxTracks(format, kind) == 0)
            continue;
        const bool fits = std::ranges::any_of(description.tracks, [&](const TrackDescription &track) {
            return track.kind == kind &&
                   (isFfm ? ffmCodecOf(track.codecId).has_value() : canCarry(*muxer, track));
        });
        if (!fits)
            return "that format cannot carry " + codecsOf(description, kind) +
                   (kind == TrackKind::Video ? " pictures" : " sound");
        carriesAny = true;
    }
    if (carriesAny)
        return std::nullopt;
    return std::string("the feed has no ") +
           (maxTracks(format, TrackKind::Video) == 0 || !options.video ? "sound" : "pictures") + " for it";
}

bool Muxer::suitsPhones(const std::string &format, TrackKind kind)
{
    const auto suits = [&](AVCodecID codec) {
        TrackDescription track;
        track.kind = kind;
        track.codecId = codec;
        return !misfit(format, {.tracks = {track}}, {});
    };
    return kind == TrackKind::Video ? suits(AV_CODEC_ID_H264) || suits(AV_CODEC_ID_HEVC)
                                    : suits(AV_CODEC_ID_AAC);
}

Result<std::unique_ptr<Muxer>> Muxer::open(const std::string &format, const StreamDescription &description,
                                           Output output, const Options &options)
{
    auto impl = std::make_unique<Impl>();
    if (format == "rtp") {
        auto rtp = RtpMuxer::open(description, std::move(output), options);
        if (!rtp)
            return tl::unexpected<Error>(rtp.error());
        impl->rtp = std::move(*rtp);
        return std::unique_ptr<Muxer>(new Muxer(std::move(impl)));
    }
    impl->output = std::move(output);
    impl->format = format;
    if (format == linkFormat) {
        for (std::size_t i = 0; i < description.tracks.size(); ++i)
            impl->streamOf.push_back(static_cast<int>(i));
        appendLinkHeader(impl->link);
        appendLinkDescription(description, impl->link);
        impl->output(impl->link);
        impl->link.clear();
        return std::unique_ptr<Muxer>(new Muxer(std::move(impl)));
    }

    if (const auto why = misfit(format, description, options))
        return failure(Error::Kind::Libav, *why);
    if (format == ffmFormat) {
        if (auto opened = impl->openFfm(description, options); !opened)
            return tl::unexpected<Error>(opened.error());
        return std::unique_ptr<Muxer>(new Muxer(std::move(impl)));
    }
    AVFormatContext *raw = nullptr;
    if (const int code = avformat_alloc_output_context2(&raw, nullptr, format.c_str(), nullptr); code < 0)
        return avFailure("avformat_alloc_output_context2", code);
    impl->context.reset(raw);
    auto *buffer = static_cast<std::uint8_t *>(av_malloc(ioBufferBytes));
    impl->io.reset(
        avio_alloc_context(buffer, ioBufferBytes, 1, impl.get(), nullptr, Impl::writeCallback, nullptr));
    if (!impl->io) {
        av_free(buffer);
        return avFailure("avio_alloc_context", AVERROR(ENOMEM));
    }
    impl->io->seekable = 0;
    raw->pb = impl->io.get();
    raw->flags |= AVFMT_FLAG_CUSTOM_IO;
    raw->flags &= ~AVFMT_FLAG_AUTO_BSF; // packets arrive in the form that muxers take
    raw->avoid_negative_ts = 0;         // the Timeline begins above zero
    raw->flush_packets = 0;             // flush() says when
    raw->max_delay = maxDelay(format);
    if (auto added = impl->addTracks(description, options); !added)
        return tl::unexpected<Error>(added.error());
    for (const auto &[key, value] : options.metadata)
        av_dict_set(&raw->metadata, key.c_str(), value.c_str(), 0);

    AVDictionary *dictionary = liveOptions(format, options);
    const int code = avformat_write_header(raw, &dictionary);
    FreeDictionary{}(dictionary);
    if (code < 0)
        return avFailure("avformat_write_header", code);
    avio_flush(impl->io.get());
    impl->open = true;
    return std::unique_ptr<Muxer>(new Muxer(std::move(impl)));
}

const std::vector<std::string> &Muxer::mediaSections() const
{
    static const std::vector<std::string> none;
    return m_impl->rtp ? m_impl->rtp->mediaSections() : none;
}

bool Muxer::adopt(const StreamDescription &description)
{
    return m_impl->rtp && m_impl->rtp->adopt(description);
}

bool Muxer::carries(int track) const
{
    if (m_impl->rtp)
        return m_impl->rtp->carries(track);
    const auto index = static_cast<std::size_t>(track);
    return track >= 0 && index < m_impl->streamOf.size() && m_impl->streamOf[index] >= 0;
}

Result<void> Muxer::write(const Packet &packet)
{
    if (m_impl->rtp)
        return m_impl->rtp->write(packet);
    if (!carries(packet.track))
        return {};
    if (m_impl->ffm) {
        if (packet.keyframe && m_impl->isPicture[static_cast<std::size_t>(packet.track)]) {
            m_impl->ffm->flush(); // it begins a block
            m_impl->ffmStart = true;
        }
        return m_impl->ffm->write(packet);
    }
    if (!m_impl->context) {
        appendLinkPacket(packet, m_impl->link);
        return {};
    }
    const int index = m_impl->streamOf[static_cast<std::size_t>(packet.track)];
    AVFormatContext &context = *m_impl->context;
    const AVStream &stream = *context.streams[index];
    // libav's FLV muxer counts from its first packet and refuses what is older; AVI counts pictures.
    Ticks origin = 0;
    if (m_impl->format == "flv" || m_impl->format == "avi") {
        if (m_impl->firstDts == noTicks)
            m_impl->firstDts = packet.dts;
        if (packet.dts < m_impl->firstDts)
            return {};
        if (m_impl->format == "avi")
            origin = m_impl->firstDts;
    }
    AVPacket &out = *m_impl->scratch;
    out.buf = av_buffer_ref(packet.buffer());
    out.data = const_cast<std::uint8_t *>(packet.data().data()); // libav's type; muxers only read
    out.size = static_cast<int>(packet.data().size());
    out.stream_index = index;
    out.flags = (packet.keyframe ? AV_PKT_FLAG_KEY : 0) | (packet.corrupt ? AV_PKT_FLAG_CORRUPT : 0);
    out.pts = packet.pts - origin;
    out.dts = packet.dts - origin;
    out.duration = packet.duration;
    av_packet_rescale_ts(&out, ticksBase, stream.time_base);
    // Rounding to a coarser time base may make neighbours equal, which muxers refuse.
    std::int64_t &last = m_impl->lastDts[static_cast<std::size_t>(index)];
    if (last != AV_NOPTS_VALUE && out.dts <= last && !(context.oformat->flags & AVFMT_TS_NONSTRICT)) {
        out.dts = last + 1;
        out.pts = std::max(out.pts, out.dts);
    }
    last = out.dts;
    if (m_impl->format == "asf") {
        // libav's ASF muxer aborts the process when time goes back from one track to another.
        const Ticks newest = std::ranges::max(m_impl->lastDts);
        last = out.dts = std::max(out.dts, newest);
        out.pts = std::max(out.pts, out.dts);
    }
    m_impl->lastIndex = index;
    if (packet.keyframe && stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && m_impl->format == "mpegts")
        av_opt_set(context.priv_data, "mpegts_flags", "+resend_headers", 0);
    const int code = av_write_frame(&context, &out);
    av_packet_unref(&out);
    if (code < 0)
        return avFailure("av_write_frame", code);
    return {};
}

Result<void> Muxer::flush()
{
    if (m_impl->ffm) {
        if (std::exchange(m_impl->ffmStart, false))
            m_impl->ffm->flush();
        return {};
    }
    if (m_impl->rtp)
        return {};
    if (!m_impl->context) {
        if (!m_impl->link.empty())
            m_impl->output(m_impl->link);
        m_impl->link.clear();
        return {};
    }
    m_impl->releaseHeldAudio();
    const int code = av_write_frame(m_impl->context.get(), nullptr);
    avio_flush(m_impl->io.get());
    if (code < 0)
        return avFailure("av_write_frame", code);
    return {};
}

Result<void> Muxer::finish()
{
    if (m_impl->ffm)
        m_impl->ffm->finish();
    if (m_impl->rtp) {
        m_impl->rtp->finish();
        return {};
    }
    if (!m_impl->context)
        return flush();
    if (!std::exchange(m_impl->open, false))
        return {};
    const int code = av_write_trailer(m_impl->context.get());
    avio_flush(m_impl->io.get());
    if (code < 0)
        return avFailure("av_write_trailer", code);
    return {};
}

std::string mimeType(const std::string &format)
{
    if (format == "mpegts")
        return "video/mp2t"; // RFC 3555; libav spells it in capitals
    const AVOutputFormat *output = av_guess_format(format.c_str(), nullptr, nullptr);
    return output && output->mime_type
               ? std::string(output->mime_type).substr(0, std::string(output->mime_type).find(','))
               : "application/octet-stream";
}

} // namespace aspersor::media
