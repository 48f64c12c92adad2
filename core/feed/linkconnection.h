// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/socket.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aspersor {

/// The connection of a link to an ffserver: bytes that wait to be sent, and what came back. Never waits.
///
/// Lives on the feed's thread. It keeps whatever is appended: its user looks at queued() and isOverdue().
class LinkConnection
{
public:
    using Clock = std::chrono::steady_clock;

    void open(net::Socket socket);
    [[nodiscard]] bool isOpen() const { return m_socket.isOpen(); }
    void append(std::string_view text);
    void append(std::span<const std::uint8_t> bytes);

    /// Reads what has come, sends what the socket takes. False when the connection is lost (why() says how);
    /// it is closed then, and what waited is dropped.
    bool pump();
    [[nodiscard]] const std::string &why() const { return m_why; }        ///< of the last loss
    [[nodiscard]] const std::string &answer() const { return m_answer; }  ///< the first bytes that came back
    [[nodiscard]] std::uint64_t sentBytes() const { return m_sent; }      ///< on this connection
    [[nodiscard]] bool wasClosedByPeer() const { return m_closedByPeer; } ///< and not lost otherwise

    [[nodiscard]] std::size_t queued() const { return m_out.size() - m_outAt; }
    /// More than `bytes` wait, or nothing was taken for `age` although something waits.
    [[nodiscard]] bool isOverdue(std::size_t bytes, std::chrono::milliseconds age) const;
    [[nodiscard]] int writeDescriptor() const { return queued() > 0 ? m_socket.descriptor() : -1; }

    /// Pumps until the peer closes, at most for `patience`: the only call that waits. A close with unread
    /// answers would throw away what was sent.
    void lingerFor(std::chrono::milliseconds patience);
    void close();
    /// Closes so that the peer sees a broken connection and not an end.
    void breakOff();

private:
    void read();
    void send();
    void lose(std::string why);

    net::Socket m_socket;
    std::vector<std::uint8_t> m_out;
    std::size_t m_outAt = 0;
    Clock::time_point m_lastProgress{};
    std::string m_answer;
    std::string m_why;
    std::uint64_t m_sent = 0;
    bool m_closedByPeer = false;
};

} // namespace aspersor
