// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>

class QPainter;

namespace aspersor {

/// An icon of resources/icons by its file's name. It is drawn in the colour of the palette's button text when
/// it is painted, so it follows a change of light and dark by itself.
[[nodiscard]] QIcon themedIcon(const QString &name);
/// The program's own icon, in its own colours.
[[nodiscard]] QIcon programIcon();

/// What a state dot looks like. The forms differ, so that a state can be told without its colour.
enum class Dot { Full, Half, Crossed, Hollow };
void paintDot(QPainter &painter, const QRectF &box, Dot dot, const QColor &color);

} // namespace aspersor
