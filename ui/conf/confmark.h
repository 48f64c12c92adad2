// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/confreport.h"

#include <QIcon>
#include <QTextCursor>

class QPainter;
class QPalette;

namespace aspersor {

/// A finding where it stands in the text: it moves with it while somebody types.
struct ConfMark {
    ConfFinding::Severity severity = ConfFinding::Severity::Error;
    QTextCursor place; ///< what is meant is selected; null: the file as a whole
    QString text;
    QString suggestion; ///< may stand in the place of what is selected

    [[nodiscard]] int line() const { return place.isNull() ? -1 : place.blockNumber(); } ///< from 0
};

/// A cross in a disc or an exclamation mark in a triangle: told by their form, not by colour alone.
void paintConfMark(QPainter &painter, const QRectF &box, ConfFinding::Severity severity,
                   const QPalette &palette);
[[nodiscard]] QIcon confMarkIcon(ConfFinding::Severity severity, const QPalette &palette, qreal ratio);

} // namespace aspersor
