// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/paneltitle.h"

#include <QPainter>

namespace aspersor {

namespace {

constexpr int gap = 10;

} // namespace

PanelTitle::PanelTitle(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void PanelTitle::setWords(const QString &name, const QString &status, const QColor &color)
{
    if (m_name == name && m_status == status && m_color == color)
        return;
    m_name = name;
    m_status = status;
    m_color = color;
    setAccessibleName(status.isEmpty() ? name : QStringLiteral("%1: %2").arg(name, status));
    updateGeometry();
    update();
}

QFont PanelTitle::nameFont() const
{
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    bold.setPointSizeF(bold.pointSizeF() * 1.1);
    return bold;
}

QSize PanelTitle::sizeHint() const
{
    const QFontMetrics name(nameFont());
    return {name.horizontalAdvance(m_name) + gap + fontMetrics().horizontalAdvance(m_status), name.height()};
}

QSize PanelTitle::minimumSizeHint() const
{
    const QFontMetrics name(nameFont());
    return {name.averageCharWidth() * 8, name.height()};
}

void PanelTitle::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const QFontMetrics big(nameFont());
    const int baseline = (height() - big.height()) / 2 + big.ascent();
    const QString name = big.elidedText(m_name, Qt::ElideRight, width());
    painter.setFont(nameFont());
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(0, baseline, name);
    const int left = big.horizontalAdvance(name) + gap;
    const QString status = fontMetrics().elidedText(m_status, Qt::ElideRight, width() - left);
    if (width() <= left || status.size() < 2)
        return;
    painter.setFont(font());
    painter.setPen(m_color);
    painter.drawText(left, baseline, status);
}

} // namespace aspersor
