// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/ffserverkind.h"

#include <QHash>
#include <QMetaType>
#include <QString>

namespace aspersor {

/// The state of the one ffserver instance, as the operator sees it.
struct FfserverStatus {
    enum class State { Stopped, Starting, Running, Stopping, Restarting, Failed };
    State state = State::Stopped;
    qint64 pid = 0;
    QString reason;  ///< English clause; why it is restarting or has failed
    QString httpUrl; ///< "http://127.0.0.1:8090" once running
    int viewers = 0; ///< of all streams
    /// By feed; of an original, by the feed's place.
    QHash<QString, int> viewersOfFeed;
    FfserverKind kind = FfserverKind::Unknown; ///< of the one that was started last
    QString version;                           ///< of the same
    int places = 0;                            ///< for feeds at once, of an original; 0: no limit

    bool operator==(const FfserverStatus &) const = default;
};

} // namespace aspersor

Q_DECLARE_METATYPE(aspersor::FfserverStatus)
