// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/cpumeter.h"

#include <QFile>
#include <unistd.h>

namespace aspersor {

CpuMeter::CpuMeter(QString procRoot) : m_procRoot(std::move(procRoot)) {}

std::optional<double> CpuMeter::percent(const QList<qint64> &pids, TimePoint now)
{
    QHash<qint64, quint64> ticks;
    quint64 spent = 0;
    for (const qint64 pid : pids) {
        QFile file(QStringLiteral("%1/%2/stat").arg(m_procRoot).arg(pid));
        if (!file.open(QIODevice::ReadOnly)) {
            continue;
        }
        if (const auto read = ticksOf(file.readAll())) {
            ticks.insert(pid, *read);
            const quint64 before = m_ticks.value(pid, *read);
            spent += *read > before ? *read - before : 0;
        }
    }
    const auto since = m_at ? std::optional(now - *m_at) : std::nullopt;
    m_at = now;
    m_ticks = ticks;
    if (!since || *since <= since->zero() || ticks.isEmpty()) {
        return std::nullopt;
    }
    const double seconds = std::chrono::duration<double>(*since).count();
    return 100.0 * static_cast<double>(spent) / static_cast<double>(sysconf(_SC_CLK_TCK)) / seconds;
}

std::optional<quint64> CpuMeter::ticksOf(QByteArrayView stat)
{
    // "PID (NAME) STATE ..." where NAME may hold spaces and brackets; utime and stime are fields 14 and 15.
    const auto nameEnd = stat.lastIndexOf(')');
    if (nameEnd < 0) {
        return std::nullopt;
    }
    const QList<QByteArray> fields = stat.sliced(nameEnd + 1).toByteArray().simplified().split(' ');
    if (fields.size() < 13) {
        return std::nullopt;
    }
    bool userOk = false;
    bool systemOk = false;
    const quint64 user = fields.at(11).toULongLong(&userOk);
    const quint64 system = fields.at(12).toULongLong(&systemOk);
    return userOk && systemOk ? std::optional(user + system) : std::nullopt;
}

} // namespace aspersor
