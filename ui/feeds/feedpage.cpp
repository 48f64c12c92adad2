// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/feeds/feedpage.h"

#include "ui/feeds/feedtable.h"
#include "ui/look/icons.h"

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace aspersor {

FeedPage::FeedPage(FeedTable *table, QAction *connectPhone, QWidget *parent)
    : QStackedWidget(parent), m_table(table)
{
    auto *page = new QWidget;
    page->setAutoFillBackground(true);
    page->setBackgroundRole(QPalette::Base);

    auto *icon = new QLabel;
    icon->setPixmap(programIcon().pixmap(72, 72));
    icon->setAlignment(Qt::AlignCenter);

    m_title = new QLabel(tr("No phone is connected yet"));
    QFont large = m_title->font();
    large.setPointSizeF(large.pointSizeF() * 1.5);
    large.setBold(true);
    m_title->setFont(large);
    m_title->setAlignment(Qt::AlignCenter);

    m_address = new QLabel;
    m_address->setAlignment(Qt::AlignCenter);
    m_address->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto *button = new QPushButton(connectPhone->icon(), connectPhone->text());
    button->setToolTip(connectPhone->toolTip());
    button->setDefault(true);
    connect(button, &QPushButton::clicked, connectPhone, &QAction::trigger);

    auto *column = new QVBoxLayout(page);
    column->setSpacing(14);
    column->addStretch(2);
    column->addWidget(icon);
    column->addWidget(m_title);
    column->addWidget(m_address, 0, Qt::AlignHCenter);
    column->addSpacing(4);
    column->addWidget(button, 0, Qt::AlignHCenter);
    column->addStretch(3);

    addWidget(page);
    addWidget(table);
    setAddress({});
    setEmpty(true);
}

void FeedPage::setAddress(const QString &ingestUrl)
{
    m_address->setText(ingestUrl.isEmpty()
                           ? tr("Opening the port for phones…")
                           : tr("Phones send their video to %1.<br>A feed appears here as soon as one does.")
                                 .arg(QStringLiteral("<b>%1</b>").arg(ingestUrl.toHtmlEscaped())));
}

void FeedPage::setEmpty(bool empty)
{
    const bool hadFocus = currentWidget()->isAncestorOf(QApplication::focusWidget());
    if (!empty) {
        m_title->setText(tr("No phone is connected")); // for when they have all gone again
    }
    setCurrentIndex(empty ? 0 : 1);
    if (!empty && hadFocus) {
        m_table->setFocus();
    }
}

} // namespace aspersor
