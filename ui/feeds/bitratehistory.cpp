// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/feeds/bitratehistory.h"

#include <algorithm>

namespace aspersor {

bool BitrateHistory::add(qint64 bitsPerSecond, TimePoint now)
{
    const qint64 slot = now.time_since_epoch() / slotLength;
    if (m_count > 0 && slot <= m_slot) {
        m_values[static_cast<std::size_t>((m_next + slotCount - 1) % slotCount)] = bitsPerSecond;
        return false;
    }
    if (m_count > 0) {
        const qint64 before = at(0);
        for (qint64 missing = std::min<qint64>(slot - m_slot - 1, slotCount); missing > 0; --missing) {
            push(before);
        }
    }
    push(bitsPerSecond);
    m_slot = slot;
    return true;
}

void BitrateHistory::push(qint64 bitsPerSecond)
{
    m_values[static_cast<std::size_t>(m_next)] = bitsPerSecond;
    m_next = (m_next + 1) % slotCount;
    m_count = std::min(m_count + 1, slotCount);
}

qint64 BitrateHistory::at(int age) const
{
    return m_values[static_cast<std::size_t>((m_next + 2 * slotCount - 1 - age) % slotCount)];
}

qint64 BitrateHistory::peak() const
{
    qint64 highest = 0;
    for (int age = 0; age < m_count; ++age) {
        highest = std::max(highest, at(age));
    }
    return highest;
}

qint64 BitrateHistory::mean() const
{
    qint64 sum = 0;
    for (int age = 0; age < m_count; ++age) {
        sum += at(age);
    }
    return m_count == 0 ? 0 : sum / m_count;
}

} // namespace aspersor
