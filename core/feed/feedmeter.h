// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"

#include <array>
#include <chrono>
#include <cstdint>

namespace aspersor {

/// What one feed brings in: bits and pictures per second, and totals.
///
/// The rates are those of the media, bytes and pictures per second of its own time: a phone that uploads a
/// segment of some seconds in one burst has the same steady rate as one that sends every picture at once.
/// They fall to zero when the feed stays silent for longer than it usually does. Pure and not thread-safe;
/// the caller passes the time, which must not run backwards.
class FeedMeter
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit FeedMeter(TimePoint start) : m_start(start) {}

    void addBytes(std::size_t count, TimePoint now);
    /// A packet whose bytes have been counted; `dts` as placed by the Timeline.
    void addPacket(media::Ticks dts, bool isPicture);
    void addErrors(std::uint64_t count) { m_errors += count; }

    /// Over the last 2.5 s of media; before there is half a second of it, what came in over the time since
    /// the first byte, at least 500 ms.
    [[nodiscard]] std::int64_t bitrateBps(TimePoint now) const;
    [[nodiscard]] double fps(TimePoint now) const;
    [[nodiscard]] std::uint64_t totalBytes() const { return m_totalBytes; }
    [[nodiscard]] std::uint64_t errors() const { return m_errors; }
    [[nodiscard]] std::chrono::milliseconds uptime(TimePoint now) const;

    /// The rates begin anew: after an absence they are those of the new connection.
    void restart();

private:
    static constexpr media::Ticks markDistance = media::ticksPerSecond / 4;
    struct Mark { // taken every quarter of a second of media
        media::Ticks media = 0;
        std::uint64_t bytes = 0;
        std::uint64_t pictures = 0;
    };
    [[nodiscard]] bool silent(TimePoint now) const;
    [[nodiscard]] double mediaSeconds() const;
    [[nodiscard]] const Mark &newest() const { return m_marks[(m_markCount - 1) % m_marks.size()]; }
    [[nodiscard]] const Mark &oldest() const;

    TimePoint m_start;
    std::array<Mark, 11> m_marks; // a ring: 10 steps
    std::size_t m_markCount = 0;  // ever taken in this run
    bool m_running = false;
    TimePoint m_runStart; // the run's first byte
    TimePoint m_lastByte;
    std::chrono::steady_clock::duration m_usualSilence{}; // the longest of late between two bursts
    TimePoint m_usualSince;
    std::uint64_t m_runBytes = 0;
    std::uint64_t m_runPictures = 0;
    std::uint64_t m_totalBytes = 0;
    std::uint64_t m_errors = 0;
};

} // namespace aspersor
