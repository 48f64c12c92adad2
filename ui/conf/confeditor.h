// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/conf/confmark.h"

#include <QPlainTextEdit>

namespace aspersor {

class ConfHighlighter;

/// A plain editor for ffserver.conf: line numbers, and marks beside and under what is wrong. Tab leaves it,
/// so that everything can be reached by keyboard.
class ConfEditor final : public QPlainTextEdit
{
    Q_OBJECT

public:
    explicit ConfEditor(QWidget *parent = nullptr);

    void setMarks(const QList<ConfMark> &marks); ///< in the order of the text
    [[nodiscard]] const QList<ConfMark> &marks() const { return m_marks; }
    /// The mark that the cursor is in, or the first of its line; -1: there is none.
    [[nodiscard]] int markHere() const;
    /// The next mark after the cursor's, or before it; goes round. -1: there is none.
    [[nodiscard]] int markFrom(bool forwards) const;
    void goTo(int mark); ///< selects what is meant
    void useSuggestion(int mark);

    /// What has a wave under it: what is meant, or a whole line.
    [[nodiscard]] QTextCursor waveOf(const ConfMark &mark) const;
    [[nodiscard]] QString toolTipOf(int line) const; ///< what is said of it; empty: nothing
    [[nodiscard]] QWidget *gutter() const { return m_gutter; }

protected:
    bool viewportEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override; // of the gutter
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void showMarks();
    void placeGutter();
    void paintGutter(const QRect &dirty);
    [[nodiscard]] int gutterWidth() const;
    [[nodiscard]] int lineAt(int y) const;
    void showToolTip(const QPoint &at, const QString &text);

    ConfHighlighter *m_highlighter = nullptr;
    QWidget *m_gutter = nullptr;
    QList<ConfMark> m_marks;
};

} // namespace aspersor
