// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <variant>

namespace aspersor::serve {

struct EncoderQueueLimits {
    media::Ticks lag = 2 * media::ticksPerSecond; ///< between the oldest picture and what comes
    std::size_t bytes = std::size_t{16} * 1024 * 1024;
    std::size_t packets = 4096;
    int tries = 3; ///< times that pictures are left out before the encoder pauses
    std::chrono::milliseconds pause{5'000};
    std::chrono::milliseconds recovery{10'000}; ///< without leaving out: it keeps up
};

/// What an encoder had to leave out so far.
struct ShedState {
    std::uint64_t count = 0;    ///< times that it fell too far behind
    std::uint64_t pictures = 0; ///< left out
    bool paused = false;
    /// Since when it has been behind; nothing when it keeps up.
    std::optional<std::chrono::steady_clock::time_point> since = {};
};

/// What waits for an encoder: bounded, and first to give way when the machine has too much to do.
///
/// Pure and not thread-safe. When the encoder falls behind, the pictures that wait are dropped, with those
/// that follow up to the next keyframe; when that does not help a few times, it is left alone for a while.
/// Sound stays.
class EncoderQueue
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Item = std::variant<media::Packet, media::StreamDescription>;

    /// `description`: of the packets that are pushed first.
    explicit EncoderQueue(media::StreamDescription description, const EncoderQueueLimits &limits = {})
        : m_limits(limits), m_described(std::move(description))
    {
    }

    /// Of the packets that follow; goes to the encoder in its place among them.
    void describe(const media::StreamDescription &description);
    /// What the encoder is to begin with; counts for no limit, since its size is bounded by the feed.
    void pushFirst(std::span<const media::Packet> packets);
    void push(const media::Packet &packet, TimePoint now);
    [[nodiscard]] std::optional<Item> pop();
    [[nodiscard]] bool empty() const { return m_first.empty() && m_items.empty(); }
    [[nodiscard]] ShedState state(TimePoint now) const;

private:
    [[nodiscard]] bool isPicture(const media::Packet &packet) const;
    [[nodiscard]] bool isFull(const media::Packet &next) const;
    void shed(TimePoint now);

    const EncoderQueueLimits m_limits;
    std::deque<media::Packet> m_first;
    std::deque<Item> m_items;
    media::StreamDescription m_described; // of the packet pushed last
    std::size_t m_bytes = 0;              // of the packets in m_items
    bool m_awaitsKeyframe = false;
    int m_tries = 0;
    ShedState m_state;
    TimePoint m_lastShed{};
    TimePoint m_pausedUntil{};
};

} // namespace aspersor::serve
