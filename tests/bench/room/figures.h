// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace aspersor::bench {

/// The value below which `share` of all lie; nothing of nothing.
[[nodiscard]] std::optional<double> percentile(std::vector<double> values, double share);

/// One measured value beside what it should be.
struct Figure {
    std::string name; ///< "delay.medianMs"
    std::string text; ///< for people
    double value = 0;
    std::string unit;
    std::optional<double> atMost; ///< the goal
    [[nodiscard]] bool reached() const { return !atMost || value <= *atMost; }
};

/// Prints a table for people on standard error.
void printTable(const std::vector<Figure> &figures);
/// One JSON object on standard output: {"figures":[...],"reached":true}
void printJson(const std::vector<Figure> &figures);

} // namespace aspersor::bench
