// SPDX-License-Identifier: GPL-3.0-or-later
// The floor: the least program that writes the same paced bytes to the same number of sockets with the same
// gathering time. Shared buffers, one gathered write per viewer and tick, nothing else: no HTTP to speak of,
// no muxing.
#include "tests/bench/fanout/commands.h"
#include "tests/bench/fanout/pacedclip.h"

#include <arpa/inet.h>
#include <cstdio>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aspersor::bench {

namespace {

struct Viewer {
    int descriptor;
    std::size_t backlogAt; // bytes of the shared history that it has taken
};

int listenOnLoopback()
{
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 ||
        listen(descriptor, 4096) != 0)
        return -1;
    socklen_t length = sizeof address;
    getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &length);
    std::printf("{\"event\":\"ready\",\"port\":%d}\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return descriptor;
}

} // namespace

int floorServer(const Arguments &arguments)
{
    auto clip = PacedClip::load(arguments.text("clip", ""));
    if (!clip)
        return 1;
    const int listener = listenOnLoopback();
    if (listener < 0)
        return 1;
    const std::int64_t gather = arguments.number("gather", 0) * std::int64_t{1'000'000};
    const std::int64_t start = nowNs();
    const std::int64_t end = start + arguments.number("seconds", 30) * std::int64_t{1'000'000'000};

    std::vector<Viewer> viewers;
    std::vector<std::uint8_t> history; // what has been sent; trimmed from the front in large steps
    std::size_t historyBase = 0;
    std::size_t next = 0;
    std::int64_t base = start;
    std::int64_t flushAt = 0;
    while (nowNs() < end) {
        const std::int64_t due = base + clip->pieces()[next].dueNs;
        const std::int64_t wakeAt = flushAt > 0 ? std::min(due, flushAt) : due;
        pollfd waiting{.fd = listener, .events = POLLIN, .revents = 0};
        const std::int64_t wait = std::max<std::int64_t>(wakeAt - nowNs(), 0);
        const timespec timeout{.tv_sec = wait / 1'000'000'000, .tv_nsec = wait % 1'000'000'000};
        ppoll(&waiting, 1, &timeout, nullptr);
        while (waiting.revents) {
            const int descriptor = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (descriptor < 0)
                break;
            const int on = 1;
            setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            viewers.push_back({descriptor, historyBase + history.size()});
            static constexpr char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
            (void)send(descriptor, head, sizeof head - 1, MSG_NOSIGNAL);
        }
        while (base + clip->pieces()[next].dueNs <= nowNs()) {
            const auto bytes = clip->stamped(clip->pieces()[next], nowNs());
            history.insert(history.end(), bytes.begin(), bytes.end());
            if (flushAt == 0)
                flushAt = nowNs() + gather;
            if (++next == clip->pieces().size()) {
                next = 0;
                base += clip->durationNs();
            }
        }
        if (flushAt == 0 || nowNs() < flushAt)
            continue;
        flushAt = 0;
        for (Viewer &viewer : viewers) {
            const std::size_t have = viewer.backlogAt - historyBase;
            if (viewer.descriptor < 0 || have >= history.size())
                continue;
            const ssize_t sent = send(viewer.descriptor, history.data() + have, history.size() - have,
                                      MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent > 0)
                viewer.backlogAt += static_cast<std::size_t>(sent);
        }
        if (history.size() > 4U << 20) {
            const std::size_t drop = history.size() - (2U << 20);
            history.erase(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(drop));
            historyBase += drop;
            for (Viewer &viewer : viewers)
                viewer.backlogAt = std::max(viewer.backlogAt, historyBase);
        }
    }
    return 0;
}

} // namespace aspersor::bench
