// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/look/style.h"

namespace aspersor {

Style::Style() : QProxyStyle(QStringLiteral("Fusion")) {}

int Style::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_HeaderMargin:
        return 8; // FeedDelegate::margin
    case PM_ButtonMargin:
        return QProxyStyle::pixelMetric(metric, option, widget) + 8;
    case PM_MessageBoxIconSize:
        return 36;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int Style::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                     QStyleHintReturn *returned) const
{
    return hint == SH_DialogButtonBox_ButtonsHaveIcons
               ? 0
               : QProxyStyle::styleHint(hint, option, widget, returned);
}

} // namespace aspersor
