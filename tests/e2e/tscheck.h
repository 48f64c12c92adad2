// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace aspersor::e2e {

/// What a recording of MPEG-TS is like, read packet by packet (ISO/IEC 13818-1, 2.4.3).
struct TsReport {
    qsizetype packets = 0;
    int lostSync = 0; ///< packets that do not begin with 0x47
    int continuityErrors = 0;
    int clockErrors = 0;           ///< a PCR that goes back or jumps by more than 2 s, unless announced
    bool startsWithTables = false; ///< PAT and PMT come before anything else but SDT
    QByteArray text;               ///< for a failed check
};

[[nodiscard]] TsReport checkTs(const QByteArray &bytes);

} // namespace aspersor::e2e
