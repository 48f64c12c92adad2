// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/feeds/feeddelegate.h"

#include "ui/feeds/bitratehistory.h"
#include "ui/feeds/feedmodel.h"
#include "ui/feeds/feedtexts.h"
#include "ui/look/colors.h"
#include "ui/look/icons.h"

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace aspersor {

namespace {

Dot dotOf(FeedState state)
{
    switch (state) {
    case FeedState::Live:
        return Dot::Full;
    case FeedState::Away:
        return Dot::Half;
    case FeedState::Kicked:
        return Dot::Crossed;
    case FeedState::Ended:
        break;
    }
    return Dot::Hollow;
}

/// The width that the number needs; the graph gets the rest. The widest number decides, not the present one.
int bitrateTextWidth(const QFontMetrics &metrics)
{
    return metrics.horizontalAdvance(texts::bitrate(88'888'000));
}

void paintGraph(QPainter &painter, const QRect &box, const BitrateHistory &history, const QColor &line,
                const QColor &fill)
{
    const qint64 peak = history.peak();
    if (box.width() < 12 || history.count() < 2 || peak <= 0) {
        return;
    }
    // Zero is the floor of every graph; its top is a little over the highest value.
    const qreal scale = (box.height() - 1) / (static_cast<qreal>(peak) * 1.08);
    const qreal step = static_cast<qreal>(box.width()) / (BitrateHistory::slotCount - 1);
    QPolygonF points;
    points.reserve(history.count() + 2);
    for (int age = 0; age < history.count(); ++age) {
        points << QPointF(box.right() + 1 - age * step,
                          box.bottom() + 1 - static_cast<qreal>(history.at(age)) * scale);
    }
    QPolygonF area = points;
    area << QPointF(points.last().x(), box.bottom() + 1) << QPointF(points.first().x(), box.bottom() + 1);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawPolygon(area);
    painter.setPen(QPen(line, 1.25, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    painter.drawPolyline(points);
    painter.restore();
}

} // namespace

FeedDelegate::FeedDelegate(QObject *parent) : QStyledItemDelegate(parent) {}

void FeedDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                         const QModelIndex &index) const
{
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const auto group = option.state.testFlag(QStyle::State_Active) ? QPalette::Active : QPalette::Inactive;
    if (selected) {
        painter->fillRect(option.rect, option.palette.brush(group, QPalette::Highlight));
    }
    const FeedStats stats = index.data(FeedModel::StatsRole).value<FeedStats>();
    const Colors colors = Colors::of(option.palette);
    const bool quiet = stats.state == FeedState::Ended || stats.state == FeedState::Kicked;
    QColor textColor = option.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Text);
    const bool hasErrors = index.column() == FeedModel::Errors && stats.errors > 0;
    if (!selected) {
        textColor = hasErrors                                     ? colors.waiting
                    : quiet && index.column() != FeedModel::State ? colors.muted
                                                                  : textColor;
    }
    const QRect cell = option.rect.adjusted(margin, 0, -margin, 0);
    painter->setFont(option.font);
    painter->setPen(textColor);

    if (index.column() == FeedModel::State) {
        paintState(*painter, cell, option, index, textColor);
        return;
    }
    const QString text = index.data().toString();
    const auto alignment = index.data(Qt::TextAlignmentRole).value<Qt::Alignment>();
    if (index.column() == FeedModel::Bitrate) {
        const int textWidth = bitrateTextWidth(option.fontMetrics);
        const QRect graph = cell.adjusted(0, 4, -textWidth - margin, -4);
        const QColor line = selected ? textColor : quiet ? colors.off : colors.graph;
        QColor fill = line;
        fill.setAlpha(selected ? 80 : colors.graphFill.alpha());
        paintGraph(*painter, graph, index.data(FeedModel::HistoryRole).value<BitrateHistory>(), line, fill);
        painter->setPen(textColor);
    }
    painter->drawText(cell, static_cast<int>(alignment),
                      option.fontMetrics.elidedText(text, Qt::ElideRight, cell.width()));
}

void FeedDelegate::paintState(QPainter &painter, const QRect &cell, const QStyleOptionViewItem &option,
                              const QModelIndex &index, const QColor &textColor) const
{
    const FeedStats stats = index.data(FeedModel::StatsRole).value<FeedStats>();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const QColor color = selected ? textColor : Colors::of(option.palette).of(stats.state);
    const qreal size = std::round(option.fontMetrics.height() * 0.6);
    paintDot(painter, QRectF(cell.left(), cell.center().y() + 1 - size / 2, size, size), dotOf(stats.state),
             color);
    const QRect word = cell.adjusted(static_cast<int>(size) + 7, 0, 0, 0);
    painter.setPen(color);
    painter.drawText(word, static_cast<int>(Qt::AlignVCenter | Qt::AlignLeft),
                     option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, word.width()));
}

QSize FeedDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const auto width = [&option](const QString &text) { return option.fontMetrics.horizontalAdvance(text); };
    const QString text = index.data().toString();
    int wanted = width(text) + 2 * margin;
    if (index.column() == FeedModel::State) {
        wanted += option.fontMetrics.height() + 7;
    } else if (index.column() == FeedModel::Bitrate) {
        wanted = bitrateTextWidth(option.fontMetrics) + 3 * margin + 80;
    }
    return {wanted, option.fontMetrics.height() + 12};
}

bool FeedDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                             const QModelIndex &index)
{
    // A word that is shown in full needs no tooltip; state, bitrate and errors have more to say.
    const bool saysMore = index.column() == FeedModel::State || index.column() == FeedModel::Source ||
                          index.column() == FeedModel::Bitrate || index.column() == FeedModel::Errors;
    if (event->type() == QEvent::ToolTip && !saysMore &&
        view->fontMetrics().horizontalAdvance(index.data().toString()) <= option.rect.width() - 2 * margin) {
        QToolTip::hideText();
        return true;
    }
    return QStyledItemDelegate::helpEvent(event, view, option, index);
}

} // namespace aspersor
