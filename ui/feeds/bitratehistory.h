// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <QtGlobal>
#include <array>
#include <chrono>

namespace aspersor {

/// The bitrate of one feed over the last minute, for a small graph: a ring of 120 half seconds.
///
/// Pure: the caller passes the time. A value that copies cheaply.
class BitrateHistory
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr int slotCount = 120;
    static constexpr std::chrono::milliseconds slotLength{500};

    /// The newest value of a half second counts; half seconds without one repeat the value before them.
    /// True when the graph has moved on, so that it needs to be drawn again.
    bool add(qint64 bitsPerSecond, TimePoint now);

    [[nodiscard]] int count() const { return m_count; } ///< filled half seconds, at most slotCount
    [[nodiscard]] qint64 at(int age) const;             ///< bit/s, `age` half seconds ago; 0: the newest
    [[nodiscard]] qint64 peak() const;                  ///< bit/s; 0 when empty
    [[nodiscard]] qint64 mean() const;

private:
    void push(qint64 bitsPerSecond);

    std::array<qint64, slotCount> m_values{};
    int m_next = 0;
    int m_count = 0;
    qint64 m_slot = 0; // the half second of the newest value, counted from the clock's epoch
};

} // namespace aspersor

Q_DECLARE_METATYPE(aspersor::BitrateHistory)
