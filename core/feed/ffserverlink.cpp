// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/ffserverlink.h"

#include "core/feed/feedcategory.h"
#include "core/media/linkformat.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

namespace aspersor {
namespace {

void append(std::vector<std::uint8_t> &to, std::string_view text)
{
    to.insert(to.end(), text.begin(), text.end());
}

} // namespace

void LinkTarget::set(std::string path)
{
    const std::lock_guard lock(m_mutex);
    m_path = std::move(path);
    m_generation.fetch_add(1, std::memory_order_release);
}

LinkTarget::Place LinkTarget::place() const
{
    const std::lock_guard lock(m_mutex);
    return {m_path, m_generation.load(std::memory_order_relaxed)};
}

FfserverLink::FfserverLink(std::string name, std::shared_ptr<LinkTarget> target)
    : FfserverLink(std::move(name), std::move(target), Options())
{
}

FfserverLink::FfserverLink(std::string name, std::shared_ptr<LinkTarget> target, const Options &options)
    : m_name(std::move(name)), m_target(std::move(target)), m_options(options)
{
}

FfserverLink::~FfserverLink() = default;

void FfserverLink::onDescription(const media::StreamDescription &description)
{
    m_description = description;
    m_described = true;
    m_gop.setDescription(description);
    if (m_inBody)
        media::appendLinkDescription(description, m_batch);
}

void FfserverLink::onPacket(const media::PacketPtr &packet)
{
    m_gop.add(packet);
    if (m_needBeginning) {
        if (!m_gop.isBeginning(*packet))
            return;
        m_needBeginning = false;
    }
    if (!m_inBody && m_gop.packets().empty())
        return;      // in the middle of a GOP that was too long to keep
    if (!m_inBody) { // a body begins with the newest GOP, this packet included
        connectIfDue();
        beginBody();
    } else {
        media::appendLinkPacket(*packet, m_batch);
    }
    if (m_batch.size() >= m_options.flushBytes)
        flush();
}

void FfserverLink::onIdle()
{
    const bool lost = !m_socket.isOpen() && !m_needBeginning && !m_gop.packets().empty();
    if (lost || m_target->generation() != m_generation) {
        connectIfDue();
        if (!m_inBody && !m_gop.packets().empty())
            beginBody();
    }
    flush();
}

int FfserverLink::writeDescriptor() const
{
    return queued() > 0 ? m_socket.descriptor() : -1;
}

void FfserverLink::connectIfDue()
{
    const auto now = Clock::now();
    if (m_target->generation() != m_generation) {
        disconnect({});
        m_nextAttempt = now;
        m_needBeginning = false; // that was another ffserver
    }
    if (m_socket.isOpen() || now < m_nextAttempt)
        return;
    m_nextAttempt = now + m_options.retryAfter;
    const auto place = m_target->place();
    m_generation = place.generation;
    if (place.path.empty())
        return;
    auto socket = net::connectLocal(place.path);
    if (!socket) {
        qCDebug(lcFeed).noquote().nospace()
            << m_name.c_str() << ": no link to ffserver: " << socket.error().message.c_str();
        return;
    }
    m_socket = std::move(*socket);
    m_lastProgress = now;
}

void FfserverLink::beginBody()
{
    if (!m_socket.isOpen() || !m_described)
        return;
    append(m_out, "POST /" + m_name +
                      " HTTP/1.1\r\nHost: ffserver\r\nTransfer-Encoding: chunked\r\nContent-Type: " +
                      media::linkContentType + "\r\n\r\n");
    m_inBody = true;
    m_batch.clear();
    media::appendLinkHeader(m_batch);
    media::appendLinkDescription(m_description, m_batch);
    for (const auto &packet : m_gop.packets())
        media::appendLinkPacket(*packet, m_batch);
}

/// Makes one chunk of the batch and sends what the socket takes.
void FfserverLink::flush()
{
    if (!m_socket.isOpen()) {
        m_batch.clear();
        return;
    }
    if (!m_batch.empty()) {
        std::array<char, 24> head{};
        const int size = std::snprintf(head.data(), head.size(), "%zx\r\n", m_batch.size());
        append(m_out, {head.data(), static_cast<std::size_t>(size)});
        m_out.insert(m_out.end(), m_batch.begin(), m_batch.end());
        append(m_out, "\r\n");
        m_batch.clear();
    }
    readAnswers();
    send();
    if (queued() > m_options.queueBytes ||
        (queued() > 0 && Clock::now() - m_lastProgress > m_options.queueAge))
        cut();
}

void FfserverLink::send()
{
    while (m_socket.isOpen() && queued() > 0) {
        const ssize_t sent =
            ::send(m_socket.descriptor(), m_out.data() + m_outAt, queued(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS))
            break;
        if (sent < 0)
            return disconnect(std::strerror(errno));
        m_outAt += static_cast<std::size_t>(sent);
        m_lastProgress = Clock::now();
    }
    if (queued() == 0) {
        m_out.clear();
        m_outAt = 0;
        m_lastProgress = Clock::now();
    } else if (m_outAt > m_options.queueBytes / 4) {
        m_out.erase(m_out.begin(), m_out.begin() + static_cast<std::ptrdiff_t>(m_outAt));
        m_outAt = 0;
    }
}

/// What ffserver says is of no interest, but it must not pile up, and its end must be noticed.
void FfserverLink::readAnswers()
{
    std::array<char, 4096> bytes{};
    while (m_socket.isOpen()) {
        const ssize_t got = ::recv(m_socket.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0)
            return disconnect(got == 0 ? "ffserver closed it" : std::strerror(errno));
    }
}

void FfserverLink::disconnect(const std::string &why)
{
    if (m_socket.isOpen() && !why.empty())
        qCInfo(lcFeed).noquote().nospace()
            << m_name.c_str() << ": the link to ffserver was lost: " << why.c_str();
    m_socket.close();
    m_inBody = false;
    m_batch.clear();
    m_out.clear();
    m_outAt = 0;
}

void FfserverLink::cut()
{
    m_cuts.fetch_add(1, std::memory_order_relaxed);
    qCWarning(lcFeed).noquote().nospace() << m_name.c_str() << ": ffserver did not take " << queued()
                                          << " bytes in time: the link begins anew at the next keyframe";
    disconnect({});
    m_needBeginning = true;
}

void FfserverLink::onAway()
{
    if (m_inBody) {
        flush();
        append(m_out, "0\r\n\r\n");
        m_inBody = false;
        flush();
    }
    m_gop.clear();
    m_needBeginning = false;
}

void FfserverLink::onEnded()
{
    onAway();
    if (!m_socket.isOpen())
        return;
    append(m_out, "DELETE /" + m_name +
                      " HTTP/1.1\r\nHost: ffserver\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    // The last word, bounded: reads until ffserver closes, because a close with unread answers would throw
    // away what was sent.
    const auto deadline = Clock::now() + m_options.farewell;
    while (m_socket.isOpen()) {
        send();
        readAnswers();
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (!m_socket.isOpen() || left <= 0)
            break;
        const short events = queued() > 0 ? POLLIN | POLLOUT : POLLIN;
        pollfd waiting{m_socket.descriptor(), events, 0};
        ::poll(&waiting, 1, static_cast<int>(left));
    }
    disconnect({});
}

} // namespace aspersor
