// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/phone/block.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace aspersor::phone {

/// What the camera has made and the network has not yet taken, for one feed.
///
/// Thread-safe: the recorder pushes, the uploader takes. Bounded as on a phone: while the connection is away
/// only the newest segment is kept, and a connection that is too slow loses whole segments, the oldest first,
/// so that what is sent always begins anew with a keyframe.
class Outbox
{
public:
    static constexpr std::size_t defaultLimit = 8 * 1024 * 1024;

    /// `wake` is called (on the recorder's thread) whenever there is something new to look at.
    explicit Outbox(std::function<void()> wake, std::size_t limitBytes = defaultLimit);

    void push(Block block);
    void finish(); ///< nothing more will be pushed

    [[nodiscard]] std::optional<Block> take();
    [[nodiscard]] bool finished() const; ///< finish() was called; there may still be blocks to take
    [[nodiscard]] bool drained() const;  ///< finished() and empty
    void setOnline(bool online);         ///< false: forget all but the newest segment, now and from now on
    [[nodiscard]] std::uint64_t droppedBytes() const;

private:
    void dropAll(); // under m_mutex

    const std::function<void()> m_wake;
    const std::size_t m_limit;
    mutable std::mutex m_mutex; // guards all below
    std::deque<Block> m_blocks;
    std::size_t m_bytes = 0;     // in m_blocks
    std::uint64_t m_dropped = 0; // bytes
    bool m_online = false;
    bool m_waitForSegment = true; // a block was lost: nothing is of use before the next segment
    bool m_finished = false;
};

} // namespace aspersor::phone
