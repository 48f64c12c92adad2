// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avptr.h"
#include "core/media/ffmparser.h"
#include "core/media/learningdemuxer.h"

#include <vector>

namespace aspersor::media {

/// FFM as a feeder of the original ffserver sends it, or as a feed file holds it, brought to the conventions
/// of Demuxer: H.264 may come with start codes or lengths, AAC raw or in ADTS.
class FfmDemuxer final : public LearningDemuxer
{
public:
    FfmDemuxer(ByteSource &source, FfmParser::Damage damage);
    [[nodiscard]] Result<void> open();

private:
    struct Track {
        TrackDescription known;
        bool aac = false;
        bool adts = false;      // it is parsed as such
        BitstreamFilter annexB; // null: nothing to convert
    };
    [[nodiscard]] Result<bool> readPayload() override;
    [[nodiscard]] Result<std::size_t> read(std::size_t limit);
    [[nodiscard]] Result<void> announce(const TrackDescription &known);
    void announceSound(std::size_t index, bool adts);
    void deliver(Packet frame);
    [[nodiscard]] std::optional<Packet> converted(AVBSFContext &filter, const Packet &frame);

    ByteSource &m_source;
    FfmParser m_parser;
    std::vector<Track> m_tracks;
    std::vector<std::uint8_t> m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    Result<std::size_t> m_last = std::size_t{1}; // what the source, or the parser, said last
    AvPacket m_packet;
    std::uint64_t m_parserErrors = 0; // of these, counted in errors()
};

} // namespace aspersor::media
