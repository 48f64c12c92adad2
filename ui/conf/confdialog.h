// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/confreport.h"
#include "ui/conf/confeditor.h"
#include "ui/conf/conffile.h"

#include <QDialog>
#include <QFileSystemWatcher>
#include <QTimer>
#include <functional>

class QAction;
class QLabel;
class QPushButton;
class QTreeWidget;

namespace aspersor {

class NoticeBar;

/// The operator edits ffserver.conf here: what ffserver says of it is shown while it is typed, and Apply
/// writes it and has the running ffserver take it up.
///
/// GUI thread. What ffserver says comes from outside: checkRequested() is answered by showReport(),
/// reloadRequested() by showAnswer(), both whenever they are there.
class ConfDialog final : public QDialog
{
    Q_OBJECT

public:
    /// `inForce`: ffserver uses this file; otherwise it is only written.
    explicit ConfDialog(const QString &path, bool inForce, QWidget *parent = nullptr);

    [[nodiscard]] const QString &path() const { return m_file.path(); }
    void setInForce(bool on) { m_inForce = on; } ///< the settings name another file, or this one again
    [[nodiscard]] bool hasChanges() const;
    /// Asks about changes that are not applied, closes, and then calls `after`; not when the operator goes
    /// on.
    void closeThen(const std::function<void()> &after);

public slots:
    void showReport(const aspersor::ConfReport &report);
    void showAnswer(const aspersor::ConfAnswer &answer);
    void reject() override; ///< asks about changes that are not applied

signals:
    void checkRequested(int question, const QByteArray &text); ///< the text as it would be written
    void reloadRequested();
    void restartRequested();

protected:
    void showEvent(QShowEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void build();
    QWidget *makeHead();
    QWidget *makeFindings();
    QWidget *makeButtons();
    void addKeys();

    void load();
    void check();
    void checkNow(); ///< the operator asks
    void apply();
    void applyChecked();
    void applyAnyway();
    void revert();
    void edited();
    void lookAtDisk();
    void watchDisk();
    void loadTheirs();
    void keepMine();

    void showFindings(const QList<ConfFinding> &findings, bool isShortened);
    [[nodiscard]] ConfMark markOf(const ConfFinding &finding) const;
    void fillList();
    void showHere(); ///< where the cursor is, and what is said of it
    void showSummary(const QString &text, const QIcon &icon);
    void showDone(const QString &sentence); ///< what went well
    void updateButtons();
    void ask(const QString &title, const QString &question, const QString &yes,
             const std::function<void()> &then);
    [[nodiscard]] QIcon iconOf(ConfFinding::Severity severity) const;
    [[nodiscard]] QString countsOf(int errors, int warnings) const;
    [[nodiscard]] int errorCount() const;

    ConfFile m_file;
    bool m_inForce;
    bool m_isUsable = false;     ///< the file could be read
    bool m_isWaiting = false;    ///< for what ffserver does with it
    bool m_isCurrent = false;    ///< the findings are about the text as it stands
    bool m_appliesLater = false; ///< once they are
    bool m_isAsked = false;      ///< the operator wants to know what the check said
    bool m_diskDiffers = false;  ///< the operator has not said yet what is to hold
    int m_question = 0;          ///< the number of the newest check
    int m_revision = -1;         ///< of the document that the newest check is about
    QFileSystemWatcher m_watcher;
    QTimer m_checkTimer; ///< until the operator pauses
    QTimer m_diskTimer;  ///< until another program has finished

    ConfEditor *m_editor = nullptr;
    QTreeWidget *m_list = nullptr;
    QLabel *m_checker = nullptr;
    QLabel *m_summaryIcon = nullptr;
    QLabel *m_summary = nullptr;
    QLabel *m_position = nullptr;
    QLabel *m_here = nullptr;
    QLabel *m_done = nullptr;
    NoticeBar *m_fileNotice = nullptr;
    NoticeBar *m_answerNotice = nullptr;
    QAction *m_loadTheirs = nullptr;
    QAction *m_keepMine = nullptr;
    QAction *m_restart = nullptr;
    QPushButton *m_useSuggestion = nullptr;
    QPushButton *m_check = nullptr;
    QPushButton *m_revert = nullptr;
    QPushButton *m_apply = nullptr;
};

} // namespace aspersor
