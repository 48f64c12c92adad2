// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

class QAction;
class QWidget;

namespace aspersor {

/// What this program is, its version and licence. Not modal to the event loop: returns at once.
void showAbout(QWidget *parent);
/// The keyboard shortcuts of `actions`, in a table. Returns at once.
void showShortcuts(const QList<QAction *> &actions, QWidget *parent);

} // namespace aspersor
