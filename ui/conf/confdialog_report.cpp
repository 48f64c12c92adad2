// SPDX-License-Identifier: GPL-3.0-or-later
// What ffserver says of the text, and where.
#include "ui/conf/confdialog.h"
#include "ui/look/icons.h"

#include <QLabel>
#include <QPushButton>
#include <QTextBlock>
#include <QTreeWidget>
#include <algorithm>
#include <utility>

namespace aspersor {

using Severity = ConfFinding::Severity;

namespace {

enum Column { Kind, Line, Place, What };

} // namespace

void ConfDialog::edited()
{
    const int revision = m_editor->document()->revision();
    if (revision == std::exchange(m_revision, revision)) { // the colours have changed only
        return;
    }
    m_isCurrent = false;
    m_appliesLater = false;
    m_done->clear();
    updateButtons();
    m_checkTimer.start();
}

void ConfDialog::check()
{
    m_checkTimer.stop();
    if (!m_isUsable) {
        return;
    }
    m_revision = m_editor->document()->revision();
    m_isCurrent = false;
    ++m_question;
    emit checkRequested(m_question, m_file.bytesOf(m_editor->toPlainText()));
}

void ConfDialog::checkNow()
{
    m_isAsked = true;
    m_done->clear();
    check();
}

void ConfDialog::showReport(const ConfReport &report)
{
    if (report.question != m_question) {
        return;
    }
    const bool original = report.runs.kind == FfserverKind::Original;
    if (!report.problem.isEmpty()) {
        //: %1 is an English clause
        m_checker->setText(tr("It cannot be checked: %1.").arg(report.problem));
    } else if (original) {
        m_checker->setText(
            tr("The program in use is FFmpeg's original ffserver, version %1. The check shows what "
               "Aspersor's own (version %2) says, and which streams the original will not serve.")
                .arg(report.runs.version, report.checkedBy));
    } else {
        m_checker->setText(
            tr("Checked while you type by Aspersor's ffserver, version %1.").arg(report.checkedBy));
    }
    m_isCurrent = m_revision == m_editor->document()->revision();
    showFindings(report.findings, report.isShortened);
    if (!report.problem.isEmpty()) {
        showSummary(tr("Not checked."), {});
    }
    if (std::exchange(m_isAsked, false)) {
        m_editor->goTo(0);
    }
    if (std::exchange(m_appliesLater, false)) {
        applyChecked();
    }
}

/// A place that the text no longer has becomes the whole line, or the last line.
ConfMark ConfDialog::markOf(const ConfFinding &finding) const
{
    ConfMark mark{finding.severity, {}, finding.text, finding.suggestion};
    if (finding.line < 1) {
        return mark;
    }
    QTextBlock block = m_editor->document()->findBlockByNumber(finding.line - 1);
    if (!block.isValid()) {
        block = m_editor->document()->lastBlock();
    }
    mark.place = QTextCursor(block);
    const QString line = block.text();
    if (finding.column > 0) {
        const int from = m_file.indexOf(line, finding.column - 1);
        const int to = m_file.indexOf(line, finding.column - 1 + finding.length);
        mark.place.setPosition(block.position() + from);
        mark.place.setPosition(block.position() + to, QTextCursor::KeepAnchor);
    }
    return mark;
}

void ConfDialog::showFindings(const QList<ConfFinding> &findings, bool isShortened)
{
    QList<ConfMark> marks;
    marks.reserve(findings.size());
    for (const ConfFinding &finding : findings) {
        marks += markOf(finding);
    }
    m_editor->setMarks(marks);
    fillList();
    const int errors = errorCount();
    const int warnings = static_cast<int>(marks.size()) - errors;
    if (marks.isEmpty()) {
        showSummary(tr("Nothing is wrong with this text."), themedIcon(QStringLiteral("check")));
    } else {
        const QString counts = countsOf(errors, warnings);
        showSummary(isShortened   ? tr("%1, and more that are not listed").arg(counts)
                    : errors == 0 ? tr("%1; ffserver can use it").arg(counts)
                                  : counts,
                    iconOf(errors > 0 ? Severity::Error : Severity::Warning));
    }
    showHere();
}

void ConfDialog::fillList()
{
    m_list->clear();
    for (const ConfMark &mark : m_editor->marks()) {
        auto *item = new QTreeWidgetItem(m_list);
        const bool isError = mark.severity == Severity::Error;
        item->setIcon(Kind, iconOf(mark.severity));
        item->setText(Kind, isError ? tr("Error") : tr("Warning"));
        if (mark.line() >= 0) {
            item->setText(Line, QString::number(mark.line() + 1));
            if (mark.place.hasSelection()) {
                const int begin = mark.place.selectionStart() - mark.place.block().position();
                item->setText(Place, QString::number(begin + 1));
            }
        }
        item->setText(What, mark.text);
        item->setToolTip(What, mark.text);
        for (const int column : {Line, Place}) {
            item->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        }
    }
}

void ConfDialog::showHere()
{
    const QTextCursor cursor = m_editor->textCursor();
    m_position->setText(
        tr("Line %1, column %2").arg(cursor.blockNumber() + 1).arg(cursor.positionInBlock() + 1));
    const int here = m_editor->markHere();
    const auto &marks = m_editor->marks();
    m_here->setText(here < 0 ? QString() : marks.at(here).text);
    m_useSuggestion->setVisible(std::any_of(marks.cbegin(), marks.cend(),
                                            [](const ConfMark &mark) { return !mark.suggestion.isEmpty(); }));
    m_useSuggestion->setEnabled(here >= 0 && !marks.at(here).suggestion.isEmpty() && m_isUsable);
    if (here >= 0 && here < m_list->topLevelItemCount()) {
        m_list->setCurrentItem(m_list->topLevelItem(here));
    } else {
        m_list->setCurrentItem(nullptr);
    }
}

void ConfDialog::showSummary(const QString &text, const QIcon &icon)
{
    m_summary->setText(text);
    m_summaryIcon->setPixmap(icon.isNull() ? QPixmap() : icon.pixmap(QSize(16, 16), devicePixelRatioF()));
    m_summaryIcon->setVisible(!icon.isNull());
}

QIcon ConfDialog::iconOf(Severity severity) const
{
    return confMarkIcon(severity, palette(), devicePixelRatioF());
}

QString ConfDialog::countsOf(int errors, int warnings) const
{
    QStringList parts;
    if (errors > 0) {
        parts += tr("%n error(s)", nullptr, errors);
    }
    if (warnings > 0) {
        parts += tr("%n warning(s)", nullptr, warnings);
    }
    return parts.join(QStringLiteral(", "));
}

int ConfDialog::errorCount() const
{
    const auto &marks = m_editor->marks();
    return static_cast<int>(std::count_if(
        marks.cbegin(), marks.cend(), [](const ConfMark &mark) { return mark.severity == Severity::Error; }));
}

} // namespace aspersor
