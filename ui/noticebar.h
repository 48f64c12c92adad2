// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QAction;
class QHBoxLayout;
class QLabel;
class QTimer;
class QToolButton;

namespace aspersor {

/// A bar with one sentence and what can be done about it: for a problem that stays (above the feeds), or, as
/// a floating one over the lower edge of its parent, for a chance that passes ("cam1 was kicked. [Let back
/// in]").
class NoticeBar final : public QFrame
{
    Q_OBJECT

public:
    enum class Kind { Problem, Chance };

    NoticeBar(Kind kind, QWidget *parent);

    /// `remedies` become buttons. A Chance goes by itself after `seconds`, but not under the pointer or the
    /// keyboard's focus; 0: it stays.
    void showText(const QString &text, const QList<QAction *> &remedies, int seconds = 0);
    [[nodiscard]] QString text() const;

signals:
    void dismissed(); ///< closed by hand or by time

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void dismiss();
    void drawIcon();
    void place(); // a Chance: over the parent's lower edge

    const Kind m_kind;
    QLabel *m_icon = nullptr;
    QLabel *m_text = nullptr;
    QHBoxLayout *m_buttons = nullptr;
    QToolButton *m_close = nullptr;
    QTimer *m_timer = nullptr;
};

} // namespace aspersor
