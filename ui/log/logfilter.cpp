// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/log/logfilter.h"

#include "ui/log/logmodel.h"

#include <algorithm>

namespace aspersor {

LogFilter::LogFilter(QObject *parent) : QSortFilterProxyModel(parent) {}

void LogFilter::setLevel(LogLevel lowest)
{
    if (lowest != m_lowest) {
        m_lowest = lowest;
        invalidateFilter();
    }
}

void LogFilter::setText(const QString &text)
{
    const QStringList words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words != m_words) {
        m_words = words;
        invalidateFilter();
    }
}

void LogFilter::setFeed(const std::optional<QString> &feed)
{
    if (feed != m_feed) {
        m_feed = feed;
        invalidateFilter();
    }
}

bool LogFilter::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    const QModelIndex at = sourceModel()->index(row, LogModel::Text, parent);
    if (at.data(LogModel::LevelRole).toInt() < static_cast<int>(m_lowest)) {
        return false;
    }
    if (m_feed && at.data(LogModel::FeedRole).toString() != *m_feed) {
        return false;
    }
    if (m_words.isEmpty()) {
        return true;
    }
    const QString line = at.data(LogModel::LineRole).toString();
    return std::all_of(m_words.cbegin(), m_words.cend(),
                       [&](const QString &word) { return line.contains(word, Qt::CaseInsensitive); });
}

} // namespace aspersor
