// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytesource.h"
#include "core/net/requestparser.h"
#include "core/net/socket.h"
#include "core/serve/feedregistry.h"
#include "core/serve/observer.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace aspersor::serve {

/// One connection on the feed socket: a thread that reads requests and pulls their bodies through a demuxer
/// into feeds.
///
/// POST or PUT /NAME uploads to a feed, DELETE /NAME ends one. Requests follow each other without waiting for
/// answers. The peer is trusted not to be hostile (the socket belongs to the user), but not to be correct.
class FeedLink
{
public:
    /// `onDone` is called on the link's thread, last of all.
    FeedLink(net::Socket socket, FeedRegistry &feeds, Observer &observer, std::function<void()> onDone);
    FeedLink(const FeedLink &) = delete;
    FeedLink &operator=(const FeedLink &) = delete;
    ~FeedLink(); ///< ends the upload and joins

    [[nodiscard]] bool done() const { return m_done; }

private:
    /// The connection as a byte stream with a small buffer.
    class Input;
    class Body;

    void run();
    /// False: the connection is at its end.
    [[nodiscard]] bool serveRequest(Input &input);
    [[nodiscard]] bool upload(Input &input, net::RequestParser &parser, const std::string &name);
    [[nodiscard]] std::optional<Error> pull(Input &input, net::RequestParser &parser,
                                            const std::string &name);
    void release();
    void answer(int status, std::string_view sentence, bool keepAlive);

    net::Socket m_socket;
    FeedRegistry &m_feeds;
    Observer &m_observer;
    std::function<void()> m_onDone;
    /// One for the life of the link: its waker is what interrupts every wait of this thread.
    std::shared_ptr<UploadTicket> m_ticket = std::make_shared<UploadTicket>();
    std::shared_ptr<Feed> m_feed; // that this link uploads to: its thread only
    std::atomic<bool> m_stopping = false;
    std::atomic<bool> m_done = false;
    std::jthread m_thread; // last: runs at once
};

} // namespace aspersor::serve
