// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <QString>

namespace aspersor {

/// Whose ffserver it is. That decides how feeds travel to it and what it can do.
enum class FfserverKind {
    Unknown,  ///< it has not been asked yet, or it is none
    Ours,     ///< any number of feeds, a local socket, events and commands
    Original, ///< FFmpeg's 2.x or 3.x: a fixed number of feeds, FFM over HTTP, a status page
};

/// What a program said when it was asked who it is.
struct FfserverVerdict {
    QString program; ///< absolute; as it was asked for when there is no such file
    FfserverKind kind = FfserverKind::Unknown;
    QString version; ///< "0.1.0", "3.3.9"
    QString reason;  ///< Unknown: an English clause that says why, and what to do

    bool operator==(const FfserverVerdict &) const = default;
};

} // namespace aspersor

Q_DECLARE_METATYPE(aspersor::FfserverVerdict)
