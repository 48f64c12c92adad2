// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/previewclock.h"

#include <algorithm>
#include <cstdlib>

namespace aspersor {

namespace {

using namespace std::chrono_literals;
using media::Ticks;
using TimePoint = PreviewClock::TimePoint;
using TickDuration = std::chrono::duration<Ticks, std::ratio<1, media::ticksPerSecond>>;

constexpr auto settleTime = 150ms; // a backlog has been read by then
constexpr auto settleTail = 80ms;  // the part of it that shows how the feed really comes
constexpr auto slotLength = 50ms;
constexpr auto shortestWindow = 2000ms;
constexpr auto longestWindow = 25'000ms;
constexpr auto soundMemory = 300ms;  // no sound for this long: the wall clock leads again
constexpr Ticks skipSlack = 60 * 90; // 60 ms too far behind are not worth a skip
constexpr Ticks strayed = 40 * 90;   // heard that far from where it was: a resync, not noise
constexpr Ticks soundSmoothing = 16;

template <typename Duration>
constexpr Ticks ticks(Duration duration)
{
    return std::chrono::duration_cast<TickDuration>(duration).count();
}

Ticks wall(TimePoint at)
{
    return ticks(at.time_since_epoch());
}

} // namespace

Ticks PreviewClock::lead() const
{
    return m_need + ticks(margin);
}

bool PreviewClock::arrived(Ticks pts, TimePoint now)
{
    if (pts == media::noTicks)
        return false;
    const Ticks transit = wall(now) - pts;
    const bool jumped = m_running && std::abs(transit + lead() - m_line) > ticks(maxJitter);
    if (!m_running || jumped) {
        restart();
        m_running = true;
        m_settling = true;
        m_settledAt = now + settleTime;
        moveLine(transit + lead(), now);
        record(transit, now);
        return true;
    }
    record(transit, now);
    if (m_settling) {
        settle(transit, now);
        return false;
    }
    if (transit + m_need > m_line) // too late to be shown in time: wait for the slower ones from now on
        moveLine(transit + lead(), now);
    else
        relax(now);
    return false;
}

/// The first packets may be a backlog: follow the newest of them, then the slowest of those that came last.
void PreviewClock::settle(Ticks transit, TimePoint now)
{
    m_line = std::min(m_line, transit + lead());
    if (now < m_settledAt)
        return;
    m_settling = false;
    const Ticks recent = largestSince(m_settledAt - settleTail);
    if (recent + m_need > m_line)
        m_line = recent + lead();
    m_lineMovedAt = now;
    m_slots.clear(); // a backlog must not count as jitter
    record(transit, now);
}

/// Skips forward when the slowest transit of a while would allow it.
void PreviewClock::relax(TimePoint now)
{
    Ticks least = m_slots.back().least;
    for (const Slot &slot : m_slots)
        least = std::min(least, slot.least);
    // Pieces of n seconds come every n seconds: look back over two of them.
    const Ticks jitter = std::max<Ticks>(0, m_line - lead() - least);
    const auto window =
        std::clamp(std::chrono::milliseconds(2 * jitter / 90) + 1000ms, shortestWindow, longestWindow);
    if (now - m_lineMovedAt < window)
        return;
    const Ticks enough = largestSince(now - window) + lead();
    if (m_line - enough > skipSlack)
        moveLine(enough, now);
}

void PreviewClock::moveLine(Ticks line, TimePoint now)
{
    m_line = line;
    m_lineMovedAt = now;
}

void PreviewClock::record(Ticks transit, TimePoint now)
{
    while (!m_slots.empty() && now - m_slots.front().from > longestWindow)
        m_slots.pop_front();
    if (m_slots.empty() || now - m_slots.back().from >= slotLength) {
        m_slots.push_back({now, transit, transit});
        return;
    }
    m_slots.back().transit = std::max(m_slots.back().transit, transit);
    m_slots.back().least = std::min(m_slots.back().least, transit);
}

Ticks PreviewClock::largestSince(TimePoint from) const
{
    Ticks largest = m_slots.back().transit;
    for (auto slot = m_slots.rbegin(); slot != m_slots.rend() && slot->from >= from; ++slot)
        largest = std::max(largest, slot->transit);
    return largest;
}

void PreviewClock::setNeed(std::chrono::microseconds need)
{
    const Ticks before = m_need;
    m_need = ticks(need);
    if (m_running)
        m_line += m_need - before;
}

void PreviewClock::heard(Ticks pts, TimePoint at)
{
    const Ticks line = wall(at) - pts;
    const bool fresh = m_soundLine && at - m_heardAt < soundMemory;
    if (!fresh || std::abs(line - *m_soundLine) > strayed)
        m_soundLine = line;
    else
        m_soundLine = *m_soundLine + (line - *m_soundLine) / soundSmoothing; // reads come in unequal steps
    m_heardAt = at;
}

void PreviewClock::restart()
{
    m_running = false;
    m_settling = false;
    m_slots.clear();
    m_soundLine.reset();
}

Ticks PreviewClock::lineAt(TimePoint now) const
{
    return m_soundLine && now - m_heardAt < soundMemory ? *m_soundLine : m_line;
}

std::optional<Ticks> PreviewClock::position(TimePoint now) const
{
    if (!m_running)
        return std::nullopt;
    return wall(now) - lineAt(now);
}

std::optional<Ticks> PreviewClock::soundTarget(TimePoint now) const
{
    if (!m_running)
        return std::nullopt;
    return wall(now) - m_line;
}

std::optional<TimePoint> PreviewClock::dueAt(Ticks pts, TimePoint now) const
{
    const std::optional<Ticks> shown = position(now);
    if (!shown)
        return std::nullopt;
    return now + std::chrono::duration_cast<TimePoint::duration>(TickDuration(pts - *shown));
}

} // namespace aspersor
