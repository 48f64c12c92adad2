// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/tsdemuxer.h"

#include <algorithm>

namespace aspersor::media {

namespace {

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
            const std::span<const std::uint8_t> bytes(m_packet->data,
                                                      static_cast<std::size_t>(m_packet->size));
            // libav does not know how long a picture becomes and takes 200 KiB for it; a GOP of those is
            // kept.
            Packet payload = m_packet->buf->size > 2 * bytes.size() + 4096
                                 ? Packet::copyOf(bytes)
                                 : Packet(av_buffer_ref(m_packet->buf), bytes);
            payload.pts = m_packet->pts;
            payload.dts = m_packet->dts;
            payload.corrupt = m_packet->flags & AV_PKT_FLAG_CORRUPT;
            m_errors += payload.corrupt ? 1 : 0;
            parse(static_cast<std::size_t>(stream - m_streams.data()), std::move(payload));
        }
        av_packet_unref(m_packet.get());
        if (hasParsed())
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
        m_streams.push_back({static_cast<int>(m_streamsTaken), stream.codecpar->codec_id});
        addStream(TrackParser(kind, stream.codecpar->codec_id));
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
        replaceStream(static_cast<std::size_t>(found - m_streams.begin()),
                      TrackParser(kind, parameters.codec_id));
    }
    return &*found;
}

} // namespace aspersor::media
