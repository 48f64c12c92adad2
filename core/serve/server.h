// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"
#include "core/serve/fanout.h"
#include "core/serve/feedport.h"
#include "core/serve/feedregistry.h"
#include "core/serve/launcher.h"
#include "core/serve/listener.h"
#include "core/serve/replay.h"
#include "core/serve/serverstate.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <string>

namespace aspersor::serve {

/// The whole streaming server. Lives on the thread that runs `loop`; its workers and feed links have their
/// own.
class Server
{
public:
    /// `config` has passed the parser and holds what the command line overrides.
    Server(boost::asio::io_context &loop, Config config, Observer &observer);
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;
    ~Server();

    /// Opens the feed socket and the HTTP port. The Error's message is a whole sentence for people.
    [[nodiscard]] Result<void> start();
    /// Ends every feed and feeder, gives viewers a moment to take what is left, closes everything, then calls
    /// `done`.
    void shutDown(std::function<void()> done);

    /// The address that was really taken.
    [[nodiscard]] boost::asio::ip::tcp::endpoint httpEndpoint() const { return m_http.endpoint(); }
    /// "http://127.0.0.1:8090": as a program on this machine opens it.
    [[nodiscard]] std::string httpUrl() const;
    [[nodiscard]] std::string rtspUrl() const; ///< "" without RTSP
    [[nodiscard]] std::shared_ptr<const Config> config() const { return m_state.config(); }
    [[nodiscard]] int viewers() const { return m_state.viewers; }
    [[nodiscard]] std::vector<FeedReport> report() const;

    void dropViewer(std::uint64_t id);
    bool endFeed(const std::string &name); ///< false: there is no such feed
    /// Streams, limits and times of `config` hold from now on; addresses stay as they are, with a warning.
    /// Viewers of streams that are no longer the same are ended with the reason, others notice nothing.
    /// True: some of it holds only from the next start on.
    bool apply(Config config);

private:
    void tick();
    void awaitAllGone(std::chrono::steady_clock::time_point begun, std::function<void()> done);

    boost::asio::io_context &m_loop;
    Observer &m_observer;
    ServerState m_state;
    FanOut m_fanOut;
    PastStore m_pasts;
    FeedRegistry m_feeds;
    FeedPort m_feedPort;
    Replays m_replays;
    Launcher m_launcher;
    Listener m_http;
    Listener m_rtsp;
    boost::asio::steady_timer m_tick;
};

/// Status pages that every server has unless its configuration names others.
void addBuiltInStreams(Config &config);

} // namespace aspersor::serve
