// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/noticebar.h"

#include "ui/look/colors.h"
#include "ui/look/icons.h"

#include <QAction>
#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

namespace aspersor {

NoticeBar::NoticeBar(Kind kind, QWidget *parent) : QFrame(parent), m_kind(kind), m_timer(new QTimer(this))
{
    setAccessibleName(kind == Kind::Problem ? tr("Problem") : tr("Notice"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(12, 7, 7, 7);
    row->setSpacing(10);
    m_icon = new QLabel;
    row->addWidget(m_icon);
    m_text = new QLabel;
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(kind == Kind::Problem);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row->addWidget(m_text, 1);
    m_buttons = new QHBoxLayout;
    m_buttons->setSpacing(6);
    row->addLayout(m_buttons);
    m_close = new QToolButton;
    m_close->setIcon(themedIcon(QStringLiteral("close")));
    m_close->setAutoRaise(true);
    m_close->setToolTip(tr("Close this message"));
    m_close->setAccessibleName(m_close->toolTip());
    connect(m_close, &QToolButton::clicked, this, &NoticeBar::dismiss);
    row->addWidget(m_close);

    m_timer->setInterval(1000);
    connect(m_timer, &QTimer::timeout, this, [this] {
        const bool inUse = underMouse() || isAncestorOf(QApplication::focusWidget());
        const int left = m_timer->property("left").toInt() - 1;
        m_timer->setProperty("left", left);
        if (left <= 0 && !inUse) {
            dismiss();
        }
    });
    if (kind == Kind::Chance) {
        parent->installEventFilter(this);
    }
    hide();
}

void NoticeBar::showText(const QString &text, const QList<QAction *> &remedies, int seconds)
{
    m_text->setText(text);
    drawIcon();
    while (QLayoutItem *item = m_buttons->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (QAction *remedy : remedies) {
        auto *button = new QPushButton(remedy->text());
        button->setToolTip(remedy->toolTip());
        button->setAutoDefault(false);
        connect(button, &QPushButton::clicked, remedy, &QAction::trigger);
        m_buttons->addWidget(button);
    }
    m_timer->stop();
    if (seconds > 0) {
        m_timer->setProperty("left", seconds);
        m_timer->start();
    }
    show();
    if (m_kind == Kind::Chance) {
        place();
        raise();
    }
}

QString NoticeBar::text() const
{
    return m_text->text();
}

void NoticeBar::dismiss()
{
    m_timer->stop();
    if (isVisibleTo(parentWidget())) {
        hide();
        emit dismissed();
    }
}

void NoticeBar::drawIcon()
{
    const QString name = m_kind == Kind::Problem ? QStringLiteral("warning") : QStringLiteral("undo");
    m_icon->setPixmap(themedIcon(name).pixmap(QSize(18, 18), devicePixelRatioF()));
}

void NoticeBar::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_icon) {
        drawIcon();
    }
}

void NoticeBar::place()
{
    layout()->activate();
    const QSize size = sizeHint().boundedTo(parentWidget()->size() - QSize(24, 0)).expandedTo(QSize(120, 0));
    const int x = std::max(12, (parentWidget()->width() - size.width()) / 2);
    setGeometry(x, parentWidget()->height() - size.height() - 16, size.width(), size.height());
}

bool NoticeBar::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible()) {
        place();
    }
    return QFrame::eventFilter(watched, event);
}

void NoticeBar::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors colors = Colors::of(palette());
    if (m_kind == Kind::Problem) {
        painter.fillRect(rect(), colors.noticeBase);
        painter.fillRect(QRect(0, 0, 4, height()), colors.waiting);
        painter.fillRect(QRect(0, height() - 1, width(), 1), colors.line);
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(palette().color(QPalette::Mid));
    painter.setBrush(palette().color(QPalette::Window));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
}

void NoticeBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape) {
        dismiss();
        return;
    }
    QFrame::keyPressEvent(event);
}

} // namespace aspersor
