// SPDX-License-Identifier: GPL-3.0-or-later
// Pushes feeds in real time: one chunk a picture or sound frame, written the moment it is due.
#include "tests/bench/fanout/commands.h"
#include "tests/bench/fanout/pacedclip.h"

#include <arpa/inet.h>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

namespace aspersor::bench {

namespace {

int connectTo(const std::string &where)
{
    if (where.starts_with('/')) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        where.copy(address.sun_path, sizeof address.sun_path - 1);
        const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        return connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 ? descriptor
                                                                                                : -1;
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(where)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connect(descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 ? descriptor : -1;
}

/// How a server takes feeds: ours by chunked POST; Icecast by PUT with a password, the body as it comes; the
/// copy loop without any HTTP.
enum class Way { Chunked, Put, Raw };

std::string base64(std::string_view text)
{
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string result;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t word = 0;
        for (std::size_t j = 0; j < 3; ++j)
            word = word << 8 | (i + j < text.size() ? static_cast<std::uint8_t>(text[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            result += i + j > text.size() ? '=' : digits[word >> (18 - 6 * j) & 63];
    }
    return result;
}

bool sendAll(int descriptor, std::span<const iovec> parts)
{
    std::vector<iovec> left(parts.begin(), parts.end());
    std::size_t first = 0;
    while (first < left.size()) {
        msghdr message{};
        message.msg_iov = &left[first];
        message.msg_iovlen = left.size() - first;
        ssize_t sent = sendmsg(descriptor, &message, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        for (; first < left.size() && static_cast<std::size_t>(sent) >= left[first].iov_len; ++first)
            sent -= static_cast<ssize_t>(left[first].iov_len);
        if (first < left.size()) {
            left[first].iov_base = static_cast<char *>(left[first].iov_base) + sent;
            left[first].iov_len -= static_cast<std::size_t>(sent);
        }
    }
    return true;
}

void sleepUntil(std::int64_t ns)
{
    const timespec until{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

} // namespace

int feed(const Arguments &arguments)
{
    auto clip = PacedClip::load(arguments.text("clip", ""));
    if (!clip) {
        std::fprintf(stderr, "bench: %s\n", clip.error().message.c_str());
        return 1;
    }
    const int count = arguments.number("feeds", 1);
    const std::string name = arguments.text("name", "bench");
    const std::string wayName = arguments.text("way", "chunked");
    const Way way = wayName == "put" ? Way::Put : wayName == "raw" ? Way::Raw : Way::Chunked;
    const std::string query = arguments.text("key", "").empty() ? "" : "?key=" + arguments.text("key", "");
    std::vector<int> sockets;
    for (int i = 0; i < count; ++i) {
        const int descriptor = connectTo(arguments.text("to", ""));
        if (descriptor < 0) {
            std::perror("bench: connect");
            return 1;
        }
        const std::string feedName = count == 1 ? name : name + std::to_string(i + 1);
        std::string head = way == Way::Put ? "PUT" : "POST";
        head += " /" + feedName + query + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: video/mp2t\r\n";
        if (way == Way::Put)
            head += "Authorization: Basic " + base64(arguments.text("auth", "")) + "\r\n\r\n";
        else
            head += "Transfer-Encoding: chunked\r\n\r\n";
        const iovec part{head.data(), head.size()};
        if (way != Way::Raw && !sendAll(descriptor, {&part, 1}))
            return 1;
        sockets.push_back(descriptor);
    }
    std::puts("{\"event\":\"feeding\"}");
    std::fflush(stdout);

    const std::int64_t start = nowNs();
    const std::int64_t end = start + arguments.number("seconds", 30) * std::int64_t{1'000'000'000};
    for (std::int64_t base = start; base < end; base += clip->durationNs()) {
        for (const auto &piece : clip->pieces()) {
            // The feeds are spread over a picture's time, as phones are.
            for (std::size_t i = 0; i < sockets.size(); ++i) {
                const std::int64_t due =
                    base + piece.dueNs +
                    static_cast<std::int64_t>(i) * 33'000'000 / static_cast<std::int64_t>(sockets.size());
                if (due >= end)
                    continue;
                sleepUntil(due);
                const auto bytes = clip->stamped(piece, nowNs());
                char size[24];
                const int length = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
                char tail[] = "\r\n";
                const iovec parts[] = {{size, static_cast<std::size_t>(length)},
                                       {const_cast<std::uint8_t *>(bytes.data()), bytes.size()},
                                       {tail, 2}};
                const bool framed = way == Way::Chunked;
                if (!sendAll(sockets[i], std::span(parts).subspan(framed ? 0 : 1, framed ? 3 : 1))) {
                    std::perror("bench: send");
                    return 1;
                }
            }
            if (base + piece.dueNs >= end)
                break;
        }
    }
    for (const int descriptor : sockets) {
        char last[] = "0\r\n\r\n";
        const iovec part{last, 5};
        if (way == Way::Chunked)
            (void)sendAll(descriptor, {&part, 1});
        close(descriptor);
    }
    return 0;
}

} // namespace aspersor::bench
