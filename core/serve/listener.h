// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"
#include "core/net/socket.h"
#include "core/serve/serverstate.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>

namespace aspersor::serve {

/// A TCP port where viewers come in. Lives on its loop's thread.
class Listener
{
public:
    using Adopt = std::function<void(net::Socket socket, Booking<int> connection)>;

    /// `directive`: what its directives begin with ("HTTP"). `refusal`: what is sent to who comes when all
    /// connections are taken.
    Listener(boost::asio::io_context &loop, ServerState &state, std::string directive, std::string refusal);
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;

    /// The Error's message is a whole sentence for people.
    [[nodiscard]] Result<void> listen(const std::string &address, std::uint16_t port);
    /// After listen(): every connection goes to `adopt`.
    void start(Adopt adopt);
    void close();

    /// The address that was really taken.
    [[nodiscard]] boost::asio::ip::tcp::endpoint endpoint() const { return m_endpoint; }
    /// "127.0.0.1:8090": as a program on this machine reaches it.
    [[nodiscard]] std::string authority() const;

private:
    void awaitConnections();
    void acceptSome();
    void retry(const boost::system::error_code &error);
    void refuse(const net::Socket &socket) const;

    ServerState &m_state;
    const std::string m_directive;
    const std::string m_refusal;
    boost::asio::ip::tcp::acceptor m_acceptor;
    boost::asio::ip::tcp::endpoint m_endpoint;
    boost::asio::steady_timer m_retry;
    Adopt m_adopt;
    bool m_fails = false;
};

} // namespace aspersor::serve
