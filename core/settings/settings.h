// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QtGlobal>

namespace aspersor {

/// An address to listen on. Port 0 takes a free one.
struct ListenAddress {
    QString host;
    quint16 port = 0;

    bool operator==(const ListenAddress &) const = default;
};

/// What the command line and the settings dialog set. The defaults here are the only place a default is
/// written.
struct Settings {
    ListenAddress ingest{QStringLiteral("0.0.0.0"), 8088};
    ListenAddress http{QStringLiteral("0.0.0.0"), 8090}; ///< viewers; written into a generated ffserver.conf
    QString ffserverPath;                                ///< empty: the ffserver beside this program
    int originalPlaces = 16; ///< for feeds at once, of an original ffserver whose ffserver.conf names none
    QString confFile;        ///< empty: ffserver.conf in configDir
    QString configDir;       ///< empty: the XDG configuration folder
    QString publishKey;      ///< made at random on first start
    bool open = false;       ///< anyone may publish
    int maxFeeds = 64;
    int maxConnections = 512;      ///< connections that are not (yet) a feed
    int silenceTimeoutMs = 15'000; ///< a publisher that sends nothing for this long is cut off
    int graceMs = 30'000;          ///< a feed that is away this long has ended
    QString language;              ///< "en", "es"; empty: the system's

    bool operator==(const Settings &) const = default;
};

} // namespace aspersor
