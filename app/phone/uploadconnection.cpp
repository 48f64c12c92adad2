// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/uploadconnection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>
#include <utility>
#include <vector>

namespace aspersor::phone {

namespace {

using Clock = std::chrono::steady_clock;

/// Takes `count` bytes off the front of what is still to be sent.
std::span<iovec> dropFront(std::span<iovec> parts, std::size_t count)
{
    while (!parts.empty() && count >= parts.front().iov_len) {
        count -= parts.front().iov_len;
        parts = parts.subspan(1);
    }
    if (!parts.empty()) {
        parts.front().iov_base = static_cast<char *>(parts.front().iov_base) + count;
        parts.front().iov_len -= count;
    }
    return parts;
}

} // namespace

UploadConnection::UploadConnection(net::Socket socket, net::Waker &waker, std::stop_token stop,
                                   std::atomic<std::uint64_t> &sentBytes)
    : m_socket(std::move(socket)), m_waker(waker), m_stop(std::move(stop)), m_sentBytes(sentBytes)
{
}

std::optional<Ending> UploadConnection::send(std::initializer_list<std::string_view> parts)
{
    std::vector<iovec> vectors;
    for (const std::string_view part : parts) // sendmsg() does not write to what iov_base points to
        vectors.push_back({const_cast<char *>(part.data()), part.size()});
    std::span<iovec> rest = dropFront(vectors, 0);
    auto lastProgress = Clock::now();
    while (!rest.empty()) {
        msghdr message{};
        message.msg_iov = rest.data();
        message.msg_iovlen = rest.size();
        const ssize_t sent = ::sendmsg(m_socket.descriptor(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            m_sentBytes += static_cast<std::uint64_t>(sent);
            rest = dropFront(rest, static_cast<std::size_t>(sent));
            lastProgress = Clock::now();
            continue;
        }
        if (errno == EINTR)
            continue;
        const bool full = errno == EAGAIN || errno == EWOULDBLOCK;
        // A server that closes says why first: look before giving up.
        if (auto ending = receive())
            return ending;
        if (!full)
            return Ending{{}, "the connection broke", false};
        if (Clock::now() - lastProgress >= stallTimeout)
            return Ending{{}, "the server takes nothing any more", false};
        if (net::waitWritable(m_socket.descriptor(), m_waker, std::chrono::milliseconds{500}) ==
            net::Wait::Woken)
            m_waker.clear();
        if (m_stop.stop_requested())
            return Ending{{}, {}, true};
    }
    return std::nullopt;
}

std::optional<Ending> UploadConnection::waitForWork()
{
    switch (net::waitReadable(m_socket.descriptor(), m_waker, std::chrono::milliseconds{-1})) {
    case net::Wait::Ready:
        return receive();
    case net::Wait::Woken:
    case net::Wait::TimedOut:
        break;
    }
    if (m_stop.stop_requested())
        return Ending{{}, {}, true};
    return std::nullopt;
}

Ending UploadConnection::waitForAnswer(std::chrono::milliseconds timeout)
{
    const auto end = Clock::now() + timeout;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (left.count() <= 0)
            return Ending{{}, "the server gave no answer", false};
        const net::Wait wait = net::waitReadable(m_socket.descriptor(), m_waker, left);
        if (wait == net::Wait::Woken)
            m_waker.clear();
        if (m_stop.stop_requested())
            return Ending{{}, {}, true};
        if (wait != net::Wait::Ready)
            continue;
        if (auto ending = receive())
            return std::move(*ending);
    }
}

std::optional<Ending> UploadConnection::receive()
{
    std::array<std::uint8_t, 4096> buffer{};
    for (;;) {
        const ssize_t got = ::recv(m_socket.descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return std::nullopt;
        if (got <= 0)
            m_reader.close();
        else if (auto fed = m_reader.feed(std::span(buffer).first(static_cast<std::size_t>(got))); !fed)
            return Ending{{}, "the server's answer is " + fed.error().message, false};
        if (auto answer = m_reader.take())
            return Ending{std::move(answer), {}, false};
        if (got <= 0)
            return Ending{{}, got == 0 ? "the server closed the connection" : "the connection broke", false};
    }
}

} // namespace aspersor::phone
