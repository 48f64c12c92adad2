// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/socket.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QList>
#include <arpa/inet.h>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace aspersor {

/// A publisher on the wire: sends what it is told, byte for byte, and reads whole answers.
class WireClient
{
public:
    struct Answer {
        int status = 0; ///< 0: none came
        QByteArray head;
        QByteArray body;
        [[nodiscard]] bool says(const char *text) const { return (head + body).contains(text); }
    };

    explicit WireClient(quint16 port) : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(m_socket.descriptor(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
            m_socket.close();
    }

    [[nodiscard]] bool isConnected() const { return m_socket.isOpen(); }

    /// False when the peer takes no more (or not within 10 s).
    bool send(const QByteArray &bytes)
    {
        qsizetype at = 0;
        while (at < bytes.size()) {
            const auto sent =
                ::send(m_socket.descriptor(), bytes.constData() + at,
                       static_cast<std::size_t>(bytes.size() - at), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent > 0)
                at += sent;
            else if (sent < 0 && errno == EAGAIN && wait(POLLOUT, 10'000))
                continue;
            else
                return false;
        }
        return true;
    }
    bool sendChunk(const QByteArray &bytes)
    {
        return send(QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n");
    }

    /// The next answer, 100 included; status 0 when none comes in time or the connection ends before it.
    Answer answer(int timeoutMs = 10'000)
    {
        QElapsedTimer timer;
        timer.start();
        for (;;) {
            if (const qsizetype end = m_received.indexOf("\r\n\r\n"); end >= 0) {
                Answer result;
                result.head = m_received.left(end + 4);
                result.status = result.head.mid(9, 3).toInt();
                const QByteArray lower = result.head.toLower();
                const qsizetype length = lower.indexOf("content-length: ");
                const qsizetype size =
                    length < 0
                        ? 0
                        : lower.mid(length + 16, lower.indexOf('\r', length) - length - 16).toLongLong();
                if (m_received.size() >= end + 4 + size) {
                    result.body = m_received.mid(end + 4, size);
                    m_received.remove(0, end + 4 + size);
                    return result;
                }
            }
            if (!receive(timeoutMs - static_cast<int>(timer.elapsed())))
                return {};
        }
    }

    /// True when the peer ends the connection (in order or by a reset) in time; answers that come are kept.
    bool waitForEnd(int timeoutMs = 10'000)
    {
        QElapsedTimer timer;
        timer.start();
        while (!m_ended && timer.elapsed() < timeoutMs)
            receive(timeoutMs - static_cast<int>(timer.elapsed()));
        return m_ended;
    }
    [[nodiscard]] bool wasReset() const { return m_reset; }
    /// Whether the connection still stands, as far as can be seen now.
    [[nodiscard]] bool stands()
    {
        receive(0);
        return !m_ended;
    }
    void close() { m_socket.close(); }
    void shutdownWrite() { ::shutdown(m_socket.descriptor(), SHUT_WR); }

private:
    bool wait(short events, int timeoutMs)
    {
        pollfd waiting{m_socket.descriptor(), events, 0};
        return ::poll(&waiting, 1, std::max(timeoutMs, 0)) > 0;
    }
    bool receive(int timeoutMs)
    {
        if (m_ended || !wait(POLLIN, timeoutMs))
            return false;
        QByteArray bytes(16 * 1024, '\0');
        const auto got =
            ::recv(m_socket.descriptor(), bytes.data(), static_cast<std::size_t>(bytes.size()), MSG_DONTWAIT);
        if (got > 0)
            m_received += bytes.left(got);
        else if (got == 0 || errno != EAGAIN)
            m_ended = true, m_reset = got < 0;
        return got > 0;
    }

    net::Socket m_socket;
    QByteArray m_received;
    bool m_ended = false;
    bool m_reset = false;
};

} // namespace aspersor
