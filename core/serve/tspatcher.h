// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/block.h"

#include <cstdint>
#include <map>
#include <span>

namespace aspersor::serve {

/// Keeps the continuity counters of one MPEG-TS output (ISO/IEC 13818-1, 2.4.3.3) counting through several
/// muxers, and knows how to splice into it.
///
/// Pure; lives with the stream, on the feed's thread.
class TsPatcher
{
public:
    /// Rewrites the counters of the whole packets in `bytes` in place; every muxer starts its own at zero.
    void patch(std::span<std::uint8_t> bytes);

    /// Packets without payload, one for each PID seen so far, that announce a discontinuity and carry the
    /// counter after which the next patched packet continues. A demuxer that is moved to that packet then
    /// sees no unexplained gap.
    [[nodiscard]] Bytes splice() const;

private:
    struct Counter {
        std::uint8_t last = 15; // of the newest packet with payload, or 15: the next is 0
    };
    std::map<std::uint16_t, Counter> m_counters; // by PID
};

/// True when a PAT comes in `bytes` before anything that needs one: a viewer can begin with them.
[[nodiscard]] bool beginsWithPat(std::span<const std::uint8_t> bytes);

} // namespace aspersor::serve
