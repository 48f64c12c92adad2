// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/server.h"

#include "core/serve/router.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds tickDistance{500};
constexpr std::chrono::milliseconds acceptRetry{200};
constexpr int acceptBatch = 256;                   ///< then other things have their turn
constexpr std::chrono::milliseconds farewell{500}; ///< for viewers to take what is left
constexpr std::chrono::milliseconds farewellCheck{10};

std::size_t workerCount(const Config &config)
{
    if (config.workers > 0)
        return static_cast<std::size_t>(config.workers);
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 64);
}

FeedLimits limitsOf(const Config &config)
{
    FeedLimits limits;
    limits.grace = config.feedGrace;
    return limits;
}

Config withBuiltInStreams(Config config)
{
    addBuiltInStreams(config);
    return config;
}

} // namespace

void addBuiltInStreams(Config &config)
{
    for (const char *name : {"stat.html", "status.json"}) {
        const bool taken =
            std::ranges::find(config.streams, name, &StreamSpec::name) != config.streams.end() ||
            std::ranges::find(config.redirects, name, &RedirectSpec::name) != config.redirects.end();
        if (!taken)
            config.streams.push_back(
                {.name = name, .format = formatByName("status"), .acl = Acl::loopbackOnly()});
    }
}

Server::Server(asio::io_context &loop, Config config, Observer &observer)
    : m_loop(loop), m_observer(observer), m_state(withBuiltInStreams(std::move(config)), observer),
      m_fanOut(workerCount(*m_state.config()), m_state),
      m_feeds(limitsOf(*m_state.config()), m_fanOut.workerCount(), m_fanOut, observer),
      m_feedPort(loop, m_feeds, observer), m_acceptor(loop), m_tick(loop), m_retry(loop)
{
}

Server::~Server()
{
    m_feedPort.stop();
    m_feeds.endAll("ffserver is shutting down");
    m_fanOut.stop();
}

Result<void> Server::start()
{
    // The feed socket changes the umask for a moment: before there are threads.
    const std::string socket = m_state.config()->feedSocket;
    if (!socket.empty()) {
        if (auto listening = m_feedPort.listen(socket); !listening)
            return listening;
    }
    if (auto listening = listen(); !listening)
        return listening;
    m_fanOut.start(m_feeds);
    awaitConnections();
    tick();
    return {};
}

Result<void> Server::listen()
{
    const auto config = m_state.config();
    error_code error;
    const auto address = asio::ip::make_address(config->httpBindAddress, error);
    if (error)
        return failure(Error::Kind::Io,
                       "\"" + config->httpBindAddress +
                           "\" is not an address; write one of this machine in numbers, such as "
                           "127.0.0.1, or 0.0.0.0 for all.");
    if (!config->httpPort)
        return failure(Error::Kind::Io, "No port is set; add a line such as \"HTTPPort 8090\" to the "
                                        "configuration, or start with --http 0.0.0.0:8090.");
    const tcp::endpoint endpoint(address, *config->httpPort);
    const std::string where = (address.is_v6() ? '[' + address.to_string() + ']' : address.to_string()) +
                              ':' + std::to_string(endpoint.port());
    m_acceptor.open(endpoint.protocol(), error);
    if (!error) {
        m_acceptor.set_option(tcp::acceptor::reuse_address(true), error);
        m_acceptor.bind(endpoint, error);
    }
    if (!error)
        m_acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use)
        return failure(Error::Kind::Io, "The address " + where +
                                            " is taken by another program; end that one, or choose another "
                                            "HTTPPort.");
    if (error == asio::error::access_denied)
        return failure(Error::Kind::Io, "The address " + where +
                                            " may not be used by this user; choose an HTTPPort above 1023.");
    if (error)
        return failure(Error::Kind::Io, "The address " + where + " cannot be listened on: " +
                                            error.message() + ". Choose an HTTPBindAddress of this machine.");
    m_acceptor.native_non_blocking(true, error);
    m_endpoint = m_acceptor.local_endpoint(error);
    return {};
}

std::string Server::httpUrl() const
{
    asio::ip::address address = m_endpoint.address();
    if (address.is_unspecified())
        address = address.is_v6() ? asio::ip::address(asio::ip::address_v6::loopback())
                                  : asio::ip::address(asio::ip::address_v4::loopback());
    const std::string host = address.is_v6() ? '[' + address.to_string() + ']' : address.to_string();
    return "http://" + host + ':' + std::to_string(m_endpoint.port());
}

void Server::awaitConnections()
{
    m_acceptor.async_wait(tcp::acceptor::wait_read, [this](const error_code &error) {
        if (!error)
            acceptSome();
    });
}

/// Takes what has arrived, in one go: a crowd comes at once.
void Server::acceptSome()
{
    for (int taken = 0; taken < acceptBatch; ++taken) {
        net::Socket socket(
            ::accept4(m_acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket.isOpen()) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK) {
                retryAccept(error_code(errno, boost::system::system_category()));
                return;
            }
            break;
        }
        m_acceptFails = false;
        if (m_state.connections >= m_state.config()->connectionLimit())
            refuse(socket);
        else
            m_fanOut.adopt(std::move(socket), Booking<int>(m_state.connections, 1));
    }
    awaitConnections();
}

/// Out of descriptors, as a rule: connections stay in the backlog until some are closed.
void Server::retryAccept(const error_code &error)
{
    if (!std::exchange(m_acceptFails, true))
        m_observer.log(LogLevel::Warning, "A viewer could not be accepted: " + error.message() +
                                              "; trying again until it works.");
    m_retry.expires_after(acceptRetry);
    m_retry.async_wait([this](const error_code &aborted) {
        if (!aborted)
            acceptSome();
    });
}

void Server::refuse(const net::Socket &socket)
{
    const std::string text =
        toText(errorAnswer(503, "All connections are taken; try again later.", "Retry-After: 10\r\n"), false);
    static_cast<void>(::send(socket.descriptor(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

void Server::tick()
{
    m_feeds.tick(std::chrono::steady_clock::now());
    m_tick.expires_after(tickDistance);
    m_tick.async_wait([this](const error_code &error) {
        if (!error)
            tick();
    });
}

void Server::dropViewer(std::uint64_t id)
{
    m_fanOut.drop(id, "the viewer was dropped");
}

bool Server::endFeed(const std::string &name)
{
    return m_feeds.end(feedBaseName(name), "the feed was ended");
}

void Server::apply(Config config)
{
    const auto old = m_state.config();
    addBuiltInStreams(config);
    if (config.httpPort != old->httpPort || config.httpBindAddress != old->httpBindAddress ||
        config.feedSocket != old->feedSocket || config.workers != old->workers)
        m_observer.log(LogLevel::Warning,
                       "HTTPPort, HTTPBindAddress, FeedSocket and Workers stay as they are until "
                       "ffserver is started again.");
    m_feeds.setGrace(config.feedGrace);
    m_state.setConfig(std::move(config));
    m_feeds.endChanged(*m_state.config()); // after it: who comes now opens the new ones
}

void Server::shutDown(std::function<void()> done)
{
    error_code ignored;
    m_acceptor.close(ignored);
    m_retry.cancel();
    m_tick.cancel();
    m_feeds.endAll("ffserver is shutting down");
    m_feedPort.stop();
    m_feeds.endAll("ffserver is shutting down"); // a link may have begun another in between
    awaitViewersGone(std::chrono::steady_clock::now() + farewell, std::move(done));
}

void Server::awaitViewersGone(std::chrono::steady_clock::time_point deadline, std::function<void()> done)
{
    if (m_state.viewers == 0 || std::chrono::steady_clock::now() >= deadline) {
        m_fanOut.stop();
        done();
        return;
    }
    m_tick.expires_after(farewellCheck);
    m_tick.async_wait([this, deadline, tell = std::move(done)](const error_code &error) {
        if (!error)
            awaitViewersGone(deadline, tell);
    });
}

} // namespace aspersor::serve
