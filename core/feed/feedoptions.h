// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>

namespace aspersor {

/// Bounds and times of the feeds; parameters so that a test does not wait.
struct FeedOptions {
    std::chrono::milliseconds silenceTimeout{
        15'000};                             ///< a publisher that sends nothing for this long is cut off
    std::chrono::milliseconds grace{30'000}; ///< a feed that is away this long has ended
    std::chrono::milliseconds takeoverAfter{2'000}; ///< silence after which another connection may take over
    std::size_t maxFeeds = 64;                      ///< those that are away count too
};

} // namespace aspersor
