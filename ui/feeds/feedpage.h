// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStackedWidget>

class QAction;
class QLabel;

namespace aspersor {

class FeedTable;

/// The place of the feeds: the table, or, while no phone has ever connected, a page that says how to begin.
class FeedPage final : public QStackedWidget
{
    Q_OBJECT

public:
    /// `connectPhone` is offered as a button on the empty page.
    FeedPage(FeedTable *table, QAction *connectPhone, QWidget *parent = nullptr);

    void setAddress(const QString &ingestUrl); ///< empty: not known yet
    void setEmpty(bool empty);

private:
    QLabel *m_title = nullptr;
    QLabel *m_address = nullptr;
    FeedTable *m_table = nullptr;
};

} // namespace aspersor
