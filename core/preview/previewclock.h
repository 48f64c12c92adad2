// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"

#include <chrono>
#include <deque>
#include <optional>

namespace aspersor {

/// Says when a picture or a sound of a live feed is due.
///
/// Pure and not thread-safe: the caller passes the time. Each packet has a transit, arrival minus PTS, whose
/// zero means nothing but whose differences are jitter. What is played runs along a line (wall clock minus a
/// constant) that lies behind the slowest transit of late by a small margin, so that:
/// - a feed that arrives evenly plays about `margin` behind live;
/// - a phone that sends a two-second piece at once plays two seconds later, but evenly;
/// - a single stall is forgotten some seconds later, and the line skips forward to live again;
/// - what a server sends of the past to a new viewer is not taken for jitter.
/// While a sound device reads, pictures follow what is heard; the line then is what sound is put back to
/// when it has strayed.
class PreviewClock
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Ticks = media::Ticks;

    static constexpr std::chrono::milliseconds margin{120}; ///< of buffer, above what decoder and device need
    static constexpr std::chrono::milliseconds maxJitter{10'000}; ///< more is a jump of the source's time

    /// A packet has come. True when it starts a new line: the first one, or the source's time has jumped, and
    /// what was buffered belongs to another time.
    bool arrived(Ticks pts, TimePoint now);

    /// How long before it is due a packet must be here: pictures held back by the decoder, the device's
    /// buffer.
    void setNeed(std::chrono::microseconds need);

    /// The sound at `pts` leaves the loudspeaker at `at` (which may lie ahead).
    void heard(Ticks pts, TimePoint at);

    /// The source was away: the next packet starts a new line.
    void restart();

    /// Media time that should be seen at `now`; nothing before the first packet.
    [[nodiscard]] std::optional<Ticks> position(TimePoint now) const;
    /// Media time that should be heard at `now`: the line alone, whatever the device really plays.
    [[nodiscard]] std::optional<Ticks> soundTarget(TimePoint now) const;
    /// When a picture is to be shown, as seen from `now`.
    [[nodiscard]] std::optional<TimePoint> dueAt(Ticks pts, TimePoint now) const;

private:
    struct Slot { // the largest transit seen in a short stretch of time
        TimePoint from;
        Ticks transit = 0;
        Ticks least = 0;
    };
    [[nodiscard]] Ticks lineAt(TimePoint now) const;
    [[nodiscard]] Ticks lead() const;
    [[nodiscard]] Ticks largestSince(TimePoint from) const;
    void record(Ticks transit, TimePoint now);
    void settle(Ticks transit, TimePoint now);
    void relax(TimePoint now);
    void moveLine(Ticks line, TimePoint now);

    bool m_running = false;
    bool m_settling = false;
    TimePoint m_settledAt{}; // end of the first moments, in which a backlog may come
    Ticks m_line = 0;        // position = wall - m_line
    TimePoint m_lineMovedAt{};
    Ticks m_need = 0;
    std::deque<Slot> m_slots; // oldest first; bounded by the longest window
    std::optional<Ticks> m_soundLine;
    TimePoint m_heardAt{};
};

} // namespace aspersor
