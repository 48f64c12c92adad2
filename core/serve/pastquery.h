// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace aspersor::serve {

/// Where in a feed's past a viewer wants to begin.
struct PastPoint {
    std::chrono::milliseconds back{0}; ///< 0: now
    std::chrono::system_clock::time_point at{};
};

/// What a request asks for: "?date=" before "?buffer=" before the stream's Preroll. Nothing: the date cannot
/// be understood. Pure.
[[nodiscard]] std::optional<PastPoint> pastPoint(const std::map<std::string, std::string> &query,
                                                 std::chrono::milliseconds preroll,
                                                 std::chrono::system_clock::time_point now);

} // namespace aspersor::serve
