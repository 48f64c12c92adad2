// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/benches.h"
#include "tests/bench/room/pusher.h"

#include <algorithm>
#include <sys/socket.h>
#include <thread>

namespace aspersor::bench {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t clipPart = 2'000'000'000; // ns of the clip that each feed sends, at once
constexpr int atOnce = 20;

struct Footprint {
    int threads = 0;
    int descriptors = 0;
    long aspersorKib = 0;
    long ffserverKib = 0;
};

Footprint footprintOf(const Room &room)
{
    Footprint print;
    for (const pid_t pid : {room.aspersorPid(), room.ffserverPid()}) {
        print.threads += threadsOf(pid);
        print.descriptors += descriptorsOf(pid);
    }
    print.aspersorKib = residentKib(room.aspersorPid());
    print.ffserverKib = residentKib(room.ffserverPid());
    return print;
}

/// Sends a feed of two seconds and ends it as asked; every second one just breaks off.
bool pushOne(std::uint16_t port, PacedClip &clip, int number, bool breakOff)
{
    const net::Socket socket = connectTo(port);
    if (!socket.isOpen() ||
        !sendAll(socket.descriptor(), {bytesOf("POST /soak" + std::to_string(number) +
                                               " HTTP/1.1\r\nHost: localhost\r\nContent-Type: video/mp2t\r\n"
                                               "Transfer-Encoding: chunked\r\n\r\n")}))
        return false;
    for (const PacedClip::Piece &piece : clip.pieces()) {
        if (piece.dueNs > clipPart)
            break;
        const auto bytes = clip.stamped(piece, 0);
        char size[24];
        const int length = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
        if (!sendAll(socket.descriptor(),
                     {bytesOf({size, static_cast<std::size_t>(length)}), bytes, bytesOf("\r\n")}))
            return false;
    }
    if (breakOff)
        return true;
    if (!sendAll(socket.descriptor(), {bytesOf("0\r\n\r\n")}))
        return false;
    char answer[4096];
    return recv(socket.descriptor(), answer, sizeof answer, 0) > 12 &&
           std::string_view(answer).starts_with("HTTP/1.1 200");
}

/// Waits until it is as it was, at most `timeout`.
Footprint settled(Room &room, const Footprint &before, std::chrono::seconds timeout)
{
    const auto until = Clock::now() + timeout;
    Footprint print = footprintOf(room);
    while (Clock::now() < until &&
           (print.threads > before.threads || print.descriptors > before.descriptors)) {
        room.drain();
        std::this_thread::sleep_for(100ms);
        print = footprintOf(room);
    }
    return print;
}

} // namespace

Result<std::vector<Figure>> measureSoak(PacedClip &clip, const Plan &plan)
{
    Room::Options options = plan.room;
    options.graceMs = 500;
    auto room = Room::start(options);
    if (!room)
        return tl::unexpected<Error>(room.error());
    const Footprint fresh = footprintOf(**room);
    Footprint before; // after a first batch, which makes what is made once
    Footprint after;
    for (int first = -atOnce; first < plan.soakFeeds; first += atOnce) {
        for (int number = first; number < first + atOnce; ++number) {
            if (!pushOne((*room)->ingestPort(), clip, number + atOnce, number % 2 != 0))
                return failure(Error::Kind::Io, "a feed was not taken");
        }
        if (first < 0)
            before = settled(**room, fresh, 15s);
        else
            after = settled(**room, before, 15s);
    }
    return std::vector<Figure>{
        {"soak.threads", "threads left by " + std::to_string(plan.soakFeeds) + " feeds that came and went",
         static_cast<double>(after.threads - before.threads), "", 0},
        {"soak.descriptors", "descriptors left by them",
         static_cast<double>(after.descriptors - before.descriptors), "", 0},
        {"soak.aspersorKib",
         "memory left by them in aspersor",
         static_cast<double>(after.aspersorKib - before.aspersorKib),
         "KiB",
         {}},
        {"soak.ffserverKib",
         "memory left by them in ffserver",
         static_cast<double>(after.ffserverKib - before.ffserverKib),
         "KiB",
         {}},
    };
}

} // namespace aspersor::bench
