// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/linewriter.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::chrono::milliseconds retryDistance{20};

} // namespace

LineWriter::LineWriter(boost::asio::io_context &loop, int descriptor, LostLine lostLine, std::size_t maxBytes)
    : m_loop(loop), m_descriptor(descriptor), m_lostLine(lostLine), m_maxBytes(maxBytes), m_retry(loop)
{
}

void LineWriter::write(std::string_view line)
{
    const std::lock_guard lock(m_mutex);
    if (m_broken)
        return;
    if (m_queue.size() + line.size() + 1 > m_maxBytes) {
        ++m_dropped;
        return;
    }
    if (const std::size_t dropped = std::exchange(m_dropped, 0); dropped > 0)
        m_queue.append(m_lostLine(dropped)).push_back('\n');
    m_queue.append(line).push_back('\n');
    if (!std::exchange(m_scheduled, true))
        schedule();
}

void LineWriter::schedule()
{
    boost::asio::post(m_loop, [this] { drain(); });
}

/// Writes up to a pipe's atomic size, which does not block when poll() says that it can be written. False:
/// not now.
bool LineWriter::writeSome(int waitMs)
{
    pollfd ready{m_descriptor, POLLOUT, 0};
    if (::poll(&ready, 1, waitMs) <= 0)
        return false;
    const std::lock_guard lock(m_mutex);
    const ssize_t written =
        ::write(m_descriptor, m_queue.data(), std::min<std::size_t>(m_queue.size(), PIPE_BUF));
    if (written >= 0) {
        m_queue.erase(0, static_cast<std::size_t>(written));
        return true;
    }
    if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)
        return false;
    m_broken = true;
    m_queue.clear();
    return true;
}

void LineWriter::drain()
{
    for (;;) {
        {
            const std::lock_guard lock(m_mutex);
            if (m_queue.empty()) {
                m_scheduled = false;
                return;
            }
        }
        if (!writeSome(0))
            break;
    }
    m_retry.expires_after(retryDistance);
    m_retry.async_wait([this](const boost::system::error_code &error) {
        if (!error)
            drain();
    });
}

void LineWriter::flush(std::chrono::milliseconds limit)
{
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        {
            const std::lock_guard lock(m_mutex);
            if (m_queue.empty())
                return;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            return;
        static_cast<void>(writeSome(static_cast<int>(left.count())));
    }
}

} // namespace aspersor::serve
