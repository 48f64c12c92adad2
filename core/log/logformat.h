// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/logentry.h"

#include <QByteArray>
#include <QStringView>

namespace aspersor {

/// "aspersor.ingest" -> "ingest"; "default" -> "app"; others ("qt.network") as they are.
[[nodiscard]] QString shortCategory(QStringView category);

/// One line without control characters, at most 2000 characters: what comes from a network cannot forge
/// lines.
[[nodiscard]] QString oneLine(QStringView text);

/// Moves a leading "NAME: " into LogEntry::feed. Only where the category speaks of feeds, only when NAME can
/// be a feed's name, and only when no feed is set.
void splitFeedName(LogEntry &entry);

/// "2026-11-23T04:19:10.123Z WARNING feed: cam1: lost sync\n"; without the time where the reader adds one.
[[nodiscard]] QByteArray logLine(const LogEntry &entry, bool withTime = true);

/// "DEBUG", "INFO", "WARNING", "ERROR"
[[nodiscard]] const char *levelName(LogLevel level);

} // namespace aspersor
