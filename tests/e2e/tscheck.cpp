// SPDX-License-Identifier: GPL-3.0-or-later
#include "tscheck.h"

#include <QMap>

namespace aspersor::e2e {

namespace {

constexpr qsizetype packetSize = 188;
constexpr int nullPid = 0x1fff;
constexpr int sdtPid = 0x11;
constexpr qint64 clockRate = 90'000;

} // namespace

TsReport checkTs(const QByteArray &bytes)
{
    TsReport report;
    QMap<int, int> counters;
    int pmtPid = -1;
    bool tablesDone = false;
    qint64 lastClock = -1;
    const auto note = [&](const char *what, qsizetype at, int pid) {
        report.text += QByteArray(what) + " at byte " + QByteArray::number(at) + " of PID " +
                       QByteArray::number(pid) + '\n';
    };
    for (qsizetype at = 0; at + packetSize <= bytes.size(); at += packetSize) {
        const auto *packet = reinterpret_cast<const quint8 *>(bytes.constData() + at);
        ++report.packets;
        if (packet[0] != 0x47) {
            ++report.lostSync;
            continue;
        }
        const int pid = (packet[1] & 0x1f) << 8 | packet[2];
        const bool unitStart = (packet[1] & 0x40) != 0;
        const bool adaptation = (packet[3] & 0x20) != 0;
        const bool payload = (packet[3] & 0x10) != 0;
        const int counter = packet[3] & 0x0f;
        const int adaptationLength = adaptation ? packet[4] : 0;
        const int flags = adaptation && adaptationLength > 0 ? packet[5] : 0;
        const bool announced = (flags & 0x80) != 0; // discontinuity_indicator
        if (pid == nullPid)
            continue;
        if (!tablesDone) {
            if (pid == 0 && unitStart && payload && pmtPid < 0)
                pmtPid = (packet[15] & 0x1f) << 8 |
                         packet[16]; // the first program, right behind the section's head
            else if (pid == pmtPid)
                report.startsWithTables = tablesDone = true;
            else if (pid != sdtPid && pid != 0)
                tablesDone = true;
        }
        if (payload) {
            const auto last = counters.constFind(pid);
            if (last != counters.cend() && !announced && counter != ((*last + 1) & 0x0f)) {
                ++report.continuityErrors;
                note("continuity", at, pid);
            }
            counters[pid] = counter;
        }
        if ((flags & 0x10) != 0) { // PCR
            const qint64 clock = qint64(packet[6]) << 25 | qint64(packet[7]) << 17 | qint64(packet[8]) << 9 |
                                 qint64(packet[9]) << 1 | packet[10] >> 7;
            if (lastClock >= 0 && !announced && (clock < lastClock || clock - lastClock > 2 * clockRate)) {
                ++report.clockErrors;
                note("clock", at, pid);
            }
            lastClock = clock;
        }
    }
    return report;
}

} // namespace aspersor::e2e
