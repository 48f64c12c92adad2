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
#include <QTextBlock>
#include <utility>

namespace aspersor {

namespace {

constexpr int checkAfterMs = 300;
constexpr int diskSettlesMs = 250;

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

} // namespace aspersor
