// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/interleaver.h"

#include <algorithm>
#include <utility>

namespace aspersor::media {

void Interleaver::push(const Packet &packet)
{
    m_held.insert(std::ranges::upper_bound(m_held, packet.dts, {}, &Packet::dts), packet);
}

bool Interleaver::isDue() const
{
    if (m_held.empty())
        return false;
    if (m_held.size() > mostPackets || m_held.back().dts - m_held.front().dts > longest)
        return true;
    // Every track has one: what comes now is not older than the oldest.
    std::size_t seen = 0;
    for (std::size_t i = 0; i < m_held.size(); ++i) {
        const auto before = m_held.begin() + static_cast<std::ptrdiff_t>(i);
        seen += std::find_if(m_held.begin(), before,
                             [&](const Packet &other) { return other.track == before->track; }) == before
                    ? 1
                    : 0;
    }
    return seen >= m_tracks;
}

std::optional<Packet> Interleaver::pop()
{
    return isDue() ? popAny() : std::nullopt;
}

std::optional<Packet> Interleaver::popAny()
{
    if (m_held.empty())
        return std::nullopt;
    std::optional<Packet> next(std::move(m_held.front()));
    m_held.pop_front();
    return next;
}

} // namespace aspersor::media
