// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/gopcache.h"

namespace aspersor {

void GopCache::setDescription(const media::StreamDescription &description)
{
    m_videoTrack = -1;
    for (std::size_t i = 0; i < description.tracks.size() && m_videoTrack < 0; ++i)
        if (description.tracks[i].kind == media::TrackKind::Video)
            m_videoTrack = static_cast<int>(i);
    clear(); // older packets have other parameters
}

bool GopCache::isBeginning(const media::Packet &packet) const
{
    return m_videoTrack < 0 || (packet.track == m_videoTrack && packet.keyframe);
}

void GopCache::add(const media::PacketPtr &packet)
{
    if (isBeginning(*packet))
        clear();
    else if (m_packets.empty())
        return;
    m_packets.push_back(packet);
    m_bytes += packet->data().size();
    if (m_bytes > m_limits.bytes || packet->dts - m_packets.front()->dts > m_limits.duration)
        clear();
}

void GopCache::clear()
{
    m_packets.clear();
    m_bytes = 0;
}

} // namespace aspersor
