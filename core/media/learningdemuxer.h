// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/demuxer.h"
#include "core/media/trackparser.h"

#include <deque>
#include <vector>

namespace aspersor::media {

/// A demuxer of a container that does not say all of its tracks: what is missing, TrackParser learns on the
/// way, and packets wait (bounded) until it is known.
class LearningDemuxer : public Demuxer
{
public:
    [[nodiscard]] Result<std::optional<Packet>> next() final;

protected:
    /// Reads until parse() has made a packet or more; false at the end.
    [[nodiscard]] virtual Result<bool> readPayload() = 0;

    /// Announces an elementary stream; they count from 0.
    void addStream(TrackParser parser);
    /// What is known of it so far is void.
    void replaceStream(std::size_t index, TrackParser parser);
    void parse(std::size_t stream, Packet payload);
    [[nodiscard]] bool hasParsed() const { return !m_parsed.empty(); }

private:
    struct Stream {
        TrackParser parser;
        std::uint32_t seenVersion = 0;
        int track = -1; // index into description(), -1: not described yet
    };
    void releaseWhenDescribed(bool atEnd);
    void describe(Stream &stream);

    std::vector<Stream> m_streams;
    bool m_released = false;
    bool m_finished = false;
    std::vector<Packet> m_parsed; // scratch
    std::deque<Packet> m_pending; // Packet::track is an index into m_streams here
    std::size_t m_pendingBytes = 0;
};

} // namespace aspersor::media
