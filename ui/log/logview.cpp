// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/log/logview.h"

#include "ui/log/logmodel.h"
#include "ui/look/colors.h"

#include <QFontDatabase>
#include <QHeaderView>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QWheelEvent>
#include <algorithm>

namespace aspersor {

namespace {

class LogDelegate final : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected) {
            painter->fillRect(option.rect, option.palette.highlight());
        }
        const Colors colors = Colors::of(option.palette);
        const auto level = static_cast<LogLevel>(index.data(LogModel::LevelRole).toInt());
        const bool inLevelColor = index.column() == LogModel::Level || level >= LogLevel::Warning;
        painter->setPen(selected                           ? option.palette.color(QPalette::HighlightedText)
                        : index.column() == LogModel::Time ? colors.muted
                        : inLevelColor                     ? colors.of(level, option.palette)
                        : level == LogLevel::Debug         ? colors.muted
                                                           : option.palette.color(QPalette::Text));
        painter->setFont(index.column() == LogModel::Time
                             ? QFontDatabase::systemFont(QFontDatabase::FixedFont)
                             : option.font);
        const QRect cell = option.rect.adjusted(margin, 0, -margin / 2, 0);
        painter->drawText(
            cell, static_cast<int>(Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine),
            QFontMetrics(painter->font())
                .elidedText(index.data().toString().simplified(), Qt::ElideRight, cell.width()));
    }

    static constexpr int margin = 8;
};

} // namespace

LogView::LogView(QAbstractItemModel &lines, QWidget *parent) : QTableView(parent)
{
    setModel(&lines);
    setItemDelegate(new LogDelegate(this));
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setFrameShape(NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerItem);
    setAccessibleName(tr("Log lines"));
    verticalHeader()->hide();
    verticalHeader()->setMinimumSectionSize(1);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->hide();
    horizontalHeader()->setMinimumSectionSize(20);
    measure();

    connect(&lines, &QAbstractItemModel::rowsInserted, this, [this] {
        if (m_follow) {
            scrollToBottom();
        }
    });
    connect(&lines, &QAbstractItemModel::rowsAboutToBeRemoved, this,
            [this](const auto &, int first, int last) {
                // One step of the scroll bar is one row: what is in sight stays in sight.
                if (!m_follow && first == 0) {
                    verticalScrollBar()->setValue(verticalScrollBar()->value() - (last - first + 1));
                }
            });
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this,
            [this] { QMetaObject::invokeMethod(this, &LogView::lookWhereWeAre, Qt::QueuedConnection); });
}

void LogView::measure()
{
    const QFontMetrics metrics(font());
    const QFontMetrics fixed(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    const int spare = 2 * LogDelegate::margin;
    int level = 0;
    for (const auto each : {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error}) {
        level = std::max(level, metrics.horizontalAdvance(LogModel::levelName(each)));
    }
    verticalHeader()->setDefaultSectionSize(std::max(metrics.height(), fixed.height()) + 5);
    setColumnWidth(LogModel::Time, fixed.horizontalAdvance(QStringLiteral("88:88:88.888")) + spare);
    setColumnWidth(LogModel::Level, level + spare);
    setColumnWidth(LogModel::Feed, metrics.horizontalAdvance(QStringLiteral("camera-12")) + spare);
    horizontalHeader()->setStretchLastSection(true);
}

void LogView::setFollowing(bool follow)
{
    if (follow) {
        scrollToBottom();
    }
    if (follow != m_follow) {
        m_follow = follow;
        emit followingChanged(follow);
    }
}

void LogView::lookWhereWeAre()
{
    setFollowing(verticalScrollBar()->value() == verticalScrollBar()->maximum());
}

QString LogView::selectedLines() const
{
    QModelIndexList rows = selectionModel()->selectedRows(LogModel::Text);
    std::sort(rows.begin(), rows.end(), [](const auto &a, const auto &b) { return a.row() < b.row(); });
    QString text;
    for (const QModelIndex &row : rows) {
        text += row.data(LogModel::LineRole).toString() + QLatin1Char('\n');
    }
    return text;
}

void LogView::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    if (m_follow) {
        scrollToBottom();
    }
}

void LogView::changeEvent(QEvent *event)
{
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        measure();
    }
}

void LogView::wheelEvent(QWheelEvent *event)
{
    QTableView::wheelEvent(event);
    lookWhereWeAre();
}

} // namespace aspersor
