// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/packetqueue.h"

namespace aspersor {

bool PacketQueue::push(Item item)
{
    if (m_needsKeyframe && !item.packet->keyframe) {
        ++m_dropped;
        return false;
    }
    m_needsKeyframe = false;
    m_bytes += item.packet->data().size();
    m_items.push_back(std::move(item));
    while (m_items.size() > m_bound.packets || m_bytes > m_bound.bytes)
        dropToNextKeyframe();
    return !m_items.empty();
}

std::optional<PacketQueue::Item> PacketQueue::pop()
{
    if (m_items.empty())
        return std::nullopt;
    Item item = m_items.front();
    popFront();
    return item;
}

bool PacketQueue::skipTo(media::Ticks position)
{
    std::size_t newest = 0;
    for (std::size_t i = 1; i < m_items.size(); ++i) {
        const media::Packet &packet = *m_items[i].packet;
        if (packet.keyframe && packet.pts <= position)
            newest = i;
    }
    for (std::size_t i = 0; i < newest; ++i) {
        popFront();
        ++m_dropped;
    }
    return newest > 0;
}

void PacketQueue::clear()
{
    m_dropped += m_items.size();
    m_items.clear();
    m_bytes = 0;
    m_needsKeyframe = true;
}

media::Ticks PacketQueue::frontPts() const
{
    return m_items.empty() ? media::noTicks : m_items.front().packet->pts;
}

void PacketQueue::popFront()
{
    m_bytes -= m_items.front().packet->data().size();
    m_items.pop_front();
}

void PacketQueue::dropToNextKeyframe()
{
    do {
        popFront();
        ++m_dropped;
    } while (!m_items.empty() && !m_items.front().packet->keyframe);
    m_needsKeyframe = m_items.empty();
}

} // namespace aspersor
