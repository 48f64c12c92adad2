// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/ffserverlink.h"

#include "core/feed/feedcategory.h"
#include "core/media/linkformat.h"

#include <array>
#include <cstdio>

namespace aspersor {

void LinkTarget::set(std::string path)
{
    const std::lock_guard lock(m_mutex);
    m_place = {std::move(path), {}, 0, 0};
    m_generation.fetch_add(1, std::memory_order_release);
}

void LinkTarget::setHttp(std::string address, std::uint16_t port)
{
    const std::lock_guard lock(m_mutex);
    m_place = {{}, std::move(address), port, 0};
    m_generation.fetch_add(1, std::memory_order_release);
}

LinkTarget::Place LinkTarget::place() const
{
    const std::lock_guard lock(m_mutex);
    Place place = m_place;
    place.generation = m_generation.load(std::memory_order_relaxed);
    return place;
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
    const bool lost = !m_connection.isOpen() && !m_needBeginning && !m_gop.packets().empty();
    if (lost || m_target->generation() != m_generation) {
        connectIfDue();
        if (!m_inBody && !m_gop.packets().empty())
            beginBody();
    }
    flush();
}

int FfserverLink::writeDescriptor() const
{
    return m_connection.writeDescriptor();
}

void FfserverLink::connectIfDue()
{
    const auto now = Clock::now();
    if (m_target->generation() != m_generation) {
        disconnect({});
        m_nextAttempt = now;
        m_needBeginning = false; // that was another ffserver
    }
    if (m_connection.isOpen() || now < m_nextAttempt)
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
    m_connection.open(std::move(*socket));
}

void FfserverLink::beginBody()
{
    if (!m_connection.isOpen() || !m_described)
        return;
    m_connection.append("POST /" + m_name +
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
    if (!m_connection.isOpen()) {
        m_batch.clear();
        return;
    }
    if (!m_batch.empty()) {
        std::array<char, 24> head{};
        const int size = std::snprintf(head.data(), head.size(), "%zx\r\n", m_batch.size());
        m_connection.append({head.data(), static_cast<std::size_t>(size)});
        m_connection.append(m_batch);
        m_connection.append("\r\n");
        m_batch.clear();
    }
    pump();
    if (m_connection.isOverdue(m_options.queueBytes, m_options.queueAge))
        cut();
}

void FfserverLink::pump()
{
    if (m_connection.isOpen() && !m_connection.pump())
        disconnect(m_connection.why());
}

void FfserverLink::disconnect(const std::string &why)
{
    if (!why.empty())
        qCInfo(lcFeed).noquote().nospace()
            << m_name.c_str() << ": the link to ffserver was lost: " << why.c_str();
    m_connection.close();
    m_inBody = false;
    m_batch.clear();
}

void FfserverLink::cut()
{
    m_cuts.fetch_add(1, std::memory_order_relaxed);
    qCWarning(lcFeed).noquote().nospace()
        << m_name.c_str() << ": ffserver did not take " << m_connection.queued()
        << " bytes in time: the link begins anew at the next keyframe";
    disconnect({});
    m_needBeginning = true;
}

void FfserverLink::onAway()
{
    if (m_inBody) {
        flush();
        m_connection.append("0\r\n\r\n");
        m_inBody = false;
        flush();
    }
    m_gop.clear();
    m_needBeginning = false;
}

void FfserverLink::onEnded()
{
    onAway();
    if (!m_connection.isOpen())
        return;
    m_connection.append("DELETE /" + m_name +
                        " HTTP/1.1\r\nHost: ffserver\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    m_connection.lingerFor(m_options.farewell);
    disconnect({});
}

} // namespace aspersor
