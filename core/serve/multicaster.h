// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/feedregistry.h"
#include "core/serve/rtprooms.h"
#include "core/serve/serverstate.h"

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>

namespace aspersor::serve {

/// Sends RTP streams to the addresses that their sections name, without being asked, for as long as their
/// feeds are there. Each counts as one viewer, wherever it goes to. Lives on the rooms' thread.
class Multicaster
{
public:
    Multicaster(boost::asio::io_context &loop, ServerState &state, FeedRegistry &feeds, RtpRooms &rooms);
    Multicaster(const Multicaster &) = delete;
    Multicaster &operator=(const Multicaster &) = delete;
    ~Multicaster();

    /// Begins what can be sent and is not, and ends what is no longer configured. Now and then, while
    /// isNeeded().
    void look();
    [[nodiscard]] static bool isNeeded(const Config &config);

private:
    class Sender;

    boost::asio::io_context &m_loop;
    ServerState &m_state;
    FeedRegistry &m_feeds;
    RtpRooms &m_rooms;
    std::map<std::string, std::unique_ptr<Sender>> m_senders; // by the stream's name
};

} // namespace aspersor::serve
