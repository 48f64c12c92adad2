// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>
#include <functional>

namespace aspersor {

/// A small button that puts a text on the clipboard, and shows for a moment that it has.
class CopyButton final : public QToolButton
{
    Q_OBJECT

public:
    CopyButton(const QString &toolTip, std::function<QString()> text, QWidget *parent = nullptr);
};

} // namespace aspersor
