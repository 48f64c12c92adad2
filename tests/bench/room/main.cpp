// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/benches.h"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

using namespace aspersor;
using namespace aspersor::bench;

constexpr char usage[] =
    "usage: aspersor-bench [OPTION]... all|delay|cost|soak\n"
    "  --aspersor PATH  the program to measure (needed)\n"
    "  --ffserver PATH  its ffserver; default: the one beside it\n"
    "  --clip FILE      an H.264 + AAC MPEG-TS clip, longer than a measurement by 15 s (needed)\n"
    "  --feeds N        feeds of the delay measurement (10)\n"
    "  --viewers N      viewers of each (10)\n"
    "  --seconds N      length of each measurement (15)\n"
    "  --rounds N       rounds of the comparison with ffmpeg (3)\n"
    "  --soak-feeds N   feeds that come and go (200)\n"
    "  --log            show the log of the programs\n"
    "A table goes to standard error, one JSON object to standard output. Ends with 0 when every goal is\n"
    "reached, 3 when one is not, 1 when it could not measure.\n";

enum ExitCode { Reached = 0, CouldNotRun = 1, BadUsage = 2, NotReached = 3 };

struct CommandLine {
    Plan plan;
    std::string clip;
    std::string_view bench;
    bool good = true;
};

CommandLine parse(int argc, char **argv)
{
    CommandLine line;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--log") {
            line.plan.room.quiet = false;
            continue;
        }
        if (!word.starts_with("--")) {
            line.bench = word;
            continue;
        }
        if (++i == argc) {
            line.good = false;
            return line;
        }
        const std::string value = argv[i];
        const int number = std::atoi(value.c_str());
        if (word == "--aspersor")
            line.plan.room.aspersor = value;
        else if (word == "--ffserver")
            line.plan.room.ffserver = value;
        else if (word == "--clip")
            line.clip = value;
        else if (number < 1)
            line.good = false;
        else if (word == "--feeds")
            line.plan.feeds = static_cast<std::size_t>(number);
        else if (word == "--viewers")
            line.plan.viewers = static_cast<std::size_t>(number);
        else if (word == "--seconds")
            line.plan.seconds = number;
        else if (word == "--rounds")
            line.plan.rounds = number;
        else if (word == "--soak-feeds")
            line.plan.soakFeeds = number;
        else
            line.good = false;
    }
    line.good = line.good && !line.plan.room.aspersor.empty() && !line.clip.empty();
    return line;
}

} // namespace

int main(int argc, char **argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    const CommandLine line = parse(argc, argv);
    struct Bench {
        std::string_view name;
        const char *text;
        Result<std::vector<Figure>> (*measure)(PacedClip &, const Plan &);
    };
    constexpr Bench benches[] = {{"delay", "delay under load", measureDelay},
                                 {"cost", "cost of one feed", measureCost},
                                 {"soak", "feeds that come and go", measureSoak}};
    std::vector<Bench> chosen;
    for (const Bench &bench : benches) {
        if (line.bench == "all" || line.bench == bench.name)
            chosen.push_back(bench);
    }
    if (!line.good || chosen.empty()) {
        std::fputs(usage, stderr);
        return BadUsage;
    }
    auto clip = PacedClip::load(line.clip);
    if (!clip) {
        std::fprintf(stderr, "aspersor-bench: %s: %s\n", line.clip.c_str(), clip.error().message.c_str());
        return CouldNotRun;
    }
    std::vector<Figure> figures;
    for (const Bench &bench : chosen) {
        std::fprintf(stderr, "measuring: %s\n", bench.text);
        const auto measured = bench.measure(*clip, line.plan);
        if (!measured) {
            std::fprintf(stderr, "aspersor-bench: %s\n", measured.error().message.c_str());
            return CouldNotRun;
        }
        figures.insert(figures.end(), measured->begin(), measured->end());
    }
    printTable(figures);
    printJson(figures);
    for (const Figure &figure : figures) {
        if (!figure.reached())
            return NotReached;
    }
    return Reached;
}
