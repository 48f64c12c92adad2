// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/feedlink.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <sys/types.h>
#include <vector>

namespace aspersor::serve {

/// Where feeds arrive: the Unix-domain socket for them, and uploads over HTTP. Lives on its loop's thread.
class FeedPort
{
public:
    static constexpr std::size_t maxLinks = 2048;

    FeedPort(boost::asio::io_context &loop, FeedRegistry &feeds, Observer &observer);
    FeedPort(const FeedPort &) = delete;
    FeedPort &operator=(const FeedPort &) = delete;
    ~FeedPort();

    /// Makes the socket, mode 0600. A file that a dead server left behind is replaced; the Error says in a
    /// sentence what is in the way otherwise. Changes the process's umask for a moment.
    [[nodiscard]] Result<void> listen(const std::string &path);
    /// Takes over an upload from a session; any thread.
    void adopt(HttpUpload upload);
    /// Ends every link and joins its thread; removes the socket's file. No upload is taken any more.
    void stop();

private:
    void accept();
    void add(auto taken); ///< a socket or an upload
    void addArrived();
    void reap();

    boost::asio::io_context &m_loop;
    FeedRegistry &m_feeds;
    Observer &m_observer;
    boost::asio::local::stream_protocol::acceptor m_acceptor;
    boost::asio::steady_timer m_retry;
    std::list<std::unique_ptr<FeedLink>> m_links;
    bool m_stopped = false;
    std::mutex m_mutex;
    std::vector<HttpUpload> m_arrived; // guarded by m_mutex
    std::string m_path;
    dev_t m_device = 0; // of our own file: another server may have replaced it since
    ino_t m_inode = 0;
};

} // namespace aspersor::serve
