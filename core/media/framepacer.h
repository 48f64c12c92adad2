// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

#include <cstdint>
#include <span>

namespace aspersor::media {

/// Brings pictures to a constant rate, without holding one back: each is put on the nearest place of a grid
/// that begins with the first. Of two on one place the first is kept; short gaps are filled.
///
/// Pure. With a rate of 0 every picture keeps its time.
class FramePacer
{
public:
    /// Longer gaps are left as they are.
    static constexpr Ticks longestFill = ticksPerSecond / 2;

    FramePacer(int rateNum, int rateDen) : m_num(rateNum), m_den(rateDen) {}

    struct Places {
        int count = 0;   ///< how many times to show the picture; 0: not at all
        Ticks first = 0; ///< the time of the first
    };
    /// Where a picture with the time `pts` goes. What is older than the one before is dropped.
    [[nodiscard]] Places place(Ticks pts);
    [[nodiscard]] Ticks distance() const { return m_num > 0 ? ticksPerSecond * m_den / m_num : 0; }
    /// The time of the n-th place after `first`.
    [[nodiscard]] Ticks after(Ticks first, int n) const
    {
        return m_num > 0 ? timeOf(slotOf(first) + n) : first;
    }

private:
    [[nodiscard]] std::int64_t slotOf(Ticks pts) const;
    [[nodiscard]] Ticks timeOf(std::int64_t slot) const;

    int m_num;
    int m_den;
    Ticks m_origin = noTicks;
    Ticks m_lastPts = noTicks;
    std::int64_t m_lastSlot = -1;
};

/// Puts the rates that the packets show into the descriptions of video tracks, when there are enough of them.
/// What a phone declares is often wrong, and some versions of libav count H.264's fields for pictures.
void measureFrameRates(StreamDescription &description, std::span<const Packet> packets);

} // namespace aspersor::media
