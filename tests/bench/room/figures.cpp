// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/figures.h"

#include <algorithm>
#include <cstdio>

namespace aspersor::bench {

std::optional<double> percentile(std::vector<double> values, double share)
{
    if (values.empty())
        return std::nullopt;
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1) + 0.5);
    std::ranges::nth_element(values, values.begin() + at);
    return values[static_cast<std::size_t>(at)];
}

void printTable(const std::vector<Figure> &figures)
{
    std::fprintf(stderr, "\n%-58s %12s %-5s %10s\n", "", "measured", "", "goal");
    for (const Figure &figure : figures) {
        std::fprintf(stderr, "%-58s %12.2f %-5s", figure.text.c_str(), figure.value, figure.unit.c_str());
        if (figure.atMost)
            std::fprintf(stderr, " <= %7.2f  %s", *figure.atMost, figure.reached() ? "yes" : "NO");
        std::fputs("\n", stderr);
    }
}

void printJson(const std::vector<Figure> &figures)
{
    std::fputs("{\"figures\":[", stdout);
    const char *separator = "";
    for (const Figure &figure : figures) {
        std::printf("%s{\"name\":\"%s\",\"value\":%.4f,\"unit\":\"%s\"", separator, figure.name.c_str(),
                    figure.value, figure.unit.c_str());
        if (figure.atMost)
            std::printf(",\"atMost\":%.4f,\"reached\":%s", *figure.atMost,
                        figure.reached() ? "true" : "false");
        std::fputs("}", stdout);
        separator = ",";
    }
    const bool all = std::ranges::all_of(figures, [](const Figure &figure) { return figure.reached(); });
    std::printf("],\"reached\":%s}\n", all ? "true" : "false");
    std::fflush(stdout);
}

} // namespace aspersor::bench
