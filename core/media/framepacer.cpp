// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/framepacer.h"

#include "core/media/avptr.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace aspersor::media {

std::int64_t FramePacer::slotOf(Ticks pts) const
{
    return av_rescale(pts - m_origin, m_num, ticksPerSecond * m_den);
}

Ticks FramePacer::timeOf(std::int64_t slot) const
{
    return m_origin + av_rescale(slot, ticksPerSecond * m_den, m_num);
}

FramePacer::Places FramePacer::place(Ticks pts)
{
    if (m_lastPts != noTicks && pts <= m_lastPts)
        return {};
    m_lastPts = pts;
    if (m_num <= 0)
        return {1, pts};
    if (m_origin == noTicks)
        m_origin = pts;
    const std::int64_t slot = slotOf(pts);
    if (slot <= m_lastSlot)
        return {};
    std::int64_t from = m_lastSlot + 1;
    if (timeOf(slot) - timeOf(from) > longestFill)
        from = slot;
    m_lastSlot = slot;
    return {static_cast<int>(slot - from + 1), timeOf(from)};
}

void measureFrameRates(StreamDescription &description, std::span<const Packet> packets)
{
    constexpr std::size_t enough = 5;
    constexpr double near = 0.02;
    constexpr std::array usual{AVRational{15, 1},        AVRational{20, 1}, AVRational{24, 1},
                               AVRational{25, 1},        AVRational{30, 1}, AVRational{48, 1},
                               AVRational{50, 1},        AVRational{60, 1}, AVRational{10, 1},
                               AVRational{30'000, 1001}, AVRational{5, 1}};
    for (std::size_t i = 0; i < description.tracks.size(); ++i) {
        TrackDescription &track = description.tracks[i];
        if (track.kind != TrackKind::Video)
            continue;
        std::vector<Ticks> distances;
        Ticks last = noTicks;
        for (const Packet &packet : packets) {
            if (packet.track != static_cast<int>(i))
                continue;
            if (last != noTicks && packet.dts > last)
                distances.push_back(packet.dts - last);
            last = packet.dts;
        }
        if (distances.size() < enough)
            continue;
        // the middle one: a few pictures that are missing or late change nothing
        const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
        std::ranges::nth_element(distances, middle);
        const double rate = static_cast<double>(ticksPerSecond) / static_cast<double>(*middle);
        const auto found = std::ranges::find_if(
            usual, [&](AVRational known) { return std::abs(av_q2d(known) - rate) < rate * near; });
        const AVRational measured =
            found != usual.end() ? *found : AVRational{static_cast<int>(std::lround(rate * 100)), 100};
        if (measured.num <= 0)
            continue;
        track.frameRateNum = measured.num;
        track.frameRateDen = measured.den;
    }
}

} // namespace aspersor::media
