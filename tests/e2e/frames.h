// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "program.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <vector>

namespace aspersor::e2e {

/// One access unit as a player sees it.
struct Unit {
    double seconds = 0; ///< presentation time
    QByteArray hash;    ///< of the decoded picture, or of the compressed sound
};

/// All that a player saw of a stream or a file. The same clip has the same hashes in every container.
struct Frames {
    std::vector<Unit> pictures;
    std::vector<Unit> sounds;
};

/// ffmpeg as a player: decodes the pictures and prints what framesOf() reads. Not started yet.
[[nodiscard]] ProgramPtr player(const QString &source);
/// Its output, whole or so far.
[[nodiscard]] Frames framesOf(const QByteArray &output);

/// Where `seen` lies in `source`, so that it ends where the source ends (within `tail` units); -1: it is no
/// unbroken run of it.
[[nodiscard]] int placeInSource(const std::vector<Unit> &seen, const std::vector<Unit> &source, int tail = 0);
/// For a failed check: which runs of the source were seen, "90-200 202-469", "?" for what is not in it.
[[nodiscard]] QByteArray runsOf(const std::vector<Unit> &seen, const std::vector<Unit> &source);
/// The largest difference of the times of `seen` from those in the source, from `place` on, less a constant,
/// in ms; `offset` receives the constant.
[[nodiscard]] double unevennessMs(const std::vector<Unit> &seen, const std::vector<Unit> &source, int place,
                                  double *offset);
[[nodiscard]] bool timeGrows(const std::vector<Unit> &units);
/// What a player complained about that points at a fault of the stream; empty: nothing.
[[nodiscard]] QByteArray streamFaults(const QByteArray &errors);

} // namespace aspersor::e2e
