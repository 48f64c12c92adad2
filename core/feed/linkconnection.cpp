// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/linkconnection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

namespace aspersor {

namespace {

constexpr std::size_t keptAnswer = 1024;         // bytes: a status line and a sentence
constexpr std::size_t sentBeforeErase = 1 << 20; // bytes that are moved together at the queue's front

} // namespace

void LinkConnection::open(net::Socket socket)
{
    close();
    m_socket = std::move(socket);
    m_lastProgress = Clock::now();
    m_answer.clear();
    m_why.clear();
    m_sent = 0;
    m_closedByPeer = false;
}

void LinkConnection::append(std::string_view text)
{
    m_out.insert(m_out.end(), text.begin(), text.end());
}

void LinkConnection::append(std::span<const std::uint8_t> bytes)
{
    m_out.insert(m_out.end(), bytes.begin(), bytes.end());
}

bool LinkConnection::pump()
{
    read();
    send();
    return isOpen();
}

/// What ffserver says must not pile up, and its end must be noticed.
void LinkConnection::read()
{
    std::array<char, 4096> bytes{};
    while (isOpen()) {
        const ssize_t got = ::recv(m_socket.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == ENOTCONN)) // not yet connected
            return;
        if (got <= 0) {
            m_closedByPeer = got == 0 || errno == ECONNRESET || errno == EPIPE;
            return lose(got == 0 ? "ffserver closed it" : std::strerror(errno));
        }
        m_answer.append(bytes.data(), std::min(static_cast<std::size_t>(got), keptAnswer - m_answer.size()));
    }
}

void LinkConnection::send()
{
    while (isOpen() && queued() > 0) {
        const ssize_t sent =
            ::send(m_socket.descriptor(), m_out.data() + m_outAt, queued(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS))
            break;
        if (sent < 0) {
            m_closedByPeer = errno == ECONNRESET || errno == EPIPE;
            const std::string why = std::strerror(errno);
            read(); // it may have said why before it closed
            if (isOpen())
                lose(why);
            return;
        }
        m_outAt += static_cast<std::size_t>(sent);
        m_sent += static_cast<std::uint64_t>(sent);
        m_lastProgress = Clock::now();
    }
    if (queued() == 0) {
        m_out.clear();
        m_outAt = 0;
        m_lastProgress = Clock::now();
    } else if (m_outAt > sentBeforeErase) {
        m_out.erase(m_out.begin(), m_out.begin() + static_cast<std::ptrdiff_t>(m_outAt));
        m_outAt = 0;
    }
}

bool LinkConnection::isOverdue(std::size_t bytes, std::chrono::milliseconds age) const
{
    return queued() > bytes || (queued() > 0 && Clock::now() - m_lastProgress > age);
}

void LinkConnection::lingerFor(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (pump()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0)
            break;
        const short events = queued() > 0 ? POLLIN | POLLOUT : POLLIN;
        pollfd waiting{m_socket.descriptor(), events, 0};
        ::poll(&waiting, 1, static_cast<int>(left));
    }
}

void LinkConnection::lose(std::string why)
{
    close();
    m_why = std::move(why);
}

void LinkConnection::close()
{
    m_socket.close();
    m_out.clear();
    m_outAt = 0;
}

void LinkConnection::breakOff()
{
    if (isOpen()) {
        const linger now{1, 0}; // close() sends a reset
        ::setsockopt(m_socket.descriptor(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    close();
}

} // namespace aspersor
