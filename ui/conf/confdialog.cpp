// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/conf/confdialog.h"

#include "ui/look/icons.h"
#include "ui/noticebar.h"

#include <QAction>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QShowEvent>
#include <QSignalBlocker>
#include <QTextBlock>
#include <QTreeWidget>
#include <algorithm>
#include <utility>

namespace aspersor {

using Severity = ConfFinding::Severity;

namespace {

constexpr int checkAfterMs = 300;
constexpr int diskSettlesMs = 250;
enum Column { Kind, Line, Place, What };

} // namespace

ConfDialog::ConfDialog(const QString &path, bool inForce, QWidget *parent)
    : QDialog(parent), m_file(path), m_inForce(inForce)
{
    build();
    m_checkTimer.setSingleShot(true);
    m_checkTimer.setInterval(checkAfterMs);
    m_diskTimer.setSingleShot(true);
    m_diskTimer.setInterval(diskSettlesMs);
    connect(&m_checkTimer, &QTimer::timeout, this, &ConfDialog::check);
    connect(&m_diskTimer, &QTimer::timeout, this, &ConfDialog::lookAtDisk);
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, &m_diskTimer, qOverload<>(&QTimer::start));
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, &m_diskTimer, qOverload<>(&QTimer::start));
    connect(m_editor, &QPlainTextEdit::textChanged, this, &ConfDialog::edited);
    connect(m_editor, &QPlainTextEdit::cursorPositionChanged, this, &ConfDialog::showHere);
    connect(m_editor->document(), &QTextDocument::modificationChanged, this, &ConfDialog::updateButtons);
    load();
}

void ConfDialog::showEvent(QShowEvent *event)
{
    QDialog::showEvent(event);
    if (!event->spontaneous() && m_isUsable) {
        check();
    }
}

void ConfDialog::changeEvent(QEvent *event)
{
    QDialog::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_list) {
        fillList();
    }
}

bool ConfDialog::hasChanges() const
{
    return m_editor->document()->isModified();
}

// The file -----------------------------------------------------------------------------------------------

void ConfDialog::load()
{
    const QString problem = m_file.load();
    m_isUsable = problem.isEmpty();
    m_diskDiffers = false;
    m_editor->setReadOnly(!m_isUsable);
    if (!m_isUsable) {
        m_fileNotice->showText(problem, {});
    } else if (!m_file.exists()) {
        m_fileNotice->showText(
            tr("There is no file %1 yet; Apply makes it.").arg(QFileInfo(m_file.path()).fileName()), {});
    } else {
        m_fileNotice->hide();
    }
    const int before = m_editor->textCursor().blockNumber();
    m_editor->setPlainText(m_file.text());
    m_editor->setTextCursor(QTextCursor(m_editor->document()->findBlockByNumber(before)));
    m_editor->document()->setModified(false);
    watchDisk();
    setWindowTitle(tr("Configuration of ffserver") + QStringLiteral("[*]"));
    updateButtons();
    showHere();
}

/// The folder, too: who saves a file often puts another in its place.
void ConfDialog::watchDisk()
{
    const QStringList wanted{m_file.path(), QFileInfo(m_file.path()).absolutePath()};
    for (const QString &path : wanted) {
        if (QFileInfo::exists(path)) {
            m_watcher.addPath(path);
        }
    }
}

void ConfDialog::lookAtDisk()
{
    watchDisk();
    if (!m_isUsable || !m_file.changedOnDisk()) {
        return;
    }
    if (!hasChanges() && QFileInfo::exists(m_file.path())) {
        loadTheirs();
        return;
    }
    m_diskDiffers = true;
    if (!QFileInfo::exists(m_file.path())) {
        m_fileNotice->showText(tr("The file is no longer there: another program has removed it. Keep this "
                                  "text, and Apply makes the "
                                  "file again."),
                               {m_keepMine});
    } else {
        m_fileNotice->showText(tr("Another program has changed the file, and there are changes here, too."),
                               {m_loadTheirs, m_keepMine});
    }
    updateButtons();
}

void ConfDialog::loadTheirs()
{
    load();
    if (m_isUsable) {
        showDone(tr("The file was changed by another program, and is loaded again."));
        check();
    }
}

/// From now on it is as if the operator had begun with the file as it is now.
void ConfDialog::keepMine()
{
    static_cast<void>(m_file.load());
    m_diskDiffers = false;
    m_fileNotice->hide();
    m_editor->document()->setModified(true);
    updateButtons();
    m_editor->setFocus();
}

void ConfDialog::revert()
{
    ask(tr("Revert"), tr("Drop your changes and go back to what is in the file?"), tr("&Drop the changes"),
        [this] {
            load();
            m_done->clear();
            check();
            m_editor->setFocus();
        });
}

void ConfDialog::apply()
{
    m_diskTimer.stop();
    lookAtDisk();
    if (m_diskDiffers) {
        m_editor->setFocus();
        return;
    }
    m_appliesLater = !m_isCurrent;
    if (m_appliesLater) {
        check();
    } else {
        applyChecked();
    }
}

void ConfDialog::applyChecked()
{
    if (const int errors = errorCount(); errors > 0) {
        ask(tr("Apply"),
            tr("ffserver finds %n error(s) in this text. It will refuse it, and could not be started with "
               "it. Write "
               "it all the same?",
               nullptr, errors),
            tr("&Write it all the same"), [this] { applyAnyway(); });
        return;
    }
    applyAnyway();
}

void ConfDialog::applyAnyway()
{
    m_done->clear();
    m_answerNotice->hide();
    if (const QString problem = m_file.save(m_editor->toPlainText()); !problem.isEmpty()) {
        m_fileNotice->showText(problem, {});
        return;
    }
    m_fileNotice->hide();
    m_editor->document()->setModified(false);
    watchDisk();
    if (!m_inForce) {
        showDone(tr("The file is written. ffserver uses another one, which the settings name."));
        return;
    }
    m_isWaiting = true;
    updateButtons();
    showDone(tr("The file is written; ffserver is reading it…"));
    emit reloadRequested();
}

void ConfDialog::showAnswer(const ConfAnswer &answer)
{
    if (!std::exchange(m_isWaiting, false)) { // somebody else has asked
        return;
    }
    updateButtons();
    m_done->clear();
    using Outcome = ConfAnswer::Outcome;
    switch (answer.outcome) {
    case Outcome::Reloaded:
        showDone(tr("ffserver has taken it up. The file as it was is kept as %1.")
                     .arg(QFileInfo(m_file.backupPath()).fileName()));
        if (answer.restartNeeded) {
            m_answerNotice->showText(tr("HTTPPort, HTTPBindAddress, RTSPPort, RTSPBindAddress, FeedSocket "
                                        "and Workers hold only after a "
                                        "restart of ffserver; viewers have to connect again then."),
                                     {m_restart});
        }
        break;
    case Outcome::Refused: {
        showFindings(answer.findings, false);
        const int errors = errorCount();
        m_answerNotice->showText(
            tr("The file is written, but ffserver has refused it (%1) and goes on with what it "
               "had. Correct it before ffserver is started again.")
                .arg(countsOf(errors, static_cast<int>(answer.findings.size()) - errors)),
            {});
        break;
    }
    case Outcome::Starting:
        showDone(tr("The file is written. ffserver was not running, and is being started with it."));
        break;
    case Outcome::RestartNeeded:
        m_answerNotice->showText(
            tr("The file is written. An original ffserver reads it only when it starts; viewers "
               "have to connect again then."),
            {m_restart});
        break;
    case Outcome::NoAnswer:
        m_answerNotice->showText(
            //: %1 is an English clause such as "ffserver did not answer within 10 s"
            tr("The file is written, but it is not known whether ffserver has taken it up: %1.")
                .arg(answer.reason),
            {m_restart});
        break;
    }
}

void ConfDialog::ask(const QString &title, const QString &question, const QString &yes,
                     const std::function<void()> &then)
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, title, question, QMessageBox::NoButton, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIconPixmap(themedIcon(QStringLiteral("warning")).pixmap(QSize(36, 36), devicePixelRatioF()));
    QPushButton *accept = box->addButton(yes, QMessageBox::AcceptRole);
    box->setDefaultButton(box->addButton(tr("&Go on editing"), QMessageBox::RejectRole));
    box->setEscapeButton(box->defaultButton());
    connect(box, &QMessageBox::buttonClicked, this, [accept, then](QAbstractButton *clicked) {
        if (clicked == accept) {
            then();
        }
    });
    box->open();
}

void ConfDialog::closeThen(const std::function<void()> &after)
{
    const auto leave = [this, after] {
        m_editor->document()->setModified(false);
        QDialog::reject();
        if (after) {
            after();
        }
    };
    if (!hasChanges()) {
        leave();
        return;
    }
    show();
    raise();
    activateWindow();
    ask(tr("Close"), tr("Your changes to the configuration are not applied. Drop them?"),
        tr("&Drop the changes"), leave);
}

void ConfDialog::reject()
{
    closeThen({});
}

// What ffserver says -------------------------------------------------------------------------------------

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
        for (const int column : {Kind, Line, Place, What}) {
            item->setTextAlignment(column, column == Line || column == Place ? Qt::AlignRight | Qt::AlignTop
                                                                             : Qt::AlignLeft | Qt::AlignTop);
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

void ConfDialog::showDone(const QString &sentence)
{
    m_done->setText(sentence);
}

void ConfDialog::updateButtons()
{
    const bool changed = hasChanges();
    setWindowModified(changed);
    m_apply->setEnabled(m_isUsable && !m_isWaiting && (changed || !m_file.exists()));
    m_revert->setEnabled(m_isUsable && !m_isWaiting && changed && m_file.exists());
    m_check->setEnabled(m_isUsable);
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
