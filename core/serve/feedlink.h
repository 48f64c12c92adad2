// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/requestparser.h"
#include "core/net/socket.h"
#include "core/serve/feedregistry.h"
#include "core/serve/observer.h"
#include "core/serve/serverstate.h"
#include "core/serve/uploadbody.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace aspersor::serve {

/// An upload over HTTP: its head has been judged, its body is for a thread of its own.
struct HttpUpload {
    net::Socket socket;
    std::unique_ptr<net::RequestParser> parser; ///< past its head
    std::vector<std::uint8_t> first;            ///< bytes of the body that came with the head
    std::string name;                           ///< of the feed
    std::string address;                        ///< of the publisher, without the port
    std::string requestLine;                    ///< empty without an access log
    Booking<int> connection;
    Booking<int> upload;
};

/// One connection that uploads: a thread that reads requests and pulls their bodies through a demuxer into
/// feeds.
///
/// On the feed socket POST or PUT /NAME uploads to a feed, DELETE /NAME ends one. Requests follow each other
/// without waiting for answers. That peer is trusted not to be hostile (the socket belongs to the user), but
/// not to be correct. An upload over HTTP is a single request, has its time, and never takes a feed from
/// another that still sends.
class FeedLink
{
public:
    /// A connection on the feed socket. `onDone` is called on the link's thread, last of all.
    FeedLink(net::Socket socket, FeedRegistry &feeds, Observer &observer, std::function<void()> onDone);
    FeedLink(HttpUpload upload, FeedRegistry &feeds, Observer &observer, std::function<void()> onDone);
    FeedLink(const FeedLink &) = delete;
    FeedLink &operator=(const FeedLink &) = delete;
    ~FeedLink(); ///< ends the upload and joins

    [[nodiscard]] bool done() const { return m_done; }

private:
    void run();
    void serveHttpUpload();
    /// False: the connection is at its end.
    [[nodiscard]] bool serveRequest(UploadInput &input);
    [[nodiscard]] bool upload(UploadInput &input, net::RequestParser &parser, const std::string &name);
    [[nodiscard]] std::optional<Error> pull(UploadBody &body, const net::RequestHead &head,
                                            const std::string &name);
    [[nodiscard]] std::optional<Error> claim(const std::string &name, Feed::TimePoint now);
    void sayContinue(const net::RequestHead &head) const;
    void release();
    void idle();
    void answer(int status, std::string_view sentence, bool keepAlive);
    void linger(UploadInput &input);

    net::Socket m_socket;
    std::optional<HttpUpload> m_http; // its socket has gone to m_socket
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
