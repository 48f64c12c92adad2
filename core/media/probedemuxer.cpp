// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/probedemuxer.h"

#include "core/media/annexb.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace aspersor::media {

namespace {

constexpr std::int64_t analyzeMicroseconds = 500'000;
/// What may be found in bytes of a stranger. libav knows playlists, too, which name other files and
/// addresses: those would be opened.
constexpr const char *containers =
    "nut,matroska,webm,flv,live_flv,mpegts,mpeg,mov,ogg,avi,asf,aac,mp3,wav,flac";

} // namespace

ProbeDemuxer::ProbeDemuxer(ByteSource &source, const Options &options)
    : m_options(options), m_input(source), m_packet(av_packet_alloc())
{
}

Result<void> ProbeDemuxer::open()
{
    auto opened = m_input.open(m_options.format, nullptr, [this](AVFormatContext &context) {
        context.flags |= AVFMT_FLAG_CUSTOM_IO;
        context.probesize = static_cast<std::int64_t>(m_options.probeBytes);
        context.max_analyze_duration = analyzeMicroseconds;
        context.format_whitelist = av_strdup(containers);
    });
    if (!opened)
        return opened;
    if (const int code = avformat_find_stream_info(&m_input.context(), nullptr); code < 0)
        return m_input.error()
                   ? tl::unexpected<Error>(*m_input.error())
                   : failure(Error::Kind::BadRequest, avMessage("avformat_find_stream_info", code));
    describe();
    if (m_description.tracks.empty())
        return failure(Error::Kind::BadRequest, "neither picture nor sound in it");
    return {};
}

void ProbeDemuxer::describe()
{
    AVFormatContext &context = m_input.context();
    for (unsigned i = 0; i < context.nb_streams; ++i) {
        const AVCodecParameters *parameters = context.streams[i]->codecpar;
        m_trackOf.push_back(-1);
        m_annexB.emplace_back();
        if (parameters->codec_type != AVMEDIA_TYPE_VIDEO && parameters->codec_type != AVMEDIA_TYPE_AUDIO)
            continue;
        if (isLengthPrefixed(*parameters)) {
            m_annexB.back() = annexBFilter(*parameters);
            if (!m_annexB.back())
                continue;
            parameters = m_annexB.back()->par_out;
        }
        TrackDescription track;
        track.kind = parameters->codec_type == AVMEDIA_TYPE_VIDEO ? TrackKind::Video : TrackKind::Audio;
        track.codecId = parameters->codec_id;
        track.profile = parameters->profile;
        track.level = parameters->level;
        track.width = parameters->width;
        track.height = parameters->height;
        track.sampleRate = parameters->sample_rate;
        track.channels = parameters->ch_layout.nb_channels;
        track.frameSize = parameters->frame_size;
        track.blockAlign = parameters->block_align;
        track.bitRate = parameters->bit_rate;
        const AVRational rate = context.streams[i]->avg_frame_rate;
        if (track.kind == TrackKind::Video && rate.num > 0 && rate.den > 0) {
            track.frameRateNum = rate.num;
            track.frameRateDen = rate.den;
        }
        track.extradata.assign(parameters->extradata, parameters->extradata + parameters->extradata_size);
        m_trackOf.back() = static_cast<int>(m_description.tracks.size());
        m_parsers.emplace_back();
        if (track.codecId == AV_CODEC_ID_AAC && track.extradata.empty())
            m_parsers.back().emplace(track.kind, track.codecId);
        m_description.tracks.push_back(std::move(track));
    }
    ++m_version;
}

/// Converts m_packet to Annex B where needed; false when the filter swallowed it.
bool ProbeDemuxer::filter()
{
    AVBSFContext *bsf = m_annexB[static_cast<std::size_t>(m_packet->stream_index)].get();
    if (!bsf)
        return true;
    return av_bsf_send_packet(bsf, m_packet.get()) >= 0 && av_bsf_receive_packet(bsf, m_packet.get()) >= 0;
}

bool ProbeDemuxer::described() const
{
    return std::ranges::all_of(m_parsers, [](const auto &parser) { return !parser || parser->complete(); });
}

void ProbeDemuxer::take(Packet packet)
{
    const auto track = static_cast<std::size_t>(packet.track);
    auto &parser = m_parsers[track];
    if (!parser) {
        m_ready.push_back(std::move(packet));
        return;
    }
    const std::uint32_t before = parser->version();
    m_parsed.clear();
    parser->parse(std::move(packet), m_parsed);
    if (parser->version() != before) {
        m_description.tracks[track] = parser->description();
        ++m_version;
    }
    std::ranges::move(m_parsed, std::back_inserter(m_ready));
}

Result<std::optional<Packet>> ProbeDemuxer::next()
{
    constexpr std::size_t mostHeld = 256;
    bool ended = false;
    for (;;) {
        if (!m_ready.empty() && (ended || m_ready.size() > mostHeld || described())) {
            Packet packet = std::move(m_ready.front());
            m_ready.pop_front();
            return packet;
        }
        if (ended)
            return std::optional<Packet>();
        const int code = av_read_frame(&m_input.context(), m_packet.get());
        if (code < 0 && m_input.error())
            return tl::unexpected<Error>(*m_input.error());
        if (code < 0) {
            ended = true;
            continue;
        }
        const auto index = static_cast<std::size_t>(m_packet->stream_index);
        const int track = index < m_trackOf.size() ? m_trackOf[index] : -1;
        if (track < 0 || m_packet->size <= 0 || av_packet_make_refcounted(m_packet.get()) < 0 || !filter()) {
            av_packet_unref(m_packet.get());
            continue;
        }
        av_packet_rescale_ts(m_packet.get(), m_input.context().streams[index]->time_base,
                             AVRational{1, static_cast<int>(ticksPerSecond)});
        Packet packet(av_buffer_ref(m_packet->buf),
                      {m_packet->data, static_cast<std::size_t>(m_packet->size)});
        packet.track = track;
        packet.keyframe = m_packet->flags & AV_PKT_FLAG_KEY;
        packet.corrupt = m_packet->flags & AV_PKT_FLAG_CORRUPT;
        packet.pts = m_packet->pts;
        packet.dts = m_packet->dts;
        packet.duration = m_packet->duration;
        av_packet_unref(m_packet.get());
        take(std::move(packet));
    }
}

} // namespace aspersor::media
