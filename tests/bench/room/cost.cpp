// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/benches.h"
#include "tests/bench/room/pusher.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <unistd.h>

namespace aspersor::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t second = 1'000'000'000;
constexpr auto warmUp = 3s; // probing is over by then, on both sides

/// What the first system ran for each feed: an ffmpeg that copies to another container, and (`processes` = 2)
/// a second one in the place of its ffserver, which took that apart and put it together again.
Result<double> ffmpegCores(PacedClip &clip, const Plan &plan, int processes, std::chrono::nanoseconds segment)
{
    const std::string copy = plan.ffmpeg + " -nostdin -v error -i pipe:0 -c copy -f ";
    const std::string last = "exec " + copy + "mpegts -y /dev/null";
    // The shell that joins them is idle; `exec` leaves the one process alone.
    auto child = Child::start({"sh", "-c", processes == 1 ? last : copy + "nut pipe:1 | " + last});
    if (!child)
        return tl::unexpected<Error>(child.error());
    std::atomic<bool> failed{false};
    const std::jthread writer([&](const std::stop_token &stop) {
        // In segments of a nanosecond every piece is one.
        const auto segments = segmentsOf(clip, std::max<std::chrono::nanoseconds>(segment, 1ns));
        const std::int64_t start = nowNs() - segment.count();
        for (const Segment &part : segments) {
            sleepUntil(start + part.dueNs);
            std::span<const std::uint8_t> bytes(part.bytes);
            while (!bytes.empty() && !stop.stop_requested()) {
                const ssize_t wrote = write(child->input(), bytes.data(), bytes.size());
                if (wrote <= 0) {
                    failed = true;
                    return;
                }
                bytes = bytes.subspan(static_cast<std::size_t>(wrote));
            }
            if (stop.stop_requested())
                return;
        }
        failed = true; // the clip is too short
    });
    std::this_thread::sleep_for(warmUp);
    const auto before = cpuOfFamily(child->pid());
    std::this_thread::sleep_for(std::chrono::seconds(plan.seconds));
    const auto used = cpuOfFamily(child->pid()) - before;
    if (failed || before.count() == 0)
        return failure(Error::Kind::Process, "ffmpeg ended before it was measured, or the clip is too short");
    return std::chrono::duration<double>(used).count() / plan.seconds;
}

struct RoomCores {
    double idle = 0;
    double aspersor = 0;
    double ffserver = 0;
};

Result<RoomCores> roomCores(PacedClip &clip, const Plan &plan, std::chrono::nanoseconds segment)
{
    auto room = Room::start(plan.room);
    if (!room)
        return tl::unexpected<Error>(room.error());
    RoomCores cores;
    constexpr auto idleTime = 2s;
    std::this_thread::sleep_for(1s);
    auto aspersor = cpuOf((*room)->aspersorPid());
    auto ffserver = cpuOf((*room)->ffserverPid());
    std::this_thread::sleep_for(idleTime);
    cores.idle = std::chrono::duration<double>((*room)->cpu() - aspersor - ffserver) / idleTime;

    SentTimes sent(1, clip.pieces().size());
    Pusher pusher((*room)->ingestPort(), clip, 1, sent, segment);
    if (!(*room)->waitFor({"\"event\":\"feed\"", "\"state\":\"live\""}, 10s))
        return failure(Error::Kind::Process, "the feed did not become live within 10 s");
    std::this_thread::sleep_for(warmUp);
    aspersor = cpuOf((*room)->aspersorPid());
    ffserver = cpuOf((*room)->ffserverPid());
    std::this_thread::sleep_for(std::chrono::seconds(plan.seconds));
    const std::chrono::duration<double> aspersorUsed = cpuOf((*room)->aspersorPid()) - aspersor;
    const std::chrono::duration<double> ffserverUsed = cpuOf((*room)->ffserverPid()) - ffserver;
    if (pusher.failed() || pusher.finished())
        return failure(Error::Kind::Process, "the feed ended before it was measured");
    cores.aspersor = aspersorUsed.count() / plan.seconds;
    cores.ffserver = ffserverUsed.count() / plan.seconds;
    return cores;
}

double median(const std::vector<double> &values)
{
    return percentile(values, 0.5).value_or(0);
}

/// Both sides in turn, the bytes sent in one way. The goal is half of the first system's chain; one ffmpeg
/// alone does half of its job and serves nobody.
Result<std::vector<Figure>> compare(PacedClip &clip, const Plan &plan, std::chrono::nanoseconds segment,
                                    const std::string &name, const std::string &how)
{
    std::vector<double> one;
    std::vector<double> chain;
    std::vector<double> aspersor;
    std::vector<double> ffserver;
    std::vector<double> idle;
    std::vector<double> toOne;
    std::vector<double> toChain;
    for (int round = 0; round < plan.rounds; ++round) { // in turn: a busy machine slows all
        const auto single = ffmpegCores(clip, plan, 1, segment);
        if (!single)
            return tl::unexpected<Error>(single.error());
        const auto room = roomCores(clip, plan, segment);
        if (!room)
            return tl::unexpected<Error>(room.error());
        const auto both = ffmpegCores(clip, plan, 2, segment);
        if (!both)
            return tl::unexpected<Error>(both.error());
        one.push_back(*single);
        chain.push_back(*both);
        aspersor.push_back(room->aspersor);
        ffserver.push_back(room->ffserver);
        idle.push_back(room->idle);
        const double ours = room->aspersor + room->ffserver;
        toOne.push_back(ours / std::max(*single, 1e-9));
        toChain.push_back(ours / std::max(*both, 1e-9));
    }
    const auto percent = [](const std::vector<double> &values) { return 100 * median(values); };
    return std::vector<Figure>{
        {name + ".ratioToOne",
         "unwatched feed " + how + ": CPU ours / one ffmpeg -c copy",
         median(toOne),
         "x",
         {}},
        {name + ".ratioToChain", "  ours / the first system's chain of two", median(toChain), "x", 0.5},
        {name + ".aspersorPercent", "  aspersor, of one core", percent(aspersor), "%", {}},
        {name + ".ffserverPercent", "  ffserver", percent(ffserver), "%", {}},
        {name + ".idlePercent", "  both with no feed at all", percent(idle), "%", {}},
        {name + ".ffmpegPercent", "  ffmpeg -i pipe: -c copy -f mpegts", percent(one), "%", {}},
        {name + ".chainPercent", "  ffmpeg -c copy | ffmpeg -c copy", percent(chain), "%", {}},
    };
}

} // namespace

Result<std::vector<Figure>> measureCost(PacedClip &clip, const Plan &plan)
{
    auto figures = compare(clip, plan, 0ns, "cost", "by frame");
    if (!figures)
        return figures;
    // As the phone app sends: a finished segment at a time. The measurement holds a whole number of them.
    const auto segments = compare(clip, plan, 2s, "costSegments", "by 2 s");
    if (!segments)
        return segments;
    figures->insert(figures->end(), segments->begin(), segments->end());
    std::size_t bytes = 0;
    for (const PacedClip::Piece &piece : clip.pieces())
        bytes += piece.size;
    figures->push_back({"cost.feedMbps",
                        "  the feed",
                        static_cast<double>(bytes) * 8e3 / static_cast<double>(clip.durationNs()),
                        "Mb/s",
                        {}});
    return figures;
}

} // namespace aspersor::bench
