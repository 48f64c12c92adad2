// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/confreport.h"
#include "core/log/logentry.h"
#include "core/media/result.h"

#include <QByteArray>
#include <QHash>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <optional>
#include <variant>

namespace aspersor {

/// A <Stream> of ffserver.conf as ffserver reports it; "*" stands for a feed's name.
struct StreamTemplate {
    QString name;   ///< "*.ts"
    QString feed;   ///< "*", or the one feed that it serves
    QString format; ///< "mpegts"

    bool operator==(const StreamTemplate &) const = default;
};

/// What ffserver writes on its control line, one JSON object a line.
struct FfserverReady {
    QString httpUrl;
    quint16 port = 0;
    QString feedSocket;
    QList<StreamTemplate> streams;
};
struct FfserverFeedChange {
    QString name;
    QString state; ///< "live", "away", "ended"
};
struct FfserverStats {
    int viewers = 0;
    QHash<QString, int> viewersOfFeed;
};
struct FfserverViewer {
    qint64 id = 0;
    bool joined = false;
    QString stream;
    QString address;
    QString reason;
};
struct FfserverTrouble {
    QString reason; ///< with the file and line that it is about, when there is one
};
struct FfserverReloaded {
    QList<StreamTemplate> streams;
    bool restartNeeded = false; ///< some of it holds only from the next start on
    QList<ConfFinding> findings;
};
struct FfserverRefused { ///< to reload: everything stays as it was
    QList<ConfFinding> findings;
};
struct FfserverOther { ///< an event of a newer ffserver
    QString event;
};
using FfserverEvent = std::variant<FfserverReady, FfserverFeedChange, FfserverStats, FfserverViewer,
                                   FfserverTrouble, FfserverReloaded, FfserverRefused, FfserverOther>;

/// Error::BadRequest when the line is not a JSON object with an "event", or lacks what that event must have.
[[nodiscard]] Result<FfserverEvent> parseFfserverEvent(const QByteArray &line);

/// What "ffserver -n --json" says in a line, and the "findings" of an event. Nothing when it is none.
[[nodiscard]] std::optional<ConfFinding> parseConfFinding(const QJsonObject &object);
constexpr qsizetype mostConfFindings = 1000; ///< that are taken of one configuration

/// A line of ffserver's standard error: "[warning] text". Without a known prefix it is of level Info.
struct FfserverLogLine {
    LogLevel level = LogLevel::Info;
    QString text;
};
[[nodiscard]] FfserverLogLine parseFfserverLogLine(const QByteArray &line);

} // namespace aspersor
