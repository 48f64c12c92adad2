// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/feedlink.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>
#include <string>
#include <sys/types.h>

namespace aspersor::serve {

/// The Unix-domain socket on which feeds arrive. Lives on its loop's thread.
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
    /// Ends every link and joins its thread; removes the socket's file.
    void stop();

private:
    void accept();
    void reap();

    boost::asio::io_context &m_loop;
    FeedRegistry &m_feeds;
    Observer &m_observer;
    boost::asio::local::stream_protocol::acceptor m_acceptor;
    boost::asio::steady_timer m_retry;
    std::list<std::unique_ptr<FeedLink>> m_links;
    std::string m_path;
    dev_t m_device = 0; // of our own file: another server may have replaced it since
    ino_t m_inode = 0;
};

} // namespace aspersor::serve
