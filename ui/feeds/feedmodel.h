// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"
#include "ui/feeds/bitratehistory.h"

#include <QAbstractTableModel>
#include <QVariant>
#include <array>
#include <vector>

namespace aspersor {

/// The feeds as table rows, in the order of their names.
///
/// GUI thread. Takes whole snapshots and tells views only what differs from the last one; it never resets, so
/// selection, current row and scroll position stay where the operator left them.
class FeedModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column {
        Name,
        State,
        Source,
        Video,
        Audio,
        Fps,
        Bitrate,
        Total,
        Uptime,
        Viewers,
        Errors,
        ColumnCount
    };
    enum Role {
        StatsRole = Qt::UserRole, ///< FeedStats
        HistoryRole,              ///< BitrateHistory
        SortRole,                 ///< a value to sort by, renewed every sortInterval
        SearchRole,               ///< QString: what a text filter looks at
    };
    using TimePoint = BitrateHistory::TimePoint;

    /// How long a row keeps its place, whatever its numbers do: rows that swap four times a second cannot be
    /// clicked.
    static constexpr std::chrono::seconds sortInterval{3};

    explicit FeedModel(QObject *parent = nullptr);

    void update(FeedStatsList feeds, TimePoint now);

    [[nodiscard]] const FeedStats &feed(int row) const { return m_rows[static_cast<std::size_t>(row)].stats; }
    [[nodiscard]] int rowOf(const QString &name) const; ///< -1: not there

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// The column's heading, without an abbreviation: for menus.
    [[nodiscard]] static QString columnName(int column);
    [[nodiscard]] static bool isNumeric(int column);

private:
    struct Row {
        FeedStats stats;
        BitrateHistory history;
        std::array<QString, ColumnCount> text; // as shown: decides whether a view must draw again
        std::array<QVariant, ColumnCount> sortKey;
    };
    struct Span {
        int first = ColumnCount;
        int last = -1;
        void add(int column);
        [[nodiscard]] bool isEmpty() const { return last < 0; }
        bool operator==(const Span &) const = default;
    };

    void removeMissing(const FeedStatsList &feeds);
    void insertNew(const FeedStatsList &feeds, TimePoint now);
    [[nodiscard]] static Row makeRow(const FeedStats &stats, TimePoint now);
    /// The columns that look different now.
    static Span refresh(Row &row, const FeedStats &stats, TimePoint now);
    void renewSortKeys();
    [[nodiscard]] static QString textOf(const FeedStats &stats, int column);
    [[nodiscard]] static QVariant sortKeyOf(const FeedStats &stats, int column);
    [[nodiscard]] static QString toolTip(const Row &row, int column);

    std::vector<Row> m_rows; // sorted by stats.name
    TimePoint m_sortKeysAt{};
};

} // namespace aspersor
