// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/listener.h"

#include "core/serve/acl.h"

#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds acceptRetry{200};
constexpr int acceptBatch = 256; ///< then other things have their turn

} // namespace

Listener::Listener(asio::io_context &loop, ServerState &state, std::string directive, std::string refusal)
    : m_state(state), m_directive(std::move(directive)), m_refusal(std::move(refusal)), m_acceptor(loop),
      m_retry(loop)
{
}

Result<void> Listener::listen(const std::string &host, std::uint16_t port)
{
    error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error)
        return failure(Error::Kind::Io,
                       "\"" + host +
                           "\" is not an address; write one of this machine in numbers, such as "
                           "127.0.0.1, or 0.0.0.0 for all.");
    const tcp::endpoint endpoint(address, port);
    const std::string where = peerName(endpoint);
    m_acceptor.open(endpoint.protocol(), error);
    if (!error) {
        m_acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        m_acceptor.bind(endpoint, error);
    }
    if (!error)
        m_acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use)
        return failure(Error::Kind::Io, "The address " + where +
                                            " is taken by another program; end that one, or choose another " +
                                            m_directive + "Port.");
    if (error == asio::error::access_denied)
        return failure(Error::Kind::Io, "The address " + where + " may not be used by this user; choose an " +
                                            m_directive + "Port above 1023.");
    if (error)
        return failure(Error::Kind::Io, "The address " + where +
                                            " cannot be listened on: " + error.message() + ". Choose an " +
                                            m_directive + "BindAddress of this machine.");
    m_acceptor.native_non_blocking(true, error);
    m_endpoint = m_acceptor.local_endpoint(error);
    return {};
}

std::string Listener::authority() const
{
    asio::ip::address address = m_endpoint.address();
    if (address.is_unspecified())
        address = address.is_v6() ? asio::ip::address(asio::ip::address_v6::loopback())
                                  : asio::ip::address(asio::ip::address_v4::loopback());
    return peerName({address, m_endpoint.port()});
}

void Listener::start(Adopt adopt)
{
    m_adopt = std::move(adopt);
    awaitConnections();
}

void Listener::close()
{
    error_code ignored;
    m_acceptor.close(ignored);
    m_retry.cancel();
}

void Listener::awaitConnections()
{
    m_acceptor.async_wait(tcp::acceptor::wait_read, [this](const error_code &error) {
        if (!error)
            acceptSome();
    });
}

/// Takes what has arrived, in one go: a crowd comes at once.
void Listener::acceptSome()
{
    for (int taken = 0; taken < acceptBatch; ++taken) {
        net::Socket socket(
            ::accept4(m_acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket.isOpen()) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                retry(error_code(errno, boost::system::system_category()));
                return;
            }
            break;
        }
        m_fails = false;
        if (m_state.connections >= m_state.config()->connectionLimit())
            refuse(socket);
        else
            m_adopt(std::move(socket), Booking<int>(m_state.connections, 1));
    }
    awaitConnections();
}

/// Out of descriptors, as a rule: connections stay in the backlog until some are closed.
void Listener::retry(const error_code &error)
{
    if (!std::exchange(m_fails, true))
        m_state.observer.log(LogLevel::Warning, "A viewer could not be accepted: " + error.message() +
                                                    "; trying again until it works.");
    m_retry.expires_after(acceptRetry);
    m_retry.async_wait([this](const error_code &aborted) {
        if (!aborted)
            acceptSome();
    });
}

void Listener::refuse(const net::Socket &socket) const
{
    static_cast<void>(
        ::send(socket.descriptor(), m_refusal.data(), m_refusal.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

} // namespace aspersor::serve
