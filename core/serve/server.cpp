// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/server.h"

#include "core/serve/router.h"
#include "core/serve/rtsproute.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds tickDistance{500};
constexpr std::chrono::milliseconds farewell{500};    ///< for viewers to take what is left
constexpr std::chrono::milliseconds feedersEnd{3000}; ///< for feeders to end, which are killed at last
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

std::string allTaken()
{
    return toText(errorAnswer(503, "All connections are taken; try again later.", std::string(retryLater)),
                  false);
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
      m_fanOut(workerCount(*m_state.config()), m_state), m_pasts(observer),
      m_feeds(limitsOf(*m_state.config()), m_fanOut.workerCount(), m_fanOut, observer, &m_pasts),
      m_feedPort(loop, m_feeds, observer), m_replays(m_fanOut.workerCount(), m_fanOut, observer),
      m_launcher(loop, observer), m_http(loop, m_state, "HTTP", allTaken()),
      m_rtsp(loop, m_state, "RTSP", rtspReply(503, {}, {}, {})), m_tick(loop)
{
}

Server::~Server()
{
    m_feedPort.stop();
    m_replays.stop();
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
    const auto config = m_state.config();
    if (!config->httpPort)
        return failure(Error::Kind::Io, "No port is set; add a line such as \"HTTPPort 8090\" to the "
                                        "configuration, or start with --http 0.0.0.0:8090.");
    if (auto listening = m_http.listen(config->httpBindAddress, *config->httpPort); !listening)
        return listening;
    if (config->rtspPort) {
        if (auto listening = m_rtsp.listen(config->rtspBindAddress, *config->rtspPort); !listening)
            return listening;
        m_state.rtspPort = m_rtsp.endpoint().port();
    }
    m_pasts.apply(config->feeds);
    m_fanOut.start({m_feeds, m_feedPort, m_pasts, m_replays});
    if (config->rtspPort)
        m_rtsp.start([this](net::Socket accepted, Booking<int> connection) {
            m_fanOut.adopt(std::move(accepted), std::move(connection), Protocol::Rtsp);
        });
    m_http.start([this](net::Socket accepted, Booking<int> connection) {
        m_fanOut.adopt(std::move(accepted), std::move(connection));
    });
    m_launcher.apply(config->feeds, httpUrl());
    tick();
    return {};
}

std::string Server::rtspUrl() const
{
    return m_state.rtspPort == 0 ? std::string() : "rtsp://" + m_rtsp.authority();
}

std::string Server::httpUrl() const
{
    return "http://" + m_http.authority();
}

std::vector<FeedReport> Server::report() const
{
    auto feeds = m_feeds.report();
    m_replays.addTo(feeds);
    return feeds;
}

void Server::tick()
{
    m_feeds.tick(std::chrono::steady_clock::now());
    m_replays.reap();
    m_fanOut.tick();
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

bool Server::apply(Config config)
{
    const auto old = m_state.config();
    addBuiltInStreams(config);
    const bool restartNeeded =
        config.httpPort != old->httpPort || config.httpBindAddress != old->httpBindAddress ||
        config.rtspPort != old->rtspPort || config.rtspBindAddress != old->rtspBindAddress ||
        config.feedSocket != old->feedSocket || config.workers != old->workers;
    if (restartNeeded)
        m_observer.log(
            LogLevel::Warning,
            "HTTPPort, HTTPBindAddress, RTSPPort, RTSPBindAddress, FeedSocket and Workers stay as they "
            "are until ffserver is started again.");
    m_feeds.setGrace(config.feedGrace);
    m_pasts.apply(config.feeds);
    m_state.setConfig(std::move(config));
    m_feeds.endChanged(*m_state.config()); // after it: who comes now opens the new ones
    m_launcher.apply(m_state.config()->feeds, httpUrl());
    return restartNeeded;
}

void Server::shutDown(std::function<void()> done)
{
    m_launcher.stop();
    m_http.close();
    m_rtsp.close();
    m_tick.cancel();
    m_feeds.endAll("ffserver is shutting down");
    m_feedPort.stop();
    m_replays.stop();
    m_feeds.endAll("ffserver is shutting down"); // a link may have begun another in between
    awaitAllGone(std::chrono::steady_clock::now(), std::move(done));
}

void Server::awaitAllGone(std::chrono::steady_clock::time_point begun, std::function<void()> done)
{
    const auto waited = std::chrono::steady_clock::now() - begun;
    if ((m_state.viewers == 0 || waited >= farewell) && (m_launcher.idle() || waited >= feedersEnd)) {
        m_fanOut.stop();
        done();
        return;
    }
    m_tick.expires_after(farewellCheck);
    m_tick.async_wait([this, begun, tell = std::move(done)](const error_code &error) {
        if (!error)
            awaitAllGone(begun, tell);
    });
}

} // namespace aspersor::serve
