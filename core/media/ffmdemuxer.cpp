// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffmdemuxer.h"

#include "core/media/annexb.h"
#include "core/media/ffm.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace aspersor::media {

namespace {

constexpr std::size_t bufferBytes = 8 * ffmBlockBytes;

CodecParameters parametersOf(const TrackDescription &track)
{
    CodecParameters parameters(avcodec_parameters_alloc());
    const std::size_t size = track.extradata.size();
    auto *extradata = static_cast<std::uint8_t *>(av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE));
    if (!parameters || !extradata) {
        av_free(extradata);
        return {};
    }
    std::ranges::copy(track.extradata, extradata);
    parameters->codec_type = track.kind == TrackKind::Video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
    parameters->codec_id = static_cast<AVCodecID>(track.codecId);
    parameters->width = track.width;
    parameters->height = track.height;
    parameters->extradata = extradata;
    parameters->extradata_size = static_cast<int>(size);
    return parameters;
}

} // namespace

FfmDemuxer::FfmDemuxer(ByteSource &source, FfmParser::Damage damage)
    : m_source(source), m_parser(damage), m_buffer(bufferBytes), m_packet(av_packet_alloc())
{
}

/// Into the empty buffer; what the source or the parser ended with, it says again.
Result<std::size_t> FfmDemuxer::read(std::size_t limit)
{
    if (m_last && *m_last > 0)
        m_last = m_source.read(std::span(m_buffer).first(limit));
    m_begin = 0;
    m_end = m_last.value_or(0);
    return m_last;
}

Result<void> FfmDemuxer::open()
{
    while (!m_parser.header()) {
        // Not a byte beyond the header, which ends with a block.
        const auto got = read(ffmBlockBytes - static_cast<std::size_t>(m_parser.offset() % ffmBlockBytes));
        if (!got)
            return tl::unexpected<Error>(got.error());
        if (*got == 0)
            return m_parser.finish();
        std::optional<Packet> none;
        if (auto taken = m_parser.feed(std::span(m_buffer).first(m_end), none); !taken)
            return tl::unexpected<Error>(taken.error());
        m_begin = m_end;
    }
    if (m_parser.header()->tracks.empty())
        return failure(Error::Kind::BadRequest, "neither picture nor sound in it");
    for (const FfmTrack &track : m_parser.header()->tracks) {
        if (auto announced = announce(track.description); !announced)
            return announced;
    }
    return {};
}

Result<void> FfmDemuxer::announce(const TrackDescription &known)
{
    const bool annexB = known.codecId == AV_CODEC_ID_H264 || known.codecId == AV_CODEC_ID_HEVC;
    Track &track = m_tracks.emplace_back();
    track.known = known;
    track.aac = known.codecId == AV_CODEC_ID_AAC;
    addStream(TrackParser(known, annexB ? TrackParser::Payload::Parsed : TrackParser::Payload::Whole));
    if (track.aac)
        announceSound(m_tracks.size() - 1, known.extradata.empty());
    if (!annexB)
        return {};
    const CodecParameters parameters = parametersOf(known);
    if (!parameters || !isLengthPrefixed(*parameters))
        return {};
    track.annexB = annexBFilter(*parameters);
    if (!track.annexB)
        return failure(Error::Kind::BadRequest,
                       "the parameters of track " + std::to_string(m_tracks.size() - 1) + " are damaged");
    const AVCodecParameters &converted = *track.annexB->par_out;
    track.known.extradata.assign(converted.extradata, converted.extradata + converted.extradata_size);
    replaceStream(m_tracks.size() - 1, TrackParser(track.known, TrackParser::Payload::Parsed));
    return {};
}

/// AAC: in ADTS, which is parsed, or raw.
void FfmDemuxer::announceSound(std::size_t index, bool adts)
{
    Track &track = m_tracks[index];
    track.adts = adts;
    TrackDescription known = track.known;
    if (!adts && known.extradata.empty()) // profiles count from 0, object types from 1; 1 is AAC-LC
        known.extradata =
            aacConfig(known.profile >= 0 ? known.profile + 1 : 2, known.sampleRate, known.channels);
    replaceStream(index,
                  TrackParser(known, adts ? TrackParser::Payload::Parsed : TrackParser::Payload::Whole));
}

Result<bool> FfmDemuxer::readPayload()
{
    while (!hasParsed()) {
        if (m_begin == m_end) {
            const auto got = read(m_buffer.size());
            if (!got)
                return tl::unexpected<Error>(got.error());
            if (*got == 0) {
                if (auto finished = m_parser.finish(); !finished)
                    return tl::unexpected<Error>(finished.error());
                return false;
            }
        }
        std::optional<Packet> frame;
        auto taken = m_parser.feed(std::span(m_buffer).subspan(m_begin, m_end - m_begin), frame);
        if (!taken) {
            m_begin = m_end;
            m_last = std::move(taken);
            continue;
        }
        m_begin += *taken;
        m_errors += m_parser.errors() - std::exchange(m_parserErrors, m_parser.errors());
        if (frame)
            deliver(std::move(*frame));
    }
    return true;
}

void FfmDemuxer::deliver(Packet frame)
{
    const auto index = static_cast<std::size_t>(frame.track);
    Track &track = m_tracks[index];
    if (track.aac && beginsWithAdts(frame.data()) != track.adts)
        announceSound(index, !track.adts);
    if (track.annexB) {
        auto annexB = converted(*track.annexB, frame);
        if (!annexB) {
            ++m_errors;
            return;
        }
        frame = std::move(*annexB);
    }
    parse(index, std::move(frame));
}

/// Nothing: its lengths are wrong.
std::optional<Packet> FfmDemuxer::converted(AVBSFContext &filter, const Packet &frame)
{
    m_packet->buf = av_buffer_ref(frame.buffer());
    m_packet->data = frame.buffer()->data;
    m_packet->size = static_cast<int>(frame.data().size());
    const bool done = av_bsf_send_packet(&filter, m_packet.get()) >= 0 &&
                      av_bsf_receive_packet(&filter, m_packet.get()) >= 0 && m_packet->buf;
    std::optional<Packet> packet;
    if (done) {
        packet.emplace(
            av_buffer_ref(m_packet->buf),
            std::span<const std::uint8_t>(m_packet->data, static_cast<std::size_t>(m_packet->size)));
        packet->track = frame.track;
        packet->keyframe = frame.keyframe;
        packet->pts = frame.pts;
        packet->dts = frame.dts;
        packet->duration = frame.duration;
    }
    av_packet_unref(m_packet.get());
    return packet;
}

} // namespace aspersor::media
