// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/sinklist.h"

#include <algorithm>

namespace aspersor {

bool SinkList::add(std::shared_ptr<PacketSink> sink, Begin begin)
{
    const std::lock_guard lock(m_mutex);
    if (m_ended || m_wanted.size() >= maximum)
        return false;
    m_wanted.push_back({std::move(sink), begin});
    m_changed.store(true, std::memory_order_release);
    return true;
}

bool SinkList::remove(const PacketSink *sink)
{
    const std::lock_guard lock(m_mutex);
    const auto removed =
        std::erase_if(m_wanted, [sink](const Entry &entry) { return entry.sink.get() == sink; });
    m_changed.store(true, std::memory_order_release);
    return removed > 0;
}

void SinkList::refresh()
{
    if (!m_changed.load(std::memory_order_acquire))
        return;
    std::vector<Entry> wanted;
    {
        const std::lock_guard lock(m_mutex);
        m_changed.store(false, std::memory_order_relaxed);
        wanted = m_wanted;
    }
    std::vector<std::shared_ptr<PacketSink>> active;
    for (const Entry &entry : wanted) {
        active.push_back(entry.sink);
        if (!m_described || std::find(m_active.begin(), m_active.end(), entry.sink) != m_active.end())
            continue;
        entry.sink->onDescription(m_description);
        if (entry.begin == Begin::NewestGop)
            for (const auto &packet : m_gop.packets())
                entry.sink->onPacket(packet);
    }
    m_active.swap(active);
}

void SinkList::description(const media::StreamDescription &description)
{
    refresh();
    m_description = description;
    m_described = true;
    m_gop.setDescription(description);
    for (const auto &sink : m_active)
        sink->onDescription(description);
}

void SinkList::packet(const media::PacketPtr &packet)
{
    refresh();
    m_gop.add(packet);
    for (const auto &sink : m_active)
        sink->onPacket(packet);
}

void SinkList::idle()
{
    refresh();
    for (const auto &sink : m_active)
        sink->onIdle();
}

void SinkList::away()
{
    refresh();
    m_gop.clear();
    for (const auto &sink : m_active)
        sink->onAway();
}

void SinkList::ended()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
    }
    refresh();
    for (const auto &sink : m_active)
        sink->onEnded();
    m_active.clear();
    const std::lock_guard lock(m_mutex);
    m_wanted.clear();
}

void SinkList::collectWriteDescriptors(std::vector<int> &into)
{
    for (const auto &sink : m_active)
        if (const int descriptor = sink->writeDescriptor(); descriptor >= 0)
            into.push_back(descriptor);
}

} // namespace aspersor
