// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/conf/confmark.h"

#include "ui/look/colors.h"

#include <QPainter>
#include <QPixmap>

namespace aspersor {

void paintConfMark(QPainter &painter, const QRectF &box, ConfFinding::Severity severity,
                   const QPalette &palette)
{
    const Colors colors = Colors::of(palette);
    const QColor inside = palette.color(QPalette::Base);
    const QPointF c = box.center();
    const qreal unit = box.width() / 14;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    if (severity == ConfFinding::Severity::Error) {
        painter.setBrush(colors.bad);
        painter.drawEllipse(box);
        painter.setPen(QPen(inside, 1.8 * unit, Qt::SolidLine, Qt::RoundCap));
        const qreal reach = 2.6 * unit;
        painter.drawLine(c + QPointF(-reach, -reach), c + QPointF(reach, reach));
        painter.drawLine(c + QPointF(-reach, reach), c + QPointF(reach, -reach));
    } else {
        painter.setPen(QPen(colors.waiting, 1.6 * unit, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.setBrush(colors.waiting);
        const qreal edge = unit;
        painter.drawPolygon(QPolygonF{{c.x(), box.top() + edge},
                                      {box.right() - edge, box.bottom() - 1.5 * edge},
                                      {box.left() + edge, box.bottom() - 1.5 * edge}});
        painter.setPen(QPen(inside, 1.7 * unit, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(c + QPointF(0, -1.6 * unit), c + QPointF(0, 1.6 * unit));
        painter.drawPoint(c + QPointF(0, 4.1 * unit));
    }
    painter.restore();
}

QIcon confMarkIcon(ConfFinding::Severity severity, const QPalette &palette, qreal ratio)
{
    constexpr int side = 16;
    QPixmap pixmap(QSize(side, side) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paintConfMark(painter, QRectF(1, 1, side - 2, side - 2), severity, palette);
    return pixmap;
}

} // namespace aspersor
