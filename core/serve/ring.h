// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/block.h"

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace aspersor::serve {

/// How much of a stream's past is kept for new and slow viewers.
struct RingLimits {
    std::size_t maxBytes = std::size_t{16} * 1024 * 1024; ///< never more, whatever the rest says
    media::Ticks minTime = 2 * media::ticksPerSecond; ///< slow viewers may be so far behind the newest GOP
};

/// What is new in a ring since a sequence number. Reused by its owner, so that it seldom allocates.
struct RingNews {
    std::vector<BlockPtr> blocks; ///< of consecutive sequence numbers
    std::uint64_t first = 0;      ///< of blocks.front()
    std::uint64_t ringFirst = 0;  ///< the oldest that the ring still holds
    ChunkPtr header;              ///< what a viewer is sent before its first block; null: nothing
    std::uint32_t epoch = 0;      ///< the muxer that the header is of
    bool ended = false;           ///< nothing comes after these
    std::string reason;           ///< why, when ended
};

/// The newest output of one stream: blocks with consecutive sequence numbers.
///
/// Keeps the newest GOP and what is younger than a time. Thread-safe: one thread appends, viewers' threads
/// fetch; they hold the lock for some pointer copies only.
class Ring
{
public:
    explicit Ring(const RingLimits &limits = {}) : m_limits(limits) {}

    void append(BlockPtr block);
    /// No more blocks: who has read all of them is finished. The first reason counts.
    void end(std::string reason);
    /// From here on viewers begin with this header (null: none) and a block of this epoch.
    void setHeader(ChunkPtr header, std::uint32_t epoch);

    /// Everything from sequence number `next` on (or from the oldest, when that is gone).
    void fetch(std::uint64_t next, RingNews &news) const;
    [[nodiscard]] std::size_t bytes() const;
    /// From sequence number `next` on.
    [[nodiscard]] std::size_t bytesFrom(std::uint64_t next) const;
    /// Mean over what is held, of a second at least.
    [[nodiscard]] std::int64_t bitsPerSecond() const;

private:
    void trim(); // m_mutex held

    const RingLimits m_limits;
    mutable std::mutex m_mutex;
    std::deque<BlockPtr> m_blocks;      // guarded by m_mutex, as all below
    std::uint64_t m_first = 0;          // sequence number of m_blocks.front()
    std::deque<std::uint64_t> m_starts; // sequence numbers of start blocks in m_blocks
    std::size_t m_bytes = 0;
    ChunkPtr m_header;
    std::uint32_t m_epoch = 0;
    bool m_ended = false;
    std::string m_reason;
};

} // namespace aspersor::serve
