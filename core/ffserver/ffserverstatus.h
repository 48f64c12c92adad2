// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
    QHash<QString, int> viewersOfFeed;

    bool operator==(const FfserverStatus &) const = default;
};

} // namespace aspersor

Q_DECLARE_METATYPE(aspersor::FfserverStatus)
