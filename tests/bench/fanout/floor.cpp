// SPDX-License-Identifier: GPL-3.0-or-later
// The floor: the least program that writes the same paced bytes to the same number of sockets with the same
// gathering time. Shared buffers, one gathered write per viewer and tick, a thread per core as ffserver has,
// nothing else: no HTTP to speak of, no muxing, no keyframes, no care for viewers that leave or stall.
#include "tests/bench/fanout/commands.h"
#include "tests/bench/fanout/pacedclip.h"

#include <arpa/inet.h>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace aspersor::bench {

namespace {

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

/// Writes what it is handed to its viewers.
class Writer
{
public:
    void add(int descriptor)
    {
        const std::lock_guard lock(m_mutex);
        m_arrivals.push_back(descriptor);
    }
    void send(std::shared_ptr<const std::vector<std::uint8_t>> bytes)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_bytes.push_back(std::move(bytes));
        }
        m_news.notify_one();
    }

private:
    void run(const std::stop_token &stop)
    {
        std::vector<int> viewers;
        std::vector<iovec> pieces;
        for (;;) {
            std::unique_lock lock(m_mutex);
            if (!m_news.wait(lock, stop, [this] { return !m_bytes.empty(); }))
                break;
            const auto bytes = std::exchange(m_bytes, {});
            const auto arrivals = std::exchange(m_arrivals, {});
            lock.unlock();
            viewers.insert(viewers.end(), arrivals.begin(), arrivals.end());
            pieces.clear();
            for (const auto &one : bytes)
                pieces.push_back({const_cast<std::uint8_t *>(one->data()), one->size()});
            msghdr message{};
            message.msg_iov = pieces.data();
            message.msg_iovlen = pieces.size();
            for (const int viewer : viewers)
                (void)sendmsg(viewer, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        for (const int viewer : viewers)
            close(viewer);
    }

    std::mutex m_mutex;
    std::condition_variable_any m_news;
    std::vector<int> m_arrivals;                                           // guarded by m_mutex
    std::vector<std::shared_ptr<const std::vector<std::uint8_t>>> m_bytes; // guarded by m_mutex
    std::jthread m_thread{[this](const std::stop_token &stop) { run(stop); }};
};

void acceptSome(int listener, std::vector<std::unique_ptr<Writer>> &writers, std::size_t &turn)
{
    for (;;) {
        const int descriptor = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0)
            return;
        const int on = 1;
        setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        static constexpr char head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        (void)send(descriptor, head, sizeof head - 1, MSG_NOSIGNAL);
        writers[turn++ % writers.size()]->add(descriptor);
    }
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
    std::vector<std::unique_ptr<Writer>> writers;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
        writers.push_back(std::make_unique<Writer>());
    std::size_t turn = 0;

    const std::int64_t gather = arguments.number("gather", 0) * std::int64_t{1'000'000};
    const std::int64_t start = nowNs();
    const std::int64_t end = start + arguments.number("seconds", 30) * std::int64_t{1'000'000'000};
    std::vector<std::uint8_t> gathered;
    std::int64_t flushAt = start + gather;
    std::int64_t base = start;
    std::size_t next = 0;
    for (std::int64_t now = start; now < end; now = nowNs()) {
        const std::int64_t due = base + clip->pieces()[next].dueNs;
        const std::int64_t wait =
            std::max<std::int64_t>((gather > 0 ? std::min(due, flushAt) : due) - now, 0);
        pollfd waiting{.fd = listener, .events = POLLIN, .revents = 0};
        const timespec timeout{.tv_sec = wait / 1'000'000'000, .tv_nsec = wait % 1'000'000'000};
        ppoll(&waiting, 1, &timeout, nullptr);
        if (waiting.revents)
            acceptSome(listener, writers, turn);
        now = nowNs();
        while (base + clip->pieces()[next].dueNs <= now) {
            const auto bytes = clip->stamped(clip->pieces()[next], nowNs());
            gathered.insert(gathered.end(), bytes.begin(), bytes.end());
            if (++next == clip->pieces().size()) {
                next = 0;
                base += clip->durationNs();
            }
        }
        if (now < flushAt)
            continue;
        flushAt += gather * ((now - flushAt) / std::max<std::int64_t>(gather, 1) + 1);
        if (gathered.empty())
            continue;
        const auto bytes = std::make_shared<const std::vector<std::uint8_t>>(std::exchange(gathered, {}));
        for (const auto &writer : writers)
            writer->send(bytes);
    }
    writers.clear();
    close(listener);
    return 0;
}

} // namespace aspersor::bench
