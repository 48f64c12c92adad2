// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/feeds/feedtable.h"

#include "ui/feeds/feeddelegate.h"
#include "ui/feeds/feedfilter.h"
#include "ui/feeds/feedmodel.h"
#include "ui/feeds/feedtexts.h"
#include "ui/look/appearance.h"
#include "ui/look/colors.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QDataStream>
#include <QHeaderView>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <array>
#include <numeric>

namespace aspersor {

FeedTable::FeedTable(FeedFilter &filter, QWidget *parent) : QTableView(parent), m_filter(filter)
{
    setModel(&filter);
    setItemDelegate(new FeedDelegate(this));
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setFrameShape(NoFrame);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setCornerButtonEnabled(false);
    setAccessibleName(tr("Feeds"));
    setAccessibleDescription(tr("One row for each feed that a phone publishes."));
    setFont(tabularFont(font()));

    verticalHeader()->hide();
    verticalHeader()->setMinimumSectionSize(1);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    auto *header = horizontalHeader();
    header->setSectionsMovable(true);
    header->setHighlightSections(false);
    header->setMinimumSectionSize(36);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::customContextMenuRequested, this, &FeedTable::showHeaderMenu);
    connect(header, &QHeaderView::sectionResized, this, [this](int, int before, int after) {
        if (!m_fitting && before != 0 && after != 0) { // neither hidden nor shown: the operator's hand
            m_fit = false;
        }
    });
    setSortingEnabled(true);
    sortByColumn(FeedModel::Name, Qt::AscendingOrder);
    makeColumnActions();
    measure();
    layOutColumns();
}

void FeedTable::makeColumnActions()
{
    for (int column = 0; column < FeedModel::ColumnCount; ++column) {
        auto *action = new QAction(FeedModel::columnName(column), this);
        action->setCheckable(true);
        action->setChecked(true);
        action->setEnabled(column != FeedModel::Name);
        connect(action, &QAction::toggled, this, [this, column](bool shown) {
            setColumnHidden(column, !shown);
            layOutColumns();
        });
        m_columnActions << action;
    }
}

void FeedTable::showHeaderMenu(const QPoint &position)
{
    QMenu menu(this);
    menu.addActions(m_columnActions);
    menu.addSeparator();
    connect(menu.addAction(tr("&Fit columns to the window")), &QAction::triggered, this,
            &FeedTable::fitColumns);
    menu.exec(horizontalHeader()->mapToGlobal(position));
}

void FeedTable::measure()
{
    // What usually stands in a column, and what it cannot do without.
    FeedStats banned;
    banned.state = FeedState::Kicked;
    banned.banSecondsLeft = 59 * 60 + 59;
    const std::array<std::pair<QString, QString>, FeedModel::ColumnCount> samples{{
        {QStringLiteral("stage-left-2"), QStringLiteral("camera-1")},
        {texts::state(banned), texts::state(banned)},
        {QStringLiteral("192.168.100.100"), QStringLiteral("192.168.1…")},
        {QStringLiteral("h264 1920x1080"), QStringLiteral("h264 1920…")},
        {QStringLiteral("aac 48000 2ch"), QStringLiteral("aac 4…")},
        {QStringLiteral("30.0"), QStringLiteral("30.0")},
        {},
        {QStringLiteral("88.8 MB"), QStringLiteral("88.8 MB")},
        {QStringLiteral("88:88:88"), QStringLiteral("8:88:88")},
        {QStringLiteral("8,888"), QStringLiteral("888")},
        {QStringLiteral("8,888"), QStringLiteral("888")},
    }};
    const QFontMetrics cells(font());
    const QFontMetrics heads(horizontalHeader()->font());
    const int spare = 2 * FeedDelegate::margin + 3;
    m_ideal.clear();
    m_least.clear();
    for (int column = 0; column < FeedModel::ColumnCount; ++column) {
        const auto at = static_cast<std::size_t>(column);
        const int head = heads.horizontalAdvance(FeedModel::columnName(column)) + spare + 12; // sort arrow
        int ideal = cells.horizontalAdvance(samples.at(at).first) + spare;
        int low = cells.horizontalAdvance(samples.at(at).second) + spare;
        if (column == FeedModel::State) {
            const int dot = static_cast<int>(cells.height() * 0.6) + 8;
            ideal += dot;
            low += dot;
        } else if (column == FeedModel::Bitrate) {
            const int number =
                cells.horizontalAdvance(texts::bitrate(88'888'000)) + spare + FeedDelegate::margin;
            ideal = number + 110;
            low = number + 30;
        }
        m_ideal << std::max(ideal, head);
        m_least << std::max(low, head);
    }
    verticalHeader()->setDefaultSectionSize(cells.height() + 12);
}

void FeedTable::layOutColumns()
{
    if (!m_fit) {
        return;
    }
    QList<int> shown;
    for (int column = 0; column < FeedModel::ColumnCount; ++column) {
        if (!isColumnHidden(column)) {
            shown << column;
        }
    }
    const auto sum = [&shown](const QList<int> &widths) {
        return std::accumulate(shown.cbegin(), shown.cend(), 0,
                               [&](int all, int c) { return all + widths.at(c); });
    };
    const int room = viewport()->width();
    QList<int> widths = m_ideal;
    // What can be spared first comes first.
    static constexpr std::array givesWay{FeedModel::Bitrate, FeedModel::Audio, FeedModel::Source,
                                         FeedModel::Name, FeedModel::Video};
    for (const int column : givesWay) {
        if (const int missing = sum(widths) - room; missing > 0 && shown.contains(column)) {
            widths[column] = std::max(m_least.at(column), widths.at(column) - missing);
        }
    }
    if (const int left = room - sum(widths); left > 0) {
        const int graph = isColumnHidden(FeedModel::Bitrate) ? 0 : left * 3 / 5;
        widths[FeedModel::Bitrate] += graph;
        widths[FeedModel::Name] += left - graph;
    }
    m_fitting = true;
    for (const int column : shown) {
        setColumnWidth(column, widths.at(column));
    }
    m_fitting = false;
}

void FeedTable::fitColumns()
{
    m_fit = true;
    layOutColumns();
}

QByteArray FeedTable::saveColumns() const
{
    QByteArray state;
    QDataStream out(&state, QIODevice::WriteOnly);
    out << qint32(FeedModel::ColumnCount) << m_fit << horizontalHeader()->saveState();
    return state;
}

bool FeedTable::restoreColumns(const QByteArray &state)
{
    qint32 columns = 0;
    bool fit = true;
    QByteArray header;
    QDataStream in(state);
    in >> columns >> fit >> header;
    m_fitting = true;
    const bool known = in.status() == QDataStream::Ok && columns == FeedModel::ColumnCount &&
                       horizontalHeader()->restoreState(header);
    m_fitting = false;
    if (known) {
        m_fit = fit;
        for (int column = 0; column < FeedModel::ColumnCount; ++column) {
            m_columnActions.at(column)->setChecked(!isColumnHidden(column));
        }
        layOutColumns();
    }
    return known;
}

QStringList FeedTable::selectedFeeds() const
{
    QModelIndexList rows = selectionModel()->selectedRows(FeedModel::Name);
    std::sort(rows.begin(), rows.end(), [](const auto &a, const auto &b) { return a.row() < b.row(); });
    QStringList names;
    for (const QModelIndex &row : rows) {
        names << row.data().toString();
    }
    return names;
}

QString FeedTable::currentFeed() const
{
    const QModelIndex current = currentIndex();
    if (current.isValid() && selectionModel()->isRowSelected(current.row())) {
        return current.siblingAtColumn(FeedModel::Name).data().toString();
    }
    return selectedFeeds().value(0);
}

void FeedTable::tellCurrentFeed()
{
    if (const QString feed = currentFeed(); feed != m_toldFeed) {
        m_toldFeed = feed;
        emit currentFeedChanged(feed);
    }
}

void FeedTable::selectOnly(int row)
{
    // Not selectRow(): that heeds the keys held down at the moment.
    selectionModel()->setCurrentIndex(m_filter.index(row, FeedModel::Name),
                                      QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
}

void FeedTable::selectFeed(const QString &name)
{
    for (int row = 0; row < m_filter.rowCount(); ++row) {
        if (m_filter.index(row, FeedModel::Name).data().toString() == name) {
            selectOnly(row);
            return;
        }
    }
}

void FeedTable::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    layOutColumns();
}

void FeedTable::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (m_filter.rowCount() == 0 && m_filter.isFiltering()) {
        QPainter painter(viewport());
        painter.setPen(Colors::of(palette()).muted);
        painter.drawText(viewport()->rect(), static_cast<int>(Qt::AlignCenter),
                         tr("No feed matches the filter."));
    }
}

void FeedTable::changeEvent(QEvent *event)
{
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        measure();
        layOutColumns();
    }
}

void FeedTable::contextMenuEvent(QContextMenuEvent *event)
{
    if (!selectionModel()->hasSelection()) {
        return;
    }
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const QPoint below = viewport()->mapToGlobal(visualRect(currentIndex()).bottomLeft() + QPoint(24, 0));
    emit menuRequested(byKey ? below : event->globalPos());
}

void FeedTable::selectionChanged(const QItemSelection &selected, const QItemSelection &deselected)
{
    QTableView::selectionChanged(selected, deselected);
    tellCurrentFeed();
    emit selectionChangedByName();
}

void FeedTable::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    tellCurrentFeed();
}

} // namespace aspersor
