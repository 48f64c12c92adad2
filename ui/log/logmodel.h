// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/logentry.h"

#include <QAbstractTableModel>
#include <QList>
#include <vector>

namespace aspersor {

/// The newest log lines as table rows, oldest first: a ring that drops from the front.
///
/// GUI thread.
class LogModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Time, Level, Feed, Text, ColumnCount };
    enum Role {
        LevelRole = Qt::UserRole, ///< int of LogLevel
        FeedRole,                 ///< QString; empty: about no feed
        LineRole,                 ///< the whole line, as it is copied and saved
    };

    static constexpr int defaultCapacity = 10'000;

    explicit LogModel(int capacity = defaultCapacity, QObject *parent = nullptr);

    /// Of more entries than the ring holds only the last ones are taken.
    void append(const QList<LogEntry> &entries);
    void clear();

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    [[nodiscard]] static QString levelName(LogLevel level);

private:
    [[nodiscard]] const LogEntry &entry(int row) const;

    const std::size_t m_capacity;
    std::vector<LogEntry> m_ring; // grows to m_capacity, then wraps
    std::size_t m_first = 0;      // slot of row 0
    std::size_t m_count = 0;
};

} // namespace aspersor
