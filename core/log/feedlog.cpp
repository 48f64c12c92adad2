// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/feedlog.h"

#include <QDebug>
#include <QScopeGuard>

namespace aspersor {

namespace {

// Qt's message handler gets a text and a category only: the name travels beside the call, on its thread.
thread_local QString t_feed;

bool isEnabled(const QLoggingCategory &category, LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return category.isDebugEnabled();
    case LogLevel::Info:
        return category.isInfoEnabled();
    case LogLevel::Warning:
        return category.isWarningEnabled();
    case LogLevel::Error:
        break;
    }
    return category.isCriticalEnabled();
}

} // namespace

const QString &feedBeingLogged()
{
    return t_feed;
}

void logFeed(const QLoggingCategory &category, LogLevel level, const QString &feed, const QString &text)
{
    if (!isEnabled(category, level))
        return;
    t_feed = feed;
    const auto reset = qScopeGuard([] { t_feed.clear(); });
    const QString line = feed + QStringLiteral(": ") + text; // reads well without our handler, too
    const QMessageLogger logger(nullptr, 0, nullptr, category.categoryName());
    switch (level) {
    case LogLevel::Debug:
        logger.debug().noquote() << line;
        break;
    case LogLevel::Info:
        logger.info().noquote() << line;
        break;
    case LogLevel::Warning:
        logger.warning().noquote() << line;
        break;
    case LogLevel::Error:
        logger.critical().noquote() << line;
        break;
    }
}

} // namespace aspersor
