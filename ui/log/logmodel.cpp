// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/log/logmodel.h"

#include <algorithm>
#include <array>

namespace aspersor {

namespace {

QString lineOf(const LogEntry &entry)
{
    static constexpr std::array words{"debug", "info", "warning", "error"};
    QString line = entry.at.toString(Qt::ISODateWithMs) + QLatin1String(" [") +
                   QLatin1String(words.at(static_cast<std::size_t>(entry.level))) + QLatin1String("] ") +
                   entry.category;
    if (!entry.feed.isEmpty()) {
        line += QLatin1Char(' ') + entry.feed;
    }
    return line + QLatin1String(": ") + entry.text;
}

} // namespace

LogModel::LogModel(int capacity, QObject *parent)
    : QAbstractTableModel(parent), m_capacity(static_cast<std::size_t>(std::max(capacity, 1)))
{
}

void LogModel::append(const QList<LogEntry> &entries)
{
    const auto skipped = std::max<qsizetype>(0, entries.size() - static_cast<qsizetype>(m_capacity));
    const auto added = static_cast<std::size_t>(entries.size() - skipped);
    if (added == 0) {
        return;
    }
    if (const std::size_t room = m_capacity - m_count; added > room) {
        const std::size_t dropped = added - room;
        beginRemoveRows({}, 0, static_cast<int>(dropped) - 1);
        m_first = (m_first + dropped) % m_capacity;
        m_count -= dropped;
        endRemoveRows();
    }
    beginInsertRows({}, static_cast<int>(m_count), static_cast<int>(m_count + added) - 1);
    for (auto at = entries.cbegin() + skipped; at != entries.cend(); ++at) {
        const std::size_t slot = (m_first + m_count) % m_capacity;
        if (slot == m_ring.size()) {
            m_ring.push_back(*at);
        } else {
            m_ring[slot] = *at;
        }
        ++m_count;
    }
    endInsertRows();
}

void LogModel::clear()
{
    if (m_count == 0) {
        return;
    }
    beginRemoveRows({}, 0, static_cast<int>(m_count) - 1);
    m_ring.clear();
    m_first = 0;
    m_count = 0;
    endRemoveRows();
}

const LogEntry &LogModel::entry(int row) const
{
    return m_ring[(m_first + static_cast<std::size_t>(row)) % m_capacity];
}

int LogModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_count);
}

int LogModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant LogModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const LogEntry &at = entry(index.row());
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Time:
            return at.at.toString(QStringLiteral("HH:mm:ss.zzz"));
        case Level:
            return levelName(at.level);
        case Feed:
            return at.feed;
        case Text:
            return at.text;
        default:
            return {};
        }
    case Qt::ToolTipRole:
    case LineRole:
        return lineOf(at);
    case LevelRole:
        return static_cast<int>(at.level);
    case FeedRole:
        return at.feed;
    default:
        return {};
    }
}

QVariant LogModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Time:
        return tr("Time");
    case Level:
        return tr("Level");
    case Feed:
        return tr("Feed");
    case Text:
        return tr("Message");
    default:
        return {};
    }
}

QString LogModel::levelName(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return tr("Debug");
    case LogLevel::Info:
        return tr("Info");
    case LogLevel::Warning:
        return tr("Warning");
    case LogLevel::Error:
        return tr("Error");
    }
    return {};
}

} // namespace aspersor
