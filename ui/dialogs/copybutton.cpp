// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/copybutton.h"

#include "ui/look/icons.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QTimer>

namespace aspersor {

CopyButton::CopyButton(const QString &toolTip, std::function<QString()> text, QWidget *parent)
    : QToolButton(parent)
{
    setIcon(themedIcon(QStringLiteral("copy")));
    setAutoRaise(true);
    setToolTip(toolTip);
    setAccessibleName(toolTip);
    connect(this, &QToolButton::clicked, this, [this, text = std::move(text)] {
        QGuiApplication::clipboard()->setText(text());
        setIcon(themedIcon(QStringLiteral("check")));
        QTimer::singleShot(1500, this, [this] { setIcon(themedIcon(QStringLiteral("copy"))); });
    });
}

} // namespace aspersor
