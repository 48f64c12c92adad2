// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

namespace aspersor {

/// Packets of one track that wait for their decoder. Bounded: past the bound it drops to the next keyframe.
///
/// Not thread-safe: its owner locks.
class PacketQueue
{
public:
    struct Bound {
        std::size_t packets = 2048;
        std::size_t bytes = 16 * 1024 * 1024;
    };
    struct Item {
        media::PacketPtr packet;
        std::shared_ptr<const media::StreamDescription> description; ///< of this packet
    };

    PacketQueue() = default;
    explicit PacketQueue(Bound bound) : m_bound(bound) {}

    /// False when it was dropped: a decoder that misses packets needs a keyframe first.
    bool push(Item item);
    [[nodiscard]] std::optional<Item> pop();
    /// Drops everything before the newest keyframe that is due at `position` or before. True when it dropped.
    bool skipTo(media::Ticks position);
    /// Empties the queue; it goes on with the next keyframe.
    void clear();

    [[nodiscard]] bool isEmpty() const { return m_items.empty(); }
    [[nodiscard]] std::size_t size() const { return m_items.size(); }
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }
    [[nodiscard]] media::Ticks frontPts() const; ///< noTicks when empty
    [[nodiscard]] std::uint64_t dropped() const { return m_dropped; }

private:
    void popFront();
    void dropToNextKeyframe();

    Bound m_bound;
    std::deque<Item> m_items;
    std::size_t m_bytes = 0;
    std::uint64_t m_dropped = 0;
    bool m_needsKeyframe = true;
};

} // namespace aspersor
