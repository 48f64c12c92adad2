// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

#include <chrono>
#include <cstdint>
#include <vector>

namespace aspersor::media {

/// Repairs the timestamps of one feed so that what leaves is monotonic for as long as the feed lives.
///
/// Pure and not thread-safe: it lives on the feed's thread; the caller passes the time. One offset serves all
/// tracks, so the A/V offset of the source is kept through wraps (33 bits, ISO/IEC 13818-1 2.4.3.6), jumps
/// either way, restarts at zero and reconnects. After a reconnect time goes on by the wall clock.
/// Guarantees for each track: dts strictly grows, pts >= dts.
class Timeline
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// The next packets come from a new connection or demuxer: their timestamps owe nothing to the old.
    void newSource(TimePoint now);

    /// Goes on after `newest`, which was placed at `at`: another timeline was there before. Call before the
    /// first place().
    void resume(Ticks newest, TimePoint at);

    /// Rewrites pts and dts (and a missing duration) in place.
    void place(Packet &packet, TimePoint now);

    /// How often the source's time was seen to jump.
    [[nodiscard]] std::uint64_t jumps() const { return m_jumps; }

private:
    struct Track {
        Ticks lastDts = noTicks; // as placed
        Ticks lastDuration = 0;  // the distance of the last two dts
    };
    /// One run of the source's clock: placed = unwrapped + offset.
    struct Epoch {
        bool valid = false;
        Ticks offset = 0;
        Ticks newestRaw = noTicks;     // unwrapped, of any track
        std::vector<Ticks> rawOfTrack; // unwrapped; noTicks: none yet
        [[nodiscard]] bool knows(std::size_t track) const
        {
            return valid && track < rawOfTrack.size() && rawOfTrack[track] != noTicks;
        }
    };
    [[nodiscard]] bool fits(const Epoch &epoch, std::size_t track, Ticks raw, Ticks elapsed) const;
    [[nodiscard]] Ticks placeIn(Epoch &epoch, std::size_t track, Ticks raw) const;
    [[nodiscard]] Ticks placeDts(std::size_t track, Ticks raw, Ticks elapsed);

    std::vector<Track> m_tracks;
    Epoch m_current;
    Epoch m_previous; // packets of a slower track may still come from before a jump
    Ticks m_newestPlaced = noTicks;
    TimePoint m_placedAt{}; // when that was
    bool m_newSource = true;
    std::uint64_t m_jumps = 0;
};

} // namespace aspersor::media
