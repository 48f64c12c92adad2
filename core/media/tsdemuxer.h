// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avinput.h"
#include "core/media/demuxer.h"
#include "core/media/pesend.h"
#include "core/media/trackparser.h"

#include <deque>
#include <vector>

namespace aspersor::media {

/// MPEG-TS by libav's demuxer, without its parsers and without avformat_find_stream_info(): those cost a live
/// feed two to three pictures of delay and most of a second at the start. What they learn, TrackParser learns
/// on the way.
class TsDemuxer final : public Demuxer
{
public:
    TsDemuxer(ByteSource &source, const Options &options);
    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<std::optional<Packet>> next() override;

private:
    struct Stream {
        int avIndex = 0;
        int codecId = 0;
        std::uint32_t seenVersion = 0;
        int track = -1; // index into description(), -1: not described yet
        TrackParser parser;
    };
    [[nodiscard]] Result<bool> readPayload();
    void takeStreams();
    [[nodiscard]] Stream *streamOf(int avIndex);
    void releaseWhenDescribed(bool atEnd);
    void describe(Stream &stream);

    PesEnd m_pesEnd;
    AvInput m_input;
    AvPacket m_packet;
    std::vector<Stream> m_streams;
    unsigned m_streamsTaken = 0;
    bool m_released = false;
    bool m_finished = false;
    std::vector<Packet> m_parsed; // scratch
    std::deque<Packet> m_pending; // Packet::track is an index into m_streams here
    std::size_t m_pendingBytes = 0;
};

} // namespace aspersor::media
