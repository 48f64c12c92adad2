// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/packetsink.h"

#include <QString>
#include <QStringList>
#include <mutex>
#include <vector>

namespace aspersor {

/// What a feed handed to its sinks. Written on the feed's thread, read by the test.
class CollectingSink final : public PacketSink
{
public:
    struct Seen {
        int track = 0;
        bool keyframe = false;
        media::Ticks pts = 0;
        media::Ticks dts = 0;
        std::size_t bytes = 0;
    };

    void onDescription(const media::StreamDescription &description) override
    {
        const std::lock_guard lock(m_mutex);
        m_description = description;
        m_events << QStringLiteral("description");
    }
    void onPacket(const media::PacketPtr &packet) override
    {
        const std::lock_guard lock(m_mutex);
        m_packets.push_back(
            {packet->track, packet->keyframe, packet->pts, packet->dts, packet->data().size()});
    }
    void onIdle() override
    {
        const std::lock_guard lock(m_mutex);
        ++m_idles;
    }
    void onAway() override
    {
        const std::lock_guard lock(m_mutex);
        m_events << QStringLiteral("away");
    }
    void onEnded() override
    {
        const std::lock_guard lock(m_mutex);
        m_events << QStringLiteral("ended");
    }

    [[nodiscard]] std::vector<Seen> packets() const
    {
        const std::lock_guard lock(m_mutex);
        return m_packets;
    }
    /// Packets of the first track of a kind.
    [[nodiscard]] std::vector<Seen> packets(media::TrackKind kind) const
    {
        const std::lock_guard lock(m_mutex);
        std::vector<Seen> result;
        for (const Seen &seen : m_packets)
            if (static_cast<std::size_t>(seen.track) < m_description.tracks.size() &&
                m_description.tracks[static_cast<std::size_t>(seen.track)].kind == kind)
                result.push_back(seen);
        return result;
    }
    [[nodiscard]] std::size_t pictures() const { return packets(media::TrackKind::Video).size(); }
    [[nodiscard]] QStringList events() const
    {
        const std::lock_guard lock(m_mutex);
        return m_events;
    }
    [[nodiscard]] int idles() const
    {
        const std::lock_guard lock(m_mutex);
        return m_idles;
    }
    /// dts grows strictly on every track.
    [[nodiscard]] bool isMonotonic() const
    {
        std::vector<media::Ticks> last;
        for (const Seen &seen : packets()) {
            const auto track = static_cast<std::size_t>(seen.track);
            if (last.size() <= track)
                last.resize(track + 1, media::noTicks);
            if (seen.dts <= last[track] || seen.pts < seen.dts)
                return false;
            last[track] = seen.dts;
        }
        return true;
    }

private:
    mutable std::mutex m_mutex;
    media::StreamDescription m_description;
    std::vector<Seen> m_packets;
    QStringList m_events;
    int m_idles = 0;
};

} // namespace aspersor
