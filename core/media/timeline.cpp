// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/timeline.h"

#include <algorithm>
#include <utility>

namespace aspersor::media {

namespace {

constexpr Ticks wrap = Ticks{1} << 33;        // ISO/IEC 13818-1, 2.4.3.7
constexpr Ticks firstPlaced = ticksPerSecond; // room for a track that begins before the first packet's time
constexpr Ticks usualDuration = ticksPerSecond / 30;
constexpr Ticks backwardTolerance = ticksPerSecond / 2;   // within a track: disorder, not a jump
constexpr Ticks forwardTolerance = 3 * ticksPerSecond;    // beyond the time that has passed
constexpr Ticks interleaveTolerance = 5 * ticksPerSecond; // how far tracks may be apart
constexpr Ticks maxReorder = 10 * ticksPerSecond;         // pts - dts beyond this is damage

/// The signed distance from `from` to `to`, taking the short way round the 33-bit wrap.
Ticks distance(Ticks from, Ticks to)
{
    const Ticks plain = to - from;
    if (plain > -wrap / 2 && plain < wrap / 2)
        return plain;
    Ticks modulo = plain % wrap;
    if (modulo >= wrap / 2)
        modulo -= wrap;
    else if (modulo < -wrap / 2)
        modulo += wrap;
    return modulo;
}

Ticks toTicks(std::chrono::steady_clock::duration time)
{
    return std::chrono::duration_cast<std::chrono::duration<Ticks, std::ratio<1, ticksPerSecond>>>(time)
        .count();
}

} // namespace

void Timeline::newSource(TimePoint)
{
    m_newSource = true;
    m_previous = {};
}

void Timeline::resume(Ticks newest, TimePoint at)
{
    m_newestPlaced = newest;
    m_placedAt = at;
}

bool Timeline::fits(const Epoch &epoch, std::size_t track, Ticks raw, Ticks elapsed) const
{
    if (!epoch.valid)
        return false;
    if (epoch.knows(track)) {
        const Ticks step = distance(epoch.rawOfTrack[track], raw);
        if (step < -backwardTolerance)
            return false;
        if (step <= elapsed + forwardTolerance)
            return true;
    }
    // A track that was silent for a while, or begins late, is judged by the others.
    const Ticks apart = distance(epoch.newestRaw, raw);
    return apart >= -interleaveTolerance && apart <= elapsed + interleaveTolerance;
}

Ticks Timeline::placeIn(Epoch &epoch, std::size_t track, Ticks raw) const
{
    const Ticks unwrapped = epoch.newestRaw + distance(epoch.newestRaw, raw);
    epoch.newestRaw = std::max(epoch.newestRaw, unwrapped);
    if (epoch.rawOfTrack.size() <= track)
        epoch.rawOfTrack.resize(track + 1, noTicks);
    epoch.rawOfTrack[track] = unwrapped;
    return unwrapped + epoch.offset;
}

Ticks Timeline::placeDts(std::size_t track, Ticks raw, Ticks elapsed)
{
    const bool newSource = std::exchange(m_newSource, false);
    if (newSource && m_current.valid) {
        // A phone whose clock went on through the gap keeps its place; any other goes on by the wall clock.
        const Ticks step = distance(m_current.newestRaw, raw);
        if (step < -ticksPerSecond / 5 || step > elapsed + interleaveTolerance)
            m_current.valid = false;
        else
            m_current.rawOfTrack.clear();
    } else if (!m_current.knows(track) && m_previous.knows(track) && fits(m_previous, track, raw, elapsed)) {
        return placeIn(m_previous, track, raw); // this track has not come to the jump yet
    } else if (m_current.valid && !fits(m_current, track, raw, elapsed)) {
        if (fits(m_previous, track, raw, elapsed)) {
            std::swap(m_current, m_previous); // it was one stray timestamp
        } else {
            m_previous = std::exchange(m_current, {});
            ++m_jumps;
        }
    }
    if (!m_current.valid) {
        const Ticks duration = track < m_tracks.size() && m_tracks[track].lastDuration > 0
                                   ? m_tracks[track].lastDuration
                                   : usualDuration;
        Ticks target = firstPlaced;
        if (m_newestPlaced != noTicks)
            target = m_newestPlaced + (newSource ? std::max(elapsed, duration) : duration);
        m_current = {.valid = true, .offset = target - raw, .newestRaw = raw, .rawOfTrack = {}};
    }
    return placeIn(m_current, track, raw);
}

void Timeline::place(Packet &packet, TimePoint now)
{
    const auto index = static_cast<std::size_t>(std::max(packet.track, 0));
    if (m_tracks.size() <= index)
        m_tracks.resize(index + 1);

    const Ticks raw = packet.dts != noTicks ? packet.dts : packet.pts;
    Ticks reorder = packet.dts != noTicks && packet.pts != noTicks ? distance(packet.dts, packet.pts) : 0;
    if (reorder < 0 || reorder > maxReorder)
        reorder = 0;

    Ticks dts = noTicks;
    if (raw != noTicks) {
        const Ticks elapsed = m_newestPlaced == noTicks ? 0 : std::max<Ticks>(toTicks(now - m_placedAt), 0);
        dts = placeDts(index, raw, elapsed);
    }
    Track &track = m_tracks[index];
    if (dts == noTicks) { // no timestamp: it follows the one before it
        if (track.lastDts != noTicks)
            dts = track.lastDts + (track.lastDuration > 0 ? track.lastDuration : usualDuration);
        else
            dts = m_newestPlaced != noTicks ? m_newestPlaced : firstPlaced;
    }
    if (track.lastDts != noTicks) {
        dts = std::max(dts, track.lastDts + 1);
        const Ticks step = dts - track.lastDts;
        if (step > 1 && step <= ticksPerSecond)
            track.lastDuration = step;
    }
    track.lastDts = dts;
    packet.dts = dts;
    packet.pts = dts + reorder;
    if (packet.duration <= 0)
        packet.duration = track.lastDuration > 0 ? track.lastDuration : usualDuration;
    if (m_newestPlaced == noTicks || dts > m_newestPlaced) {
        m_newestPlaced = dts;
        m_placedAt = now;
    }
}

} // namespace aspersor::media
