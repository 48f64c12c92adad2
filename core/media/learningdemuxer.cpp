// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/learningdemuxer.h"

#include <algorithm>

namespace aspersor::media {

namespace {

// A track that is announced but sends nothing holds back the others for no longer than this.
constexpr std::size_t holdBytes = 2 * 1024 * 1024;
constexpr Ticks holdTime = 2 * ticksPerSecond;

} // namespace

void LearningDemuxer::addStream(TrackParser parser)
{
    m_streams.push_back({.parser = std::move(parser)});
}

void LearningDemuxer::replaceStream(std::size_t index, TrackParser parser)
{
    m_streams[index].parser = std::move(parser);
    m_streams[index].seenVersion = 0;
}

void LearningDemuxer::parse(std::size_t stream, Packet payload)
{
    TrackParser &parser = m_streams[stream].parser;
    payload.track = static_cast<int>(stream);
    const std::uint64_t before = parser.errors();
    parser.parse(std::move(payload), m_parsed);
    m_errors += parser.errors() - before;
}

Result<std::optional<Packet>> LearningDemuxer::next()
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

void LearningDemuxer::releaseWhenDescribed(bool atEnd)
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
void LearningDemuxer::describe(Stream &stream)
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
