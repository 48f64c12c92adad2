// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QMetaType>
#include <QString>

namespace aspersor {

enum class LogLevel { Debug, Info, Warning, Error };

/// One line of the log: English, as it stands in the file.
struct LogEntry {
    QDateTime at;
    LogLevel level = LogLevel::Info;
    QString category; ///< "ingest", "feed", "ffserver", "libav.mpegts"
    QString feed;     ///< the feed that it is about, or empty
    QString text;
};

} // namespace aspersor

Q_DECLARE_METATYPE(aspersor::LogEntry)
