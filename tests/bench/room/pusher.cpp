// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/pusher.h"

#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <ctime>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace aspersor::bench {

namespace {

constexpr int feedShift = 32;

} // namespace

SentTimes::SentTimes(std::size_t feeds, std::size_t pictures)
    : m_pictures(pictures), m_times(feeds * pictures)
{
}

std::int64_t SentTimes::idOf(std::size_t feed, std::size_t picture)
{
    return static_cast<std::int64_t>((feed + 1) << feedShift | picture);
}

std::size_t SentTimes::pictureOf(std::int64_t id)
{
    return static_cast<std::size_t>(id) & ((std::size_t{1} << feedShift) - 1);
}

void SentTimes::set(std::size_t feed, std::size_t picture, std::int64_t ns)
{
    m_times[feed * m_pictures + picture].store(ns, std::memory_order_release);
}

std::int64_t SentTimes::at(std::int64_t id) const
{
    const std::size_t feed = static_cast<std::size_t>(id) >> feedShift;
    const std::size_t picture = pictureOf(id);
    if (feed == 0 || feed * m_pictures > m_times.size() || picture >= m_pictures)
        return 0;
    return m_times[(feed - 1) * m_pictures + picture].load(std::memory_order_acquire);
}

net::Socket connectTo(std::uint16_t port)
{
    net::Socket made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(made.descriptor(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(made.descriptor(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        made.close();
    return made;
}

bool sendAll(int descriptor, std::initializer_list<std::span<const std::uint8_t>> parts)
{
    std::array<iovec, 4> left{};
    std::size_t count = 0;
    for (const auto part : parts)
        left[count++] = {const_cast<std::uint8_t *>(part.data()), part.size()}; // sendmsg only reads
    std::size_t first = 0;
    while (first < count) {
        msghdr message{};
        message.msg_iov = &left[first];
        message.msg_iovlen = count - first;
        ssize_t sent = sendmsg(descriptor, &message, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        for (; first < count && static_cast<std::size_t>(sent) >= left[first].iov_len; ++first)
            sent -= static_cast<ssize_t>(left[first].iov_len);
        if (first < count) {
            left[first].iov_base = static_cast<char *>(left[first].iov_base) + sent;
            left[first].iov_len -= static_cast<std::size_t>(sent);
        }
    }
    return true;
}

std::span<const std::uint8_t> bytesOf(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

void sleepUntil(std::int64_t ns)
{
    const timespec until{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

Pusher::Pusher(std::uint16_t port, PacedClip &clip, std::size_t feeds, SentTimes &sent,
               std::chrono::nanoseconds segment)
    : m_clip(clip), m_sent(sent), m_segment(segment)
{
    for (std::size_t i = 0; i < feeds; ++i) {
        net::Socket made = connectTo(port);
        const std::string head = "POST /bench" + std::to_string(i + 1) +
                                 " HTTP/1.1\r\nHost: localhost\r\nContent-Type: video/mp2t\r\n"
                                 "Transfer-Encoding: chunked\r\n\r\n";
        if (!made.isOpen() || !sendAll(made.descriptor(), {bytesOf(head)}))
            m_failed = true;
        m_sockets.push_back(std::move(made));
    }
    if (!m_failed)
        m_thread = std::jthread([this](const std::stop_token &stop) {
            if (m_segment.count() > 0)
                runSegments(stop);
            else
                run(stop);
        });
}

Pusher::~Pusher() = default;

std::vector<Segment> segmentsOf(PacedClip &clip, std::chrono::nanoseconds segment)
{
    std::vector<Segment> segments;
    for (const PacedClip::Piece &piece : clip.pieces()) {
        const std::int64_t due = (piece.dueNs / segment.count() + 1) * segment.count();
        if (segments.empty() || segments.back().dueNs != due)
            segments.push_back({{}, due});
        const auto bytes = clip.stamped(piece, 0);
        segments.back().bytes.insert(segments.back().bytes.end(), bytes.begin(), bytes.end());
    }
    return segments;
}

bool Pusher::sendChunk(std::size_t feed, std::span<const std::uint8_t> bytes)
{
    std::array<char, 24> size{};
    const int length = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
    return sendAll(m_sockets[feed].descriptor(),
                   {bytesOf({size.data(), static_cast<std::size_t>(length)}), bytes, bytesOf("\r\n")});
}

void Pusher::runSegments(const std::stop_token &stop)
{
    const std::vector<Segment> segments = segmentsOf(m_clip, m_segment);
    const std::int64_t start = nowNs() - m_segment.count(); // the first one at once
    for (const Segment &segment : segments) {
        sleepUntil(start + segment.dueNs);
        for (std::size_t feed = 0; feed < m_sockets.size() && !stop.stop_requested(); ++feed) {
            if (!sendChunk(feed, segment.bytes)) {
                m_failed = true;
                return;
            }
        }
        if (stop.stop_requested())
            return;
    }
    m_finished = true;
}

void Pusher::run(const std::stop_token &stop)
{
    constexpr std::int64_t pictureNs = 33'000'000;
    const auto feeds = static_cast<std::int64_t>(m_sockets.size());
    const std::int64_t start = nowNs();
    std::size_t picture = 0;
    for (const PacedClip::Piece &piece : m_clip.pieces()) {
        for (std::size_t feed = 0; feed < m_sockets.size(); ++feed) {
            if (stop.stop_requested())
                return;
            // The feeds are spread over a picture's time, as phones are.
            sleepUntil(start + piece.dueNs + static_cast<std::int64_t>(feed) * pictureNs / feeds);
            const auto bytes = m_clip.stamped(piece, SentTimes::idOf(feed, picture));
            // Taken before the write, not after it: the kernel may let the reader run first.
            if (piece.stampAt > 0)
                m_sent.set(feed, picture, nowNs());
            if (!sendChunk(feed, bytes)) {
                m_failed = true;
                return;
            }
        }
        picture += piece.stampAt > 0 ? 1 : 0;
    }
    m_finished = true;
}

} // namespace aspersor::bench
