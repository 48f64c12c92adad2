// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

#include <vector>

namespace aspersor {

/// The newest GOP of a feed with the sound beside it: what a new taker must have to show a picture at once.
///
/// Pure and not thread-safe. Holds references, not copies. A GOP that grows past the bounds is dropped whole,
/// and nothing is kept until the next keyframe.
class GopCache
{
public:
    struct Limits {
        std::size_t bytes = 8 * 1024 * 1024;
        media::Ticks duration = 12 * media::ticksPerSecond;
    };

    GopCache() : GopCache(Limits()) {}
    explicit GopCache(const Limits &limits) : m_limits(limits) {}

    /// Without video every packet is a beginning, so nothing is kept.
    void setDescription(const media::StreamDescription &description);
    void add(const media::PacketPtr &packet);
    void clear();

    [[nodiscard]] const std::vector<media::PacketPtr> &packets() const { return m_packets; }
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }
    /// Whether a taker may begin with this packet.
    [[nodiscard]] bool isBeginning(const media::Packet &packet) const;

private:
    Limits m_limits;
    int m_videoTrack = -1;
    std::vector<media::PacketPtr> m_packets;
    std::size_t m_bytes = 0;
};

} // namespace aspersor
