// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/conf/confeditor.h"

#include "ui/conf/confhighlighter.h"
#include "ui/look/colors.h"

#include <QFontDatabase>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QTextBlock>
#include <QToolTip>
#include <algorithm>

namespace aspersor {

namespace {

constexpr int markSide = 14;
constexpr int gutterMargin = 8;
constexpr int leastDigits = 3;

} // namespace

ConfEditor::ConfEditor(QWidget *parent) : QPlainTextEdit(parent)
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    font.setPointSizeF(this->font().pointSizeF());
    font.setStyleHint(QFont::Monospace);
    setFont(font);
    setLineWrapMode(NoWrap);
    setTabChangesFocus(true);
    setTabStopDistance(4 * fontMetrics().horizontalAdvance(QLatin1Char(' ')));
    setFrameShape(NoFrame);
    m_highlighter = new ConfHighlighter(palette(), document());
    m_gutter = new QWidget(this);
    m_gutter->installEventFilter(this);
    connect(this, &QPlainTextEdit::blockCountChanged, this, &ConfEditor::placeGutter);
    connect(this, &QPlainTextEdit::updateRequest, this, [this](const QRect &area, int moved) {
        if (moved != 0) {
            m_gutter->scroll(0, moved);
        } else {
            m_gutter->update(0, area.y(), m_gutter->width(), area.height());
        }
    });
    connect(this, &QPlainTextEdit::cursorPositionChanged, this, &ConfEditor::showMarks);
    placeGutter();
}

void ConfEditor::setMarks(const QList<ConfMark> &marks)
{
    m_marks = marks;
    showMarks();
}

/// The cursor's line has another ground; paintEvent() draws the waves.
void ConfEditor::showMarks()
{
    QTextEdit::ExtraSelection line;
    line.format.setBackground(palette().alternateBase());
    line.format.setProperty(QTextFormat::FullWidthSelection, true);
    line.cursor = textCursor();
    line.cursor.clearSelection();
    setExtraSelections({line});
    viewport()->update();
    m_gutter->update();
}

QTextCursor ConfEditor::waveOf(const ConfMark &mark) const
{
    QTextCursor wave = mark.place;
    if (!wave.isNull() && !wave.hasSelection()) {
        wave.movePosition(QTextCursor::StartOfBlock);
        wave.movePosition(QTextCursor::EndOfBlock, QTextCursor::KeepAnchor);
    }
    return wave;
}

/// Qt's own wave is no more than dots under small letters.
void ConfEditor::paintEvent(QPaintEvent *event)
{
    QPlainTextEdit::paintEvent(event);
    constexpr qreal step = 2.5;
    constexpr qreal height = 2.5;
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    const Colors colors = Colors::of(palette());
    for (const ConfMark &mark : std::as_const(m_marks)) {
        const QTextCursor wave = waveOf(mark);
        if (wave.isNull()) {
            continue;
        }
        QTextCursor end = wave;
        QTextCursor begin = wave;
        begin.setPosition(wave.selectionStart());
        end.setPosition(wave.selectionEnd());
        const QRect from = cursorRect(begin);
        const QRect to = cursorRect(end);
        if (!event->rect().intersects(from.united(to).adjusted(0, 0, 0, 2))) {
            continue;
        }
        QPolygonF line;
        const qreal base = from.bottom() - 0.5;
        bool isUp = false;
        for (qreal x = from.left(); x <= std::max(to.left(), from.left() + 6); x += step) {
            line << QPointF(x, isUp ? base - height : base);
            isUp = !isUp;
        }
        painter.setPen(
            QPen(mark.severity == ConfFinding::Severity::Error ? colors.bad : colors.waiting, 1.2));
        painter.drawPolyline(line);
    }
}

int ConfEditor::markHere() const
{
    const QTextCursor cursor = textCursor();
    int found = -1;
    for (int i = 0; i < m_marks.size(); ++i) {
        const ConfMark &mark = m_marks.at(i);
        if (mark.line() != cursor.blockNumber()) {
            continue;
        }
        if (cursor.position() >= mark.place.selectionStart() &&
            cursor.position() <= mark.place.selectionEnd()) {
            return i;
        }
        found = found < 0 ? i : found;
    }
    return found;
}

int ConfEditor::markFrom(bool forwards) const
{
    const int count = static_cast<int>(m_marks.size());
    const int here = textCursor().selectionStart();
    const auto placeOf = [this](int mark) {
        const QTextCursor &place = m_marks.at(mark).place;
        return place.isNull() ? -1 : place.selectionStart();
    };
    for (int i = 0; i < count; ++i) {
        const int mark = forwards ? i : count - 1 - i;
        if (forwards ? placeOf(mark) > here : placeOf(mark) < here) {
            return mark;
        }
    }
    return count == 0 ? -1 : forwards ? 0 : count - 1;
}

void ConfEditor::goTo(int mark)
{
    if (mark < 0 || mark >= m_marks.size()) {
        return;
    }
    QTextCursor place = m_marks.at(mark).place;
    if (place.isNull()) { // of the file as a whole
        place = QTextCursor(document());
    }
    setTextCursor(place);
    centerCursor();
    setFocus(Qt::ShortcutFocusReason);
}

void ConfEditor::useSuggestion(int mark)
{
    if (mark < 0 || mark >= m_marks.size() || m_marks.at(mark).suggestion.isEmpty() ||
        !m_marks.at(mark).place.hasSelection()) {
        return;
    }
    const ConfMark used = m_marks.takeAt(mark);
    QTextCursor place = used.place;
    place.insertText(used.suggestion);
    setTextCursor(place);
    showMarks();
}

QString ConfEditor::toolTipOf(int line) const
{
    QStringList sentences;
    for (const ConfMark &mark : m_marks) {
        if (mark.line() == line) {
            sentences +=
                QStringLiteral("<p style='white-space:pre-wrap'>%1</p>")
                    .arg((mark.severity == ConfFinding::Severity::Error ? tr("Error: %1") : tr("Warning: %1"))
                             .arg(mark.text)
                             .toHtmlEscaped());
        }
    }
    return sentences.join(QString());
}

int ConfEditor::gutterWidth() const
{
    const int digits = std::max(leastDigits, static_cast<int>(QString::number(blockCount()).size()));
    return gutterMargin + markSide + gutterMargin / 2 +
           digits * fontMetrics().horizontalAdvance(QLatin1Char('9')) + gutterMargin;
}

void ConfEditor::placeGutter()
{
    const int width = gutterWidth();
    setViewportMargins(width + gutterMargin / 2, 0, 0, 0);
    const QRect inside = contentsRect();
    m_gutter->setGeometry(inside.left(), inside.top(), width, inside.height());
}

int ConfEditor::lineAt(int y) const
{
    return cursorForPosition(QPoint(0, y)).blockNumber();
}

void ConfEditor::paintGutter(const QRect &dirty)
{
    QPainter painter(m_gutter);
    const Colors colors = Colors::of(palette());
    painter.fillRect(dirty, palette().color(QPalette::Window));
    painter.fillRect(QRect(m_gutter->width() - 1, dirty.top(), 1, dirty.height()), colors.line);
    painter.setFont(font());
    for (QTextBlock block = firstVisibleBlock(); block.isValid(); block = block.next()) {
        const QRectF area = blockBoundingGeometry(block).translated(contentOffset());
        if (area.top() > dirty.bottom()) {
            break;
        }
        const int line = block.blockNumber();
        const bool isHere = line == textCursor().blockNumber();
        painter.setPen(isHere ? palette().color(QPalette::Text) : colors.muted);
        painter.drawText(QRectF(0, area.top(), m_gutter->width() - gutterMargin, area.height()),
                         Qt::AlignRight | Qt::AlignVCenter, QString::number(line + 1));
        bool isMarked = false;
        auto worst = ConfFinding::Severity::Warning;
        for (const ConfMark &mark : std::as_const(m_marks)) {
            if (mark.line() == line) {
                isMarked = true;
                worst = std::max(worst, mark.severity);
            }
        }
        if (isMarked) {
            paintConfMark(painter,
                          QRectF(gutterMargin, area.center().y() - markSide / 2.0, markSide, markSide), worst,
                          palette());
        }
    }
}

void ConfEditor::showToolTip(const QPoint &at, const QString &text)
{
    if (text.isEmpty()) {
        QToolTip::hideText();
    } else {
        QToolTip::showText(at, text, this);
    }
}

bool ConfEditor::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const QTextCursor under = cursorForPosition(help->pos());
        const bool onMark = std::any_of(m_marks.cbegin(), m_marks.cend(), [&](const ConfMark &mark) {
            return mark.line() == under.blockNumber() &&
                   (!mark.place.hasSelection() || (under.position() >= mark.place.selectionStart() &&
                                                   under.position() <= mark.place.selectionEnd()));
        });
        showToolTip(help->globalPos(), onMark ? toolTipOf(under.blockNumber()) : QString());
        return true;
    }
    return QPlainTextEdit::viewportEvent(event);
}

bool ConfEditor::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_gutter) {
        return QPlainTextEdit::eventFilter(watched, event);
    }
    switch (event->type()) {
    case QEvent::Paint:
        paintGutter(static_cast<QPaintEvent *>(event)->rect());
        return true;
    case QEvent::ToolTip: {
        const auto *help = static_cast<QHelpEvent *>(event);
        showToolTip(help->globalPos(), toolTipOf(lineAt(help->pos().y())));
        return true;
    }
    case QEvent::MouseButtonPress: {
        const int line = lineAt(qRound(static_cast<QMouseEvent *>(event)->position().y()));
        setTextCursor(QTextCursor(document()->findBlockByNumber(line)));
        setFocus(Qt::MouseFocusReason);
        return true;
    }
    case QEvent::Wheel:
        return viewportEvent(event);
    default:
        return false;
    }
}

void ConfEditor::resizeEvent(QResizeEvent *event)
{
    QPlainTextEdit::resizeEvent(event);
    placeGutter();
}

void ConfEditor::changeEvent(QEvent *event)
{
    QPlainTextEdit::changeEvent(event);
    if (!m_gutter) { // still being made
        return;
    }
    if (event->type() == QEvent::PaletteChange) {
        m_highlighter->setPalette(palette());
        showMarks();
    } else if (event->type() == QEvent::FontChange) {
        placeGutter();
    }
}

} // namespace aspersor
