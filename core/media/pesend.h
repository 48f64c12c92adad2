// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytesource.h"

#include <array>
#include <cstdint>
#include <vector>

namespace aspersor::media {

/// Sits between a socket and libav's MPEG-TS demuxer and tells the latter where a picture ends.
///
/// A video PES usually has no length (PES_packet_length 0, ISO/IEC 13818-1 2.4.3.7), so a demuxer knows its
/// end only when the next one begins: one frame of delay. But a multiplexer fills up the last TS packet of a
/// PES with adaptation-field stuffing (2.4.3.5), and only that one. Where a PID has kept to this for some
/// pictures, a packet is put in behind such a packet which begins a new, empty PES of the same PID: the
/// demuxer lets go of the picture at once. The inserted packet carries discontinuity_indicator and the
/// continuity counter of the packet before it, so the count goes on undisturbed. A PID that breaks the rule
/// once is left alone from then on.
///
/// One picture in 184 fills its last packet exactly. Where a sender's chunks (ByteSource::endedPiece) have
/// ended with pictures again and again, and never inside one, the end of a chunk is the end of such a picture
/// too; a chunk larger than all that did is not believed, since a sender's buffer may have cut it.
///
/// It also decides whether the bytes are MPEG-TS at all (188, 192 or 204 bytes a packet).
class PesEnd final : public ByteSource
{
public:
    /// `probeBytes`: read() fails with BadRequest when these hold no MPEG-TS.
    PesEnd(ByteSource &source, std::size_t probeBytes);

    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override;

    [[nodiscard]] std::uint64_t insertedPackets() const { return m_inserted; }

private:
    struct Pid {
        std::uint16_t number = 0;
        bool openEnded = false;  // the PES in progress has no length
        bool stuffed = false;    // the last packet had stuffing
        int agreed = 0;          // PES that ended with stuffing in a row; negative: the rule was broken
        std::uint64_t piece = 0; // the last packet ended a chunk of this size
        std::uint64_t largestPiece = 0; // that ended with a PES
        int piecesAgreed = 0;           // PES that ended with a chunk in a row; negative: the rule was broken
    };
    [[nodiscard]] Result<std::size_t> probe(std::span<std::uint8_t> into);
    [[nodiscard]] std::size_t pass(std::span<std::uint8_t> into);
    [[nodiscard]] bool endsPes(std::span<const std::uint8_t> packet, std::uint64_t piece);
    void makeInsert(std::uint16_t pid, std::uint8_t counter);
    [[nodiscard]] Pid *pidOf(std::uint16_t number, bool create);

    ByteSource &m_source;
    std::size_t m_probeBytes;
    std::vector<std::uint8_t> m_buffer; // bytes read but not yet passed on: [m_begin, m_end)
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    bool m_probed = false;
    bool m_aligned = false; // 188-byte packets from m_begin on
    bool m_ended = false;
    std::uint64_t m_piece = 0; // m_end is the end of a chunk of this size
    std::array<Pid, 8> m_pids; // more open-ended PIDs than these go through untouched
    std::size_t m_pidCount = 0;
    std::array<std::uint8_t, 188> m_insert{};
    bool m_insertPending = false;
    std::uint64_t m_inserted = 0;
};

} // namespace aspersor::media
