// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace aspersor {

class BitrateHistory;
struct Colors;

/// Draws the cells of the feed table: state with its dot, bitrate with its graph of the last minute, numbers
/// in digits of equal width.
class FeedDelegate final : public QStyledItemDelegate
{
    Q_OBJECT

public:
    explicit FeedDelegate(QObject *parent = nullptr);

    static constexpr int margin = 8; ///< pixels left and right of a cell's text

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;

private:
    void paintState(QPainter &painter, const QRect &cell, const QStyleOptionViewItem &option,
                    const QModelIndex &index, const QColor &textColor) const;
};

} // namespace aspersor
