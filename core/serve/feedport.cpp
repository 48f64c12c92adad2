// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/feedport.h"

#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aspersor::serve {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

FeedPort::FeedPort(asio::io_context &loop, FeedRegistry &feeds, Observer &observer)
    : m_loop(loop), m_feeds(feeds), m_observer(observer), m_acceptor(loop), m_retry(loop)
{
}

FeedPort::~FeedPort() // NOLINT(bugprone-exception-escape): cancelling a timer does not throw
{
    stop();
}

Result<void> FeedPort::listen(const std::string &path)
{
    const auto fail = [&path](const std::string &why) {
        return failure(Error::Kind::Io, "The feed socket " + path + " cannot be made: " + why +
                                            " Choose another path with FeedSocket or --feed-socket.");
    };
    struct stat there {
    };
    if (::lstat(path.c_str(), &there) == 0) {
        if (!S_ISSOCK(there.st_mode))
            return fail("a file that is no socket is in its place.");
        stream_protocol::socket probe(m_loop);
        error_code error;
        probe.connect(stream_protocol::endpoint(path), error);
        if (!error)
            return fail("another server is listening on it.");
        ::unlink(path.c_str());
    }
    error_code error;
    m_acceptor.open(stream_protocol(), error);
    const mode_t mask = ::umask(S_IRWXG | S_IRWXO | S_IXUSR);
    if (!error)
        m_acceptor.bind(stream_protocol::endpoint(path), error);
    ::umask(mask);
    if (!error)
        m_acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
        return fail(error.message() + '.');
    m_path = path;
    if (::lstat(path.c_str(), &there) == 0) {
        m_device = there.st_dev;
        m_inode = there.st_ino;
    }
    accept();
    return {};
}

void FeedPort::accept()
{
    m_acceptor.async_accept([this](const error_code &error, stream_protocol::socket socket) {
        if (error == asio::error::operation_aborted)
            return;
        if (error) { // out of descriptors, as a rule: wait for some to be closed
            m_observer.log(LogLevel::Warning, "A feed link could not be accepted: " + error.message() + ".");
            m_retry.expires_after(std::chrono::milliseconds(200));
            m_retry.async_wait([this](const error_code &aborted) {
                if (!aborted)
                    accept();
            });
            return;
        }
        error_code ignored;
        if (m_links.size() >= maxLinks)
            m_observer.log(LogLevel::Warning, "A feed link was refused: there are too many.");
        else
            add(net::Socket(socket.release(ignored)));
        accept();
    });
}

void FeedPort::add(auto taken)
{
    m_links.push_back(std::make_unique<FeedLink>(std::move(taken), m_feeds, m_observer,
                                                 [this] { asio::post(m_loop, [this] { reap(); }); }));
}

void FeedPort::adopt(HttpUpload upload)
{
    {
        const std::lock_guard lock(m_mutex);
        m_arrived.push_back(std::move(upload));
    }
    asio::post(m_loop, [this] { addArrived(); });
}

void FeedPort::addArrived()
{
    std::vector<HttpUpload> arrived;
    {
        const std::lock_guard lock(m_mutex);
        arrived.swap(m_arrived);
    }
    if (m_stopped)
        return;
    for (HttpUpload &upload : arrived)
        add(std::move(upload));
}

void FeedPort::reap()
{
    std::erase_if(m_links, [](const auto &link) { return link->done(); });
}

void FeedPort::stop()
{
    error_code ignored;
    m_stopped = true;
    m_acceptor.close(ignored);
    m_retry.cancel();
    m_links.clear();
    struct stat there {
    };
    if (!m_path.empty() && ::lstat(m_path.c_str(), &there) == 0 && there.st_dev == m_device &&
        there.st_ino == m_inode)
        ::unlink(m_path.c_str());
    m_path.clear();
}

} // namespace aspersor::serve
