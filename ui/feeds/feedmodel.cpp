// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/feeds/feedmodel.h"

#include "ui/feeds/feedtexts.h"

#include <QLocale>
#include <algorithm>

namespace aspersor {

namespace {

bool byName(const FeedStats &a, const FeedStats &b)
{
    return a.name < b.name;
}

} // namespace

FeedModel::FeedModel(QObject *parent) : QAbstractTableModel(parent) {}

void FeedModel::Span::add(int column)
{
    first = std::min(first, column);
    last = std::max(last, column);
}

void FeedModel::update(FeedStatsList feeds, TimePoint now)
{
    if (!std::is_sorted(feeds.cbegin(), feeds.cend(), byName)) {
        std::stable_sort(feeds.begin(), feeds.end(), byName);
    }
    const auto sameName = [](const FeedStats &a, const FeedStats &b) { return a.name == b.name; };
    feeds.erase(std::unique(feeds.begin(), feeds.end(), sameName), feeds.end());

    removeMissing(feeds);
    insertNew(feeds, now);

    // Row i is feed i now. Neighbours that changed alike are told together.
    int first = 0;
    Span pending;
    for (int row = 0; row <= rowCount(); ++row) {
        const Span span =
            row < rowCount() ? refresh(m_rows[static_cast<std::size_t>(row)], feeds.at(row), now) : Span{};
        if (span != pending) {
            if (!pending.isEmpty()) {
                emit dataChanged(index(first, pending.first), index(row - 1, pending.last),
                                 {Qt::DisplayRole, Qt::ToolTipRole, StatsRole, HistoryRole});
            }
            first = row;
            pending = span;
        }
    }
    if (now - m_sortKeysAt >= sortInterval) {
        m_sortKeysAt = now;
        renewSortKeys();
    }
}

void FeedModel::removeMissing(const FeedStatsList &feeds)
{
    const auto isMissing = [&](int row) {
        return !std::binary_search(feeds.cbegin(), feeds.cend(), feed(row), byName);
    };
    for (int last = rowCount() - 1; last >= 0; --last) {
        if (!isMissing(last)) {
            continue;
        }
        int first = last;
        while (first > 0 && isMissing(first - 1)) {
            --first;
        }
        beginRemoveRows({}, first, last);
        m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
        endRemoveRows();
        last = first;
    }
}

void FeedModel::insertNew(const FeedStatsList &feeds, TimePoint now)
{
    for (int row = 0; row < feeds.size(); ++row) {
        const auto isNew = [&](int at) {
            return at < feeds.size() && (row >= rowCount() || feeds.at(at).name < feed(row).name);
        };
        int end = row;
        while (isNew(end)) {
            ++end;
        }
        if (end == row) {
            continue;
        }
        std::vector<Row> added;
        for (int at = row; at < end; ++at) {
            added.push_back(makeRow(feeds.at(at), now));
        }
        beginInsertRows({}, row, end - 1);
        m_rows.insert(m_rows.begin() + row, std::make_move_iterator(added.begin()),
                      std::make_move_iterator(added.end()));
        endInsertRows();
        row = end - 1;
    }
}

FeedModel::Row FeedModel::makeRow(const FeedStats &stats, TimePoint now)
{
    Row row;
    refresh(row, stats, now);
    for (int column = 0; column < ColumnCount; ++column) {
        row.sortKey[static_cast<std::size_t>(column)] = sortKeyOf(stats, column);
    }
    return row;
}

FeedModel::Span FeedModel::refresh(Row &row, const FeedStats &stats, TimePoint now)
{
    Span span;
    row.stats = stats;
    if (row.history.add(stats.state == FeedState::Live ? stats.bitrateBps : 0, now)) {
        span.add(Bitrate);
    }
    for (int column = 0; column < ColumnCount; ++column) {
        const auto at = static_cast<std::size_t>(column);
        if (QString text = textOf(stats, column); text != row.text[at]) {
            row.text[at] = std::move(text);
            span.add(column);
        }
    }
    return span;
}

void FeedModel::renewSortKeys()
{
    for (int column = 0; column < ColumnCount; ++column) {
        int first = rowCount();
        int last = -1;
        for (int at = 0; at < rowCount(); ++at) {
            Row &row = m_rows[static_cast<std::size_t>(at)];
            QVariant &key = row.sortKey[static_cast<std::size_t>(column)];
            if (QVariant fresh = sortKeyOf(row.stats, column); fresh != key) {
                key = std::move(fresh);
                first = std::min(first, at);
                last = at;
            }
        }
        if (last >= 0) {
            emit dataChanged(index(first, column), index(last, column), {SortRole});
        }
    }
}

int FeedModel::rowOf(const QString &name) const
{
    const auto found =
        std::lower_bound(m_rows.cbegin(), m_rows.cend(), name,
                         [](const Row &row, const QString &wanted) { return row.stats.name < wanted; });
    return found != m_rows.cend() && found->stats.name == name ? static_cast<int>(found - m_rows.cbegin())
                                                               : -1;
}

int FeedModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int FeedModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant FeedModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<std::size_t>(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return row.text[column];
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (isNumeric(index.column()) ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::ToolTipRole:
        return toolTip(row, index.column());
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(columnName(index.column()), row.text[column]);
    case StatsRole:
        return QVariant::fromValue(row.stats);
    case HistoryRole:
        return QVariant::fromValue(row.history);
    case SearchRole:
        return index.column() == Source ? row.stats.source : row.text[column];
    case SortRole:
        return row.sortKey[column];
    default:
        return {};
    }
}

QVariant FeedModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole:
        return columnName(section);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::AlignVCenter | (isNumeric(section) ? Qt::AlignRight : Qt::AlignLeft));
    default:
        return {};
    }
}

bool FeedModel::isNumeric(int column)
{
    return column >= Fps;
}

QString FeedModel::columnName(int column)
{
    switch (column) {
    case Name:
        return tr("Feed");
    case State:
        return tr("State");
    //: column heading: the network address of the phone
    case Source:
        return tr("Source");
    case Video:
        return tr("Video");
    case Audio:
        return tr("Audio");
    //: column heading: pictures per second
    case Fps:
        return tr("fps");
    case Bitrate:
        return tr("Bitrate");
    //: column heading: how much data has come in
    case Total:
        return tr("Total");
    //: column heading: for how long the feed has been there
    case Uptime:
        return tr("Uptime");
    case Viewers:
        return tr("Viewers");
    case Errors:
        return tr("Errors");
    default:
        return {};
    }
}

QString FeedModel::textOf(const FeedStats &stats, int column)
{
    const bool live = stats.state == FeedState::Live;
    const auto orNone = [](const QString &text) { return text.isEmpty() ? texts::none() : text; };
    switch (column) {
    case Name:
        return stats.name;
    case State:
        return texts::state(stats);
    case Source:
        return orNone(texts::host(stats.source));
    case Video:
        return orNone(stats.video);
    case Audio:
        return orNone(stats.audio);
    case Fps:
        return live ? QLocale().toString(stats.fps, 'f', 1) : texts::none();
    case Bitrate:
        return live ? texts::bitrate(stats.bitrateBps) : texts::none();
    case Total:
        return texts::size(stats.totalBytes);
    case Uptime:
        return texts::uptime(stats.uptimeMs);
    case Viewers:
        return QLocale().toString(stats.viewers);
    case Errors:
        return QLocale().toString(stats.errors);
    default:
        return {};
    }
}

QVariant FeedModel::sortKeyOf(const FeedStats &stats, int column)
{
    const bool live = stats.state == FeedState::Live;
    switch (column) {
    case Name:
        return stats.name;
    case State:
        return static_cast<int>(stats.state);
    case Source:
        return stats.source;
    case Video:
        return stats.video;
    case Audio:
        return stats.audio;
    case Fps:
        return live ? stats.fps : -1.0;
    case Bitrate:
        return live ? stats.bitrateBps : -1;
    case Total:
        return stats.totalBytes;
    case Uptime:
        return stats.uptimeMs;
    case Viewers:
        return stats.viewers;
    case Errors:
        return stats.errors;
    default:
        return {};
    }
}

QString FeedModel::toolTip(const Row &row, int column)
{
    switch (column) {
    case State:
        return texts::stateSentence(row.stats);
    case Source:
        return row.stats.source;
    case Bitrate:
        return tr("Now %1. In the last minute: mean %2, highest %3.")
            .arg(row.text[Bitrate], texts::bitrate(row.history.mean()), texts::bitrate(row.history.peak()));
    case Errors:
        return tr("%n time(s) that data was lost, damaged or broken off.", nullptr,
                  static_cast<int>(std::min<qint64>(row.stats.errors, INT_MAX)));
    default:
        return row.text[static_cast<std::size_t>(column)];
    }
}

} // namespace aspersor
