// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace aspersor::bench {

/// An MPEG-TS clip cut into the pieces that a live source would send, each with the time at which it is due.
///
/// Every picture carries an SEI message (user_data_unregistered, ITU-T H.264 D.1.7) with room for the time of
/// sending: whoever finds `marker` in a stream of any format finds behind it 16 hexadecimal digits of
/// CLOCK_MONOTONIC in ns. It stands in the first TS packet of its picture, so it is never split there.
class PacedClip
{
public:
    struct Piece {
        std::size_t offset = 0;
        std::size_t size = 0;
        std::int64_t dueNs = 0;  ///< since the clip's start
        std::size_t stampAt = 0; ///< where the 16 digits are; 0: none in this piece
    };
    static constexpr std::string_view marker = "aspersor-bench-1";

    [[nodiscard]] static Result<PacedClip> load(const std::string &path);

    [[nodiscard]] const std::vector<Piece> &pieces() const { return m_pieces; }
    [[nodiscard]] std::int64_t durationNs() const { return m_durationNs; }
    /// The bytes of a piece, with `nowNs` written into its picture.
    [[nodiscard]] std::span<const std::uint8_t> stamped(const Piece &piece, std::int64_t nowNs);

private:
    std::vector<std::uint8_t> m_bytes;
    std::vector<Piece> m_pieces;
    std::int64_t m_durationNs = 0;
};

[[nodiscard]] std::int64_t nowNs(); ///< CLOCK_MONOTONIC

} // namespace aspersor::bench
