// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

#include <cstddef>
#include <deque>
#include <optional>

namespace aspersor::media {

/// Puts the packets of several tracks in the order of their dts, for containers that demand it. Phones and
/// MPEG-TS send sound later than the picture that it belongs to.
///
/// Pure. What is held is bounded: a track that stays away is not waited for longer than `longest`.
class Interleaver
{
public:
    static constexpr Ticks longest = ticksPerSecond / 2;
    static constexpr std::size_t mostPackets = 256;

    /// `tracks`: how many of them are to be expected.
    explicit Interleaver(std::size_t tracks = 1) : m_tracks(tracks) {}

    void push(const Packet &packet);
    /// The next packet; nothing while an older one may still come.
    [[nodiscard]] std::optional<Packet> pop();
    /// As pop(), for when no more come.
    [[nodiscard]] std::optional<Packet> popAny();

private:
    [[nodiscard]] bool isDue() const;

    std::size_t m_tracks;
    std::deque<Packet> m_held; // by dts
};

} // namespace aspersor::media
