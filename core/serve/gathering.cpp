// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/gathering.h"

#include <algorithm>

namespace aspersor::serve {

namespace {

constexpr Gathering::Duration longestSpacing = std::chrono::milliseconds(500);
constexpr int smoothing = 8;
/// In pairs half of the pictures would wait: every fourth write is of one picture, so that most do not.
constexpr int pairsInARow = 3;

} // namespace

Gathering::TimePoint Gathering::news(TimePoint now, bool picture, std::chrono::milliseconds budget)
{
    if (!picture) {
        m_due = std::min(m_due, now + 2 * budget);
        return m_due;
    }
    if (m_lastPicture != TimePoint{}) {
        const Duration distance = std::min(now - m_lastPicture, longestSpacing);
        m_spacing = m_spacing == Duration{0} ? distance : m_spacing + (distance - m_spacing) / smoothing;
    }
    m_lastPicture = now;
    if (m_waiting++ == 0)
        m_firstAt = now;
    const bool nextIsInTime = m_spacing > Duration{0} && now + m_spacing <= m_firstAt + budget;
    const bool onlyPairs = 2 * m_spacing > budget;
    const bool itsTurn = m_waiting == 1 && (m_late || (onlyPairs && m_pairs >= pairsInARow));
    m_due = nextIsInTime && !itsTurn ? std::min(m_due, m_firstAt + budget) : now;
    return m_due;
}

void Gathering::written(TimePoint now)
{
    m_late = m_waiting == 1 && now - m_lastPicture > m_spacing;
    if (m_waiting > 0)
        m_pairs = m_waiting > 1 ? m_pairs + 1 : 0;
    m_waiting = 0;
    m_due = never;
}

} // namespace aspersor::serve
