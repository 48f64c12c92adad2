// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/logentry.h"

#include <QLoggingCategory>
#include <QString>

namespace aspersor {

/// Logs a line about a feed through Qt's logging, so that it carries the feed's name into LogEntry::feed.
/// Any thread. Obeys the category's filter. A line "NAME: text" in the categories feed, ingest and
/// preview has the same effect.
void logFeed(const QLoggingCategory &category, LogLevel level, const QString &feed, const QString &text);

/// The feed of the logFeed() call that runs on this thread, or empty: for the message handler.
[[nodiscard]] const QString &feedBeingLogged();

} // namespace aspersor
