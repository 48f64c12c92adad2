// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/tsdemuxer.h"

#include <algorithm>

namespace aspersor::media {

namespace {

// A track that is announced but sends nothing holds back the others for no longer than this.
constexpr std::size_t holdBytes = 2 * 1024 * 1024;
constexpr Ticks holdTime = 2 * ticksPerSecond;
constexpr std::size_t maxStreams = 16;
constexpr int maxLostSyncInARow = 1000;

} // namespace

TsDemuxer::TsDemuxer(ByteSource &source, const Options &options)
    : m_pesEnd(source, options.probeBytes), m_input(m_pesEnd), m_packet(av_packet_alloc())
{
}

Result<void> TsDemuxer::open()
{
    AVDictionary *options = nullptr;
    av_dict_set(&options, "merge_pmt_versions", "1", 0); // a new PMT keeps the tracks
    return m_input.open("mpegts", options, [](AVFormatContext &context) {
        context.flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN | AVFMT_FLAG_CUSTOM_IO;
        context.correct_ts_overflow = 0; // the Timeline unwraps
        context.probesize = 64 * 1024;   // how far read_header looks for a PMT; it stops at the first
        context.max_streams = static_cast<int>(maxStreams);
    });
}

Result<std::optional<Packet>> TsDemuxer::next()
{
    for (;;) {
        if (m_released && !m_pending.empty()) {
            Packet packet = std::move(m_pending.front());
            m_pending.pop_front();
            Stream &stream = m_streams[static_cast<std::size_t>(packet.track)];
            if (stream.track < 0 && !stream.parser.complete())
                continue;
            describe(stream);
            packet.track = stream.track;
            return packet;
        }
        if (m_finished)
            return std::optional<Packet>();
        auto more = readPayload();
        if (!more) {
            if (!m_pending.empty() && !m_released)
                releaseWhenDescribed(true);
            if (m_pending.empty() || !m_released)
                return tl::unexpected<Error>(more.error());
            continue; // what came before the error goes out first; the error comes again
        }
        if (!*more) {
            m_finished = true;
            for (Stream &stream : m_streams)
                stream.parser.finish(m_parsed);
        }
        for (Packet &packet : m_parsed) {
            m_pendingBytes += packet.data().size();
            m_pending.push_back(std::move(packet));
        }
        m_parsed.clear();
        if (!m_released)
            releaseWhenDescribed(m_finished);
    }
}

/// One PES into m_parsed; false at the end.
Result<bool> TsDemuxer::readPayload()
{
    for (int lost = 0;;) {
        const int code = av_read_frame(&m_input.context(), m_packet.get());
        if (code == AVERROR_EOF || (code < 0 && m_input.ended()))
            return false;
        if (code < 0 && m_input.error())
            return tl::unexpected<Error>(*m_input.error());
        if (code == AVERROR(EAGAIN) ||
            code == AVERROR_INVALIDDATA) { // sync lost; it goes on behind the damage
            ++m_errors;
            if (++lost > maxLostSyncInARow)
                return failure(Error::Kind::BadRequest, "the stream is no longer MPEG-TS");
            continue;
        }
        if (code < 0)
            return avFailure("av_read_frame", code);
        takeStreams();
        Stream *stream = streamOf(m_packet->stream_index);
        const bool usable = stream && m_packet->buf && m_packet->size > 0;
        if (usable) {
            Packet payload(av_buffer_ref(m_packet->buf),
                           {m_packet->data, static_cast<std::size_t>(m_packet->size)});
            payload.track = static_cast<int>(stream - m_streams.data());
            payload.pts = m_packet->pts;
            payload.dts = m_packet->dts;
            payload.corrupt = m_packet->flags & AV_PKT_FLAG_CORRUPT;
            m_errors += payload.corrupt ? 1 : 0;
            const std::uint64_t before = stream->parser.errors();
            stream->parser.parse(std::move(payload), m_parsed);
            m_errors += stream->parser.errors() - before;
        }
        av_packet_unref(m_packet.get());
        if (!m_parsed.empty())
            return true;
    }
}

/// Notes streams that the PMT has announced since the last call.
void TsDemuxer::takeStreams()
{
    const AVFormatContext &context = m_input.context();
    for (; m_streamsTaken < context.nb_streams; ++m_streamsTaken) {
        const AVStream &stream = *context.streams[m_streamsTaken];
        const AVMediaType type = stream.codecpar->codec_type;
        if (type != AVMEDIA_TYPE_VIDEO && type != AVMEDIA_TYPE_AUDIO) {
            context.streams[m_streamsTaken]->discard = AVDISCARD_ALL;
            continue;
        }
        if (m_streams.size() == maxStreams)
            continue;
        const TrackKind kind = type == AVMEDIA_TYPE_VIDEO ? TrackKind::Video : TrackKind::Audio;
        m_streams.push_back({.avIndex = static_cast<int>(m_streamsTaken),
                             .codecId = stream.codecpar->codec_id,
                             .parser = TrackParser(kind, stream.codecpar->codec_id)});
    }
}

TsDemuxer::Stream *TsDemuxer::streamOf(int avIndex)
{
    const auto found = std::ranges::find(m_streams, avIndex, &Stream::avIndex);
    if (found == m_streams.end())
        return nullptr;
    const AVCodecParameters &parameters = *m_input.context().streams[avIndex]->codecpar;
    if (parameters.codec_id != found->codecId) { // the PMT gave the PID another stream_type
        const TrackKind kind =
            parameters.codec_type == AVMEDIA_TYPE_VIDEO ? TrackKind::Video : TrackKind::Audio;
        found->codecId = parameters.codec_id;
        found->parser = TrackParser(kind, parameters.codec_id);
        found->seenVersion = 0;
    }
    return &*found;
}

void TsDemuxer::releaseWhenDescribed(bool atEnd)
{
    if (m_pending.empty())
        return;
    const bool all = std::ranges::all_of(m_streams, [](const Stream &s) { return s.parser.complete(); });
    const Ticks first = m_pending.front().dts;
    const Ticks last = m_pending.back().dts;
    const bool tooLong = first != noTicks && last != noTicks && last - first > holdTime;
    if (!all && !atEnd && !tooLong && m_pendingBytes < holdBytes)
        return;
    m_released = true;
    for (Stream &stream : m_streams) {
        if (stream.parser.complete())
            describe(stream);
    }
}

/// Brings the public description up to date with what the stream's parser has learned.
void TsDemuxer::describe(Stream &stream)
{
    if (stream.track >= 0 && stream.seenVersion == stream.parser.version())
        return;
    if (stream.track < 0) {
        stream.track = static_cast<int>(m_description.tracks.size());
        m_description.tracks.emplace_back();
        ++m_version;
    }
    TrackDescription &track = m_description.tracks[static_cast<std::size_t>(stream.track)];
    if (track != stream.parser.description()) {
        track = stream.parser.description();
        ++m_version;
    }
    stream.seenVersion = stream.parser.version();
}

} // namespace aspersor::media
