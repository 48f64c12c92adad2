// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"
#include "tests/bench/fanout/pacedclip.h"
#include "tests/bench/room/figures.h"
#include "tests/bench/room/room.h"

namespace aspersor::bench {

struct Plan {
    Room::Options room;
    std::string ffmpeg = "ffmpeg";
    std::size_t feeds = 10;
    std::size_t viewers = 10; ///< of each feed
    int seconds = 15;         ///< of each measurement
    int rounds = 3;           ///< of each side of a comparison
    int soakFeeds = 200;
};

/// Delay from a picture's last byte into the ingest socket to its last byte at a viewer; time to a new
/// viewer's first byte; nothing lost on the way.
[[nodiscard]] Result<std::vector<Figure>> measureDelay(PacedClip &clip, const Plan &plan);
/// CPU of one feed that nobody watches, beside that of an ffmpeg that copies the same bytes.
[[nodiscard]] Result<std::vector<Figure>> measureCost(PacedClip &clip, const Plan &plan);
/// Threads and descriptors before and after many feeds that came and went.
[[nodiscard]] Result<std::vector<Figure>> measureSoak(PacedClip &clip, const Plan &plan);

} // namespace aspersor::bench
