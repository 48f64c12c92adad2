// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/crowd.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace aspersor::bench {

struct Crowd::Viewer {
    net::Socket socket;
    std::string head;
    bool headDone = false;
    std::int64_t connectedAt = 0;
    bool gotBytes = false;
    std::int64_t lastId = 0;
    std::unique_ptr<TsWatch> watch;
};

Crowd::Crowd(std::uint16_t port, const SentTimes &sent)
    : m_port(port), m_sent(sent), m_epoll(epoll_create1(EPOLL_CLOEXEC)), m_buffer(256 * 1024)
{
}

Crowd::~Crowd() = default;

bool Crowd::join(const std::string &path)
{
    auto viewer = std::make_unique<Viewer>();
    viewer->connectedAt = nowNs();
    viewer->socket = connectTo(m_port);
    if (!viewer->socket.isOpen() ||
        !sendAll(viewer->socket.descriptor(),
                 {bytesOf("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")}))
        return false;
    Viewer &made = *viewer;
    viewer->watch = std::make_unique<TsWatch>(
        [this, &made](std::int64_t id, std::int64_t lastByteAt) { picture(made, id, lastByteAt); });
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = viewer.get();
    m_viewers.push_back(std::move(viewer));
    return epoll_ctl(m_epoll.descriptor(), EPOLL_CTL_ADD, made.socket.descriptor(), &event) == 0;
}

void Crowd::watchUntil(std::int64_t ns)
{
    std::array<epoll_event, 64> events{};
    for (std::int64_t now = nowNs(); now < ns; now = nowNs()) {
        const int timeout = static_cast<int>((ns - now + 999'999) / 1'000'000);
        const int ready =
            epoll_wait(m_epoll.descriptor(), events.data(), static_cast<int>(events.size()), timeout);
        for (int i = 0; i < ready; ++i)
            read(*static_cast<Viewer *>(events[static_cast<std::size_t>(i)].data.ptr));
    }
}

void Crowd::read(Viewer &viewer)
{
    const ssize_t got = recv(viewer.socket.descriptor(), m_buffer.data(), m_buffer.size(), MSG_DONTWAIT);
    const std::int64_t now = nowNs();
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        ++m_report.refused;
        viewer.socket.close();
        return;
    }
    take(viewer, {m_buffer.data(), static_cast<std::size_t>(got)}, now);
}

void Crowd::take(Viewer &viewer, std::span<const std::uint8_t> bytes, std::int64_t now)
{
    if (!viewer.headDone) {
        constexpr std::string_view end = "\r\n\r\n";
        const std::size_t before = viewer.head.size();
        viewer.head.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
        const auto at = viewer.head.find(end);
        if (at == std::string::npos)
            return;
        viewer.headDone = true;
        if (viewer.head.find(" 200 ") != std::string_view("HTTP/1.1").size() ||
            viewer.head.find("chunked") < at) // bodies of ours end with the connection
            ++m_report.refused;
        bytes = bytes.subspan(at + end.size() - before);
        viewer.head.clear();
    }
    if (bytes.empty())
        return;
    if (!viewer.gotBytes) {
        viewer.gotBytes = true;
        m_report.firstByteMs.push_back(static_cast<double>(now - viewer.connectedAt) / 1e6);
    }
    viewer.watch->add(bytes, now);
}

void Crowd::picture(Viewer &viewer, std::int64_t id, std::int64_t lastByteAt)
{
    const std::int64_t sentAt = m_sent.at(id);
    if (sentAt == 0)
        return;
    if (viewer.lastId != 0 && id != viewer.lastId + 1)
        ++m_report.missing;
    viewer.lastId = id;
    // What was sent before the viewer came is the GOP it was started with.
    if (m_measuring && sentAt > viewer.connectedAt)
        m_report.delaysMs.push_back(static_cast<double>(lastByteAt - sentAt) / 1e6);
}

Crowd::Report Crowd::report() const
{
    Report report = m_report;
    for (const auto &viewer : m_viewers) {
        report.continuityErrors += viewer->watch->errors();
        report.refused += viewer->gotBytes ? 0 : 1;
    }
    return report;
}

} // namespace aspersor::bench
