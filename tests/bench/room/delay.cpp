// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/benches.h"
#include "tests/bench/room/crowd.h"
#include "tests/bench/room/pusher.h"

#include <algorithm>

namespace aspersor::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t second = 1'000'000'000;
constexpr double pictureMs = 1000.0 / 30.0;
constexpr int newViewers = 40;
constexpr std::int64_t newViewerEvery = 97'000'000; // ns; not in step with the pictures

std::size_t picturesIn(const PacedClip &clip)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        clip.pieces(), [](const PacedClip::Piece &piece) { return piece.stampAt > 0; }));
}

std::string pathOf(std::size_t feed)
{
    return "/bench" + std::to_string(feed + 1) + ".ts";
}

} // namespace

Result<std::vector<Figure>> measureDelay(PacedClip &clip, const Plan &plan)
{
    auto room = Room::start(plan.room);
    if (!room)
        return tl::unexpected<Error>(room.error());
    SentTimes sent(plan.feeds, picturesIn(clip));
    const std::int64_t start = nowNs();
    Pusher pusher((*room)->ingestPort(), clip, plan.feeds, sent);
    for (std::size_t live = 0; live < plan.feeds; ++live) {
        if (!(*room)->waitFor({"\"event\":\"feed\"", "\"state\":\"live\""}, 10s))
            return failure(Error::Kind::Process, "not all feeds became live within 10 s");
    }
    Crowd crowd((*room)->viewersPort(), sent);
    crowd.watchUntil(nowNs() + second); // until ffserver has them too
    for (std::size_t i = 0; i < plan.feeds * plan.viewers; ++i) {
        if (!crowd.join(pathOf(i % plan.feeds)))
            return failure(Error::Kind::Io, "a viewer cannot connect");
    }
    crowd.watchUntil(nowNs() + 2 * second);
    const std::size_t first = crowd.report().firstByteMs.size();
    crowd.startMeasuring();
    const auto cpuBefore = (*room)->cpu();
    const std::int64_t began = nowNs();
    crowd.watchUntil(began + plan.seconds * second);
    const auto cpu = (*room)->cpu() - cpuBefore;
    const double seconds = static_cast<double>(nowNs() - began) / static_cast<double>(second);

    // With all that going on, more viewers come one by one.
    std::vector<double> firstByte;
    for (int i = 0; i < newViewers; ++i) {
        if (!crowd.join(pathOf(static_cast<std::size_t>(i) % plan.feeds)))
            return failure(Error::Kind::Io, "a new viewer cannot connect");
        crowd.watchUntil(nowNs() + newViewerEvery);
    }
    crowd.watchUntil(nowNs() + second / 2);
    if (pusher.failed())
        return failure(Error::Kind::Io, "a feed was cut off");
    if (pusher.finished())
        return failure(Error::Kind::LimitExceeded, "the clip is too short: make one of " +
                                                       std::to_string((nowNs() - start) / second + 5) + " s");
    const Crowd::Report report = crowd.report();
    firstByte.assign(report.firstByteMs.begin() + static_cast<std::ptrdiff_t>(first),
                     report.firstByteMs.end());
    const auto share = [](const std::vector<double> &values, double at) {
        return percentile(values, at).value_or(-1);
    };
    const auto expected = static_cast<double>(plan.feeds * plan.viewers) * 30.0 * seconds;
    return std::vector<Figure>{
        {"delay.medianMs", "delay, byte in to same picture at a viewer: median", share(report.delaysMs, 0.5),
         "ms", pictureMs + 12},
        {"delay.p99Ms", "delay: 99th percentile", share(report.delaysMs, 0.99), "ms", 100},
        {"delay.maxMs", "delay: longest", share(report.delaysMs, 1.0), "ms", {}},
        {"delay.unseenShare", "pictures that did not arrive in that time, share",
         1.0 - std::min(1.0, static_cast<double>(report.delaysMs.size()) / expected), "", 0.02},
        {"delay.missing", "pictures skipped on the way", static_cast<double>(report.missing), "", 0},
        {"delay.continuityErrors", "continuity errors", static_cast<double>(report.continuityErrors), "", 0},
        {"delay.refused", "viewers refused or lost", static_cast<double>(report.refused), "", 0},
        {"firstByte.medianMs", "first byte to a new viewer: median", share(firstByte, 0.5), "ms", {}},
        {"firstByte.maxMs", "first byte to a new viewer: longest", share(firstByte, 1.0), "ms", 50},
        {"delay.cpuShare",
         "CPU of aspersor and ffserver under this load, cores",
         std::chrono::duration<double>(cpu).count() / seconds,
         "",
         {}},
    };
}

} // namespace aspersor::bench
