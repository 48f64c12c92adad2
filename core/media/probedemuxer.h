// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avinput.h"
#include "core/media/demuxer.h"
#include "core/media/trackparser.h"

#include <deque>
#include <vector>

namespace aspersor::media {

/// Any live container that libav can read (NUT, Matroska, FLV), with libav's own parsers: for feeders other
/// than phones and the control room.
class ProbeDemuxer final : public Demuxer
{
public:
    ProbeDemuxer(ByteSource &source, const Options &options);
    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<std::optional<Packet>> next() override;

private:
    void describe();
    [[nodiscard]] bool filter();
    void take(Packet packet);
    [[nodiscard]] bool described() const;

    Options m_options;
    AvInput m_input;
    AvPacket m_packet;
    std::vector<int> m_trackOf;                        // by libav's stream index; -1: not carried
    std::vector<BitstreamFilter> m_annexB;             // by libav's stream index; null: nothing to convert
    std::vector<std::optional<TrackParser>> m_parsers; // by track: sound as ADTS, which describes itself
    std::deque<Packet> m_ready;                        // held back until all tracks are described
    std::vector<Packet> m_parsed;
};

} // namespace aspersor::media
