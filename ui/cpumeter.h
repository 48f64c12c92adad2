// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QHash>
#include <QList>
#include <QString>
#include <chrono>
#include <optional>

namespace aspersor {

/// What share of one processor core some processes took between two looks at them.
///
/// Pure but for reading files under `procRoot`; the caller passes the time. Where there is no such folder
/// (not Linux) it has nothing to say.
class CpuMeter
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit CpuMeter(QString procRoot = QStringLiteral("/proc"));

    /// Percent of one core, 100 for a core fully used, since the last call; nothing at the first call. A
    /// process that is new since then counts from now on, one that is gone no more.
    [[nodiscard]] std::optional<double> percent(const QList<qint64> &pids, TimePoint now);

    /// User and system time, in clock ticks, from the text of /proc/PID/stat (see proc(5)).
    [[nodiscard]] static std::optional<quint64> ticksOf(QByteArrayView stat);

private:
    QString m_procRoot;
    QHash<qint64, quint64> m_ticks;
    std::optional<TimePoint> m_at;
};

} // namespace aspersor
