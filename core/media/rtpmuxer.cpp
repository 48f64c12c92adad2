// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/rtpmuxer.h"

#include "core/media/codecparameters.h"
#include "core/media/rtpframe.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

extern "C" {
#include <libavutil/random_seed.h>
}

namespace aspersor::media {

namespace {

constexpr AVRational ticksBase{1, static_cast<int>(ticksPerSecond)};
constexpr int ioBufferBytes = 4096; // more than a packet
constexpr int firstPayloadType = 96;
constexpr std::size_t sdpBytes = 16 * 1024;
constexpr Ticks reportDistance = 5 * ticksPerSecond;      ///< RFC 3550, 6.2
constexpr Ticks leastReportDistance = ticksPerSecond / 2; ///< where every picture is a keyframe
constexpr std::uint64_t secondsFrom1900To1970 = 2'208'988'800;

#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WriteBytes = const std::uint8_t *;
#else
using WriteBytes = std::uint8_t *;
#endif

std::uint32_t wordAt(std::span<const std::uint8_t> bytes, std::size_t at)
{
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
           std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

void appendWord(std::vector<std::uint8_t> &to, std::uint32_t word)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        to.push_back(static_cast<std::uint8_t>(word >> shift));
}

bool isVideo(const TrackDescription &track)
{
    return track.kind == TrackKind::Video;
}

/// True when the session description need not change: parameter sets travel with the pictures.
bool sameInRtp(const TrackDescription &a, const TrackDescription &b)
{
    return a.kind == b.kind && a.codecId == b.codecId && a.sampleRate == b.sampleRate &&
           a.channels == b.channels && (isVideo(a) || a.extradata == b.extradata);
}

/// True for codecs whose extradata are NAL units that a picture's packet can begin with.
bool hasParameterSets(const TrackDescription &track)
{
    return track.codecId == AV_CODEC_ID_H264 || track.codecId == AV_CODEC_ID_HEVC;
}

/// Whether an access unit in Annex B form brings a sequence parameter set before its first slice.
bool bringsParameterSets(const TrackDescription &track, std::span<const std::uint8_t> unit)
{
    const bool isH264 = track.codecId == AV_CODEC_ID_H264;
    for (std::size_t i = 0; i + 3 < unit.size(); ++i) {
        if (unit[i] != 0 || unit[i + 1] != 0 || unit[i + 2] != 1)
            continue;
        // nal_unit_type: ISO/IEC 14496-10, 7.3.1; ISO/IEC 23008-2, 7.3.1.2
        const int type = isH264 ? unit[i + 3] & 0x1f : unit[i + 3] >> 1 & 0x3f;
        if (type == (isH264 ? 7 : 33))
            return true;
        if (isH264 ? type >= 1 && type <= 5 : type < 32)
            return false;
        i += 3;
    }
    return false;
}

} // namespace

struct RtpMuxer::Impl {
    struct Track {
        Impl *owner = nullptr;
        TrackDescription description;
        IoContext io; // must outlive the context
        OutputContext context;
        std::uint8_t channel = 0;
        std::uint32_t source = 0; // SSRC
        std::uint32_t packets = 0;
        std::uint32_t octets = 0; // of payload
        Ticks first = noTicks;    // pts of the first packet written
        std::uint32_t base = 0;   // RTP time of pts 0, once packets > 0

        static int writeCallback(void *self, WriteBytes bytes, int size)
        {
            static_cast<Track *>(self)->take({bytes, static_cast<std::size_t>(size)});
            return size;
        }
        void take(std::span<const std::uint8_t> packet);
        [[nodiscard]] Result<void> open(const TrackDescription &track, std::size_t number);
        [[nodiscard]] std::string mediaSection();
        [[nodiscard]] std::uint32_t rtpTime(Ticks pts) const
        {
            const AVRational timeBase = context->streams[0]->time_base;
            return base + static_cast<std::uint32_t>(av_rescale_q(pts, ticksBase, timeBase));
        }
    };

    Muxer::Output output;
    std::vector<std::unique_ptr<Track>> tracks; // as carried; a libav context points to each
    std::vector<int> carriedAs;                 // by the feed's track; -1: not carried
    std::vector<TrackDescription> described;    // the feed's
    std::vector<std::string> sections;
    bool hasVideo = false;
    AvPacket scratch{av_packet_alloc()};
    std::vector<std::uint8_t> frame;
    std::string name;             // CNAME: a random one, RFC 7022
    std::uint64_t anchorTime = 0; // NTP, 32.32 bits, of
    Ticks anchor = noTicks;       // this pts
    Ticks reportedAt = noTicks;

    void put(std::uint8_t channel, std::span<const std::uint8_t> packet);
    void report(Track &track, Ticks now, bool goodbye = false);
    void reportAll(Ticks now);
    [[nodiscard]] bool reportsAreDue(const Packet &packet) const;
    [[nodiscard]] Result<void> fill(const Track &track, const Packet &packet);
};

void RtpMuxer::Impl::put(std::uint8_t channel, std::span<const std::uint8_t> packet)
{
    frame.assign({std::uint8_t{'$'}, channel, static_cast<std::uint8_t>(packet.size() >> 8),
                  static_cast<std::uint8_t>(packet.size())});
    frame.insert(frame.end(), packet.begin(), packet.end());
    output(frame);
}

/// A packet from libav.
void RtpMuxer::Impl::Track::take(std::span<const std::uint8_t> packet)
{
    constexpr std::size_t headBytes = 12; // RFC 3550, 5.1
    if (packet.size() < headBytes)
        return;
    if (packets++ == 0) {
        base = wordAt(packet, 4) - rtpTime(first); // base is still 0
        source = wordAt(packet, 8);
    }
    // Only now is the RTP time known that belongs to this track's.
    if (packets == 1 && owner->reportedAt != noTicks)
        owner->report(*this, owner->reportedAt);
    octets += static_cast<std::uint32_t>(packet.size() - headBytes);
    owner->put(channel, packet);
}

Result<void> RtpMuxer::Impl::Track::open(const TrackDescription &track, std::size_t number)
{
    description = track;
    channel = static_cast<std::uint8_t>(2 * number);
    AVFormatContext *raw = nullptr;
    if (const int code = avformat_alloc_output_context2(&raw, nullptr, "rtp", nullptr); code < 0)
        return avFailure("avformat_alloc_output_context2", code);
    context.reset(raw);
    auto *buffer = static_cast<std::uint8_t *>(av_malloc(ioBufferBytes));
    io.reset(avio_alloc_context(buffer, ioBufferBytes, 1, this, nullptr, writeCallback, nullptr));
    if (!io) {
        av_free(buffer);
        return avFailure("avio_alloc_context", AVERROR(ENOMEM));
    }
    io->seekable = 0;
    raw->pb = io.get();
    raw->flags |= AVFMT_FLAG_CUSTOM_IO;
    raw->flags &= ~AVFMT_FLAG_AUTO_BSF;
    raw->avoid_negative_ts = 0;
    raw->packet_size = packetBytes;
    raw->max_delay = 0; // no gathering of audio frames
    AVStream *stream = avformat_new_stream(raw, nullptr);
    if (!stream)
        return avFailure("avformat_new_stream", AVERROR(ENOMEM));
    stream->time_base = ticksBase;
    if (auto copied = copyParameters(track, *stream->codecpar); !copied)
        return copied;
    AVDictionary *options = nullptr;
    // A number of its own for every track, whatever RFC 3551 says of its codec
    av_dict_set_int(&options, "payload_type", firstPayloadType + static_cast<int>(number), 0);
    av_dict_set(&options, "rtpflags", "skip_rtcp", 0); // libav's reports know one track only
    const int code = avformat_write_header(raw, &options);
    FreeDictionary{}(options);
    if (code < 0)
        return avFailure("avformat_write_header", code);
    return {};
}

/// "" when the track cannot be described: then nobody could play it.
std::string RtpMuxer::Impl::Track::mediaSection()
{
    std::string text(sdpBytes, '\0');
    AVFormatContext *contexts[] = {context.get()};
    if (av_sdp_create(contexts, 1, text.data(), static_cast<int>(text.size())) < 0)
        return {};
    text.resize(std::min(text.find('\0'), text.size()));
    const std::size_t begin = text.find("m=");
    if (begin == std::string::npos || text.find("a=rtpmap:") == std::string::npos)
        return {};
    text.erase(0, begin);
    if (const std::size_t control = text.find("a=control:"); control != std::string::npos)
        text.erase(control, text.find("\r\n", control) + 2 - control);
    return text;
}

/// A compound packet (RFC 3550, 6.1): sender report, source description, perhaps BYE.
void RtpMuxer::Impl::report(Track &track, Ticks now, bool goodbye)
{
    constexpr std::uint32_t senderReport = 0x80C8'0006;      // version 2, no reports of receivers, 7 words
    constexpr std::uint32_t sourceDescription = 0x81CA'0000; // one source
    constexpr std::uint32_t bye = 0x81CB'0001;
    std::vector<std::uint8_t> packet;
    const Ticks since = now - anchor;
    const std::uint64_t time =
        anchorTime + static_cast<std::uint64_t>(av_rescale(since, std::int64_t{1} << 32, ticksPerSecond));
    for (const std::uint32_t word :
         {senderReport, track.source, static_cast<std::uint32_t>(time >> 32),
          static_cast<std::uint32_t>(time), track.rtpTime(now), track.packets, track.octets})
        appendWord(packet, word);
    const std::size_t itemBytes = 2 + name.size();
    const std::size_t paddedBytes = (itemBytes / 4 + 1) * 4; // at least one zero ends the list
    appendWord(packet, sourceDescription + static_cast<std::uint32_t>(1 + paddedBytes / 4));
    appendWord(packet, track.source);
    packet.push_back(1); // CNAME
    packet.push_back(static_cast<std::uint8_t>(name.size()));
    packet.insert(packet.end(), name.begin(), name.end());
    packet.insert(packet.end(), paddedBytes - itemBytes, 0);
    if (goodbye) {
        appendWord(packet, bye);
        appendWord(packet, track.source);
    }
    put(track.channel + 1, packet);
}

void RtpMuxer::Impl::reportAll(Ticks now)
{
    reportedAt = now;
    for (const auto &track : tracks) {
        if (track->packets > 0)
            report(*track, now);
    }
}

bool RtpMuxer::Impl::reportsAreDue(const Packet &packet) const
{
    if (reportedAt == noTicks)
        return true;
    const Ticks since = packet.pts - reportedAt;
    const bool isStart = packet.keyframe && isVideo(described[static_cast<std::size_t>(packet.track)]);
    return since >= (isStart || !hasVideo ? leastReportDistance : reportDistance);
}

/// The packet for libav; a keyframe that does not bring its parameter sets gets them, so that a receiver can
/// begin with it whatever the session description said.
Result<void> RtpMuxer::Impl::fill(const Track &track, const Packet &packet)
{
    const auto &extradata = track.description.extradata;
    const auto data = packet.data();
    AVPacket &out = *scratch;
    if (packet.keyframe && !extradata.empty() && hasParameterSets(track.description) &&
        !bringsParameterSets(track.description, data)) {
        if (const int code = av_new_packet(&out, static_cast<int>(extradata.size() + data.size())); code < 0)
            return avFailure("av_new_packet", code);
        std::ranges::copy(data, std::ranges::copy(extradata, out.data).out);
    } else {
        out.buf = av_buffer_ref(packet.buffer());
        out.data = const_cast<std::uint8_t *>(data.data()); // libav's type; muxers only read
        out.size = static_cast<int>(data.size());
    }
    out.flags = packet.keyframe ? AV_PKT_FLAG_KEY : 0;
    out.pts = packet.pts;
    out.dts = packet.dts;
    out.duration = packet.duration;
    av_packet_rescale_ts(&out, ticksBase, track.context->streams[0]->time_base);
    return {};
}

RtpMuxer::RtpMuxer(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
RtpMuxer::~RtpMuxer() = default;

Result<std::unique_ptr<RtpMuxer>> RtpMuxer::open(const StreamDescription &description, Muxer::Output output,
                                                 const Muxer::Options &options)
{
    constexpr std::size_t maxTracks = 16;
    auto impl = std::make_unique<Impl>();
    impl->output = std::move(output);
    impl->described = description.tracks;
    std::array<char, 17> random{};
    std::snprintf(random.data(), random.size(), "%08x%08x", av_get_random_seed(), av_get_random_seed());
    impl->name = random.data();
    std::string why;
    for (const TrackDescription &track : description.tracks) {
        impl->carriedAs.push_back(-1);
        if (track.kind == TrackKind::Other || !(isVideo(track) ? options.video : options.audio) ||
            impl->tracks.size() == maxTracks)
            continue;
        auto carried = std::make_unique<Impl::Track>();
        carried->owner = impl.get();
        if (auto opened = carried->open(track, impl->tracks.size()); !opened) {
            why = opened.error().message;
            continue;
        }
        std::string section = carried->mediaSection();
        if (section.empty())
            continue;
        impl->sections.push_back(std::move(section));
        impl->carriedAs.back() = static_cast<int>(impl->tracks.size());
        impl->hasVideo = impl->hasVideo || isVideo(track);
        impl->tracks.push_back(std::move(carried));
    }
    if (impl->tracks.empty())
        return failure(Error::Kind::Libav, "RTP can carry none of the feed's tracks" +
                                               (why.empty() ? std::string() : " (" + why + ")"));
    return std::unique_ptr<RtpMuxer>(new RtpMuxer(std::move(impl)));
}

bool RtpMuxer::carries(int track) const
{
    const auto index = static_cast<std::size_t>(track);
    return track >= 0 && index < m_impl->carriedAs.size() && m_impl->carriedAs[index] >= 0;
}

Result<void> RtpMuxer::write(const Packet &packet)
{
    if (!carries(packet.track))
        return {};
    Impl::Track &track =
        *m_impl->tracks[static_cast<std::size_t>(m_impl->carriedAs[static_cast<std::size_t>(packet.track)])];
    if (m_impl->anchor == noTicks) {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
        m_impl->anchor = packet.pts;
        m_impl->anchorTime =
            (static_cast<std::uint64_t>(micros / 1'000'000) + secondsFrom1900To1970) << 32 |
            static_cast<std::uint64_t>(av_rescale(micros % 1'000'000, std::int64_t{1} << 32, 1'000'000));
    }
    if (m_impl->reportsAreDue(packet))
        m_impl->reportAll(packet.pts);
    if (track.first == noTicks)
        track.first = packet.pts;
    if (auto filled = m_impl->fill(track, packet); !filled)
        return filled;
    const int code = av_write_frame(track.context.get(), m_impl->scratch.get());
    av_packet_unref(m_impl->scratch.get());
    if (code < 0)
        return avFailure("av_write_frame", code);
    return {};
}

void RtpMuxer::finish()
{
    if (m_impl->reportedAt == noTicks)
        return;
    for (const auto &track : m_impl->tracks) {
        if (track->packets > 0)
            m_impl->report(*track, m_impl->reportedAt, true);
    }
}

const std::vector<std::string> &RtpMuxer::mediaSections() const
{
    return m_impl->sections;
}

bool RtpMuxer::adopt(const StreamDescription &description)
{
    if (!std::ranges::equal(description.tracks, m_impl->described, sameInRtp))
        return false;
    m_impl->described = description.tracks;
    for (std::size_t i = 0; i < description.tracks.size(); ++i) {
        if (m_impl->carriedAs[i] >= 0)
            m_impl->tracks[static_cast<std::size_t>(m_impl->carriedAs[i])]->description =
                description.tracks[i];
    }
    return true;
}

} // namespace aspersor::media
