// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/encoderqueue.h"

#include <algorithm>
#include <utility>

namespace aspersor::serve {

void EncoderQueue::describe(const media::StreamDescription &description)
{
    m_described = description;
    // Changes without a packet in between are one change.
    if (!m_items.empty() && std::holds_alternative<media::StreamDescription>(m_items.back()))
        m_items.back() = description;
    else
        m_items.emplace_back(description);
}

void EncoderQueue::pushFirst(std::span<const media::Packet> packets)
{
    m_first.insert(m_first.end(), packets.begin(), packets.end());
}

bool EncoderQueue::isPicture(const media::Packet &packet) const
{
    const auto track = static_cast<std::size_t>(packet.track);
    return packet.track >= 0 && track < m_described.tracks.size() &&
           m_described.tracks[track].kind == media::TrackKind::Video;
}

bool EncoderQueue::isFull(const media::Packet &next) const
{
    if (m_bytes + next.data().size() > m_limits.bytes || m_items.size() >= m_limits.packets)
        return true;
    const bool onlySound = !m_described.hasVideo();
    const auto oldest = std::ranges::find_if(m_items, [&](const Item &item) {
        const auto *packet = std::get_if<media::Packet>(&item);
        return packet && (onlySound || isPicture(*packet));
    });
    return oldest != m_items.end() && next.dts - std::get<media::Packet>(*oldest).dts > m_limits.lag;
}

void EncoderQueue::push(const media::Packet &packet, TimePoint now)
{
    const bool picture = isPicture(packet);
    if (m_state.paused && now >= m_pausedUntil)
        m_state.paused = false;
    if (now - m_lastShed >= m_limits.recovery && !m_state.paused) {
        m_tries = 0;
        m_state.since.reset();
    }
    if (isFull(packet))
        shed(now);
    if (picture && packet.keyframe && !m_state.paused)
        m_awaitsKeyframe = false;
    if (picture && (m_state.paused || m_awaitsKeyframe)) {
        ++m_state.pictures;
        return;
    }
    m_bytes += packet.data().size();
    m_items.emplace_back(packet);
}

void EncoderQueue::shed(TimePoint now)
{
    const std::size_t before = m_items.size();
    std::uint64_t pictures = 0;
    std::size_t bytes = 0;
    // Which tracks are pictures is known of the newest description only: when there is another before it, all
    // goes but the newest description.
    const auto change = std::find_if(m_items.rbegin(), m_items.rend(), [](const Item &item) {
        return std::holds_alternative<media::StreamDescription>(item);
    });
    if (change != m_items.rend()) {
        pictures = static_cast<std::uint64_t>(std::ranges::count_if(m_items, [&](const Item &item) {
            const auto *packet = std::get_if<media::Packet>(&item);
            return packet && isPicture(*packet);
        }));
        Item newest = std::move(*change);
        m_items.clear();
        m_items.push_back(std::move(newest));
    }
    std::erase_if(m_items, [&](const Item &item) {
        const auto *packet = std::get_if<media::Packet>(&item);
        if (!packet)
            return false;
        if (isPicture(*packet)) {
            ++pictures;
            return true;
        }
        bytes += packet->data().size();
        return false;
    });
    if (m_items.size() == before) { // sound alone is too much: that goes, too
        std::erase_if(m_items, [](const Item &item) { return std::holds_alternative<media::Packet>(item); });
        bytes = 0;
    }
    m_bytes = bytes;
    m_state.pictures += pictures;
    ++m_state.count;
    m_lastShed = now;
    if (!m_state.since)
        m_state.since = now;
    m_awaitsKeyframe = true;
    if (++m_tries < m_limits.tries)
        return;
    m_tries = m_limits.tries - 1; // the next time it fails it pauses at once
    m_state.paused = true;
    m_pausedUntil = now + m_limits.pause;
}

std::optional<EncoderQueue::Item> EncoderQueue::pop()
{
    if (!m_first.empty()) {
        Item item(std::move(m_first.front()));
        m_first.pop_front();
        return item;
    }
    if (m_items.empty())
        return std::nullopt;
    Item item = std::move(m_items.front());
    m_items.pop_front();
    if (const auto *packet = std::get_if<media::Packet>(&item))
        m_bytes -= packet->data().size();
    return item;
}

ShedState EncoderQueue::state(TimePoint now) const
{
    ShedState state = m_state;
    if (!state.paused && state.since && now - m_lastShed >= m_limits.recovery)
        state.since.reset();
    return state;
}

} // namespace aspersor::serve
