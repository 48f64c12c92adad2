// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/feeds/feedcommands.h"
#include "ui/feeds/feedfilter.h"
#include "ui/feeds/feedmodel.h"
#include "ui/feeds/feedpage.h"
#include "ui/feeds/feedtable.h"
#include "ui/log/logpanel.h"
#include "ui/look/appearance.h"
#include "ui/look/icons.h"
#include "ui/mainwindow.h"
#include "ui/noticebar.h"
#include "ui/statusstrip.h"

#include <QAction>
#include <QActionGroup>
#include <QLineEdit>
#include <QMenu>
#include <QPointer>
#include <QSettings>
#include <QSplitter>

namespace aspersor {

class ConfDialog;
class SettingsDialog;

/// The window's inside: mainwindow_build.cpp puts it together, mainwindow.cpp says how it behaves.
/// Widgets are owned by the window.
struct MainWindow::Parts {
    explicit Parts(MainWindow &owner)
        : window(owner), model(*new FeedModel(&owner)), filter(*new FeedFilter(&owner))
    {
    }

    void build();
    void buildActions();
    void buildMenus();
    void buildToolBar();
    void buildPanels();
    void connectParts();
    void setPreview(QWidget *widget, const QList<QAction *> &actions);
    [[nodiscard]] QWidget *makePlaceholder();

    void saveState();
    void restoreState();
    void showMessage(const QString &sentence);
    void showUndo(const QString &sentence);
    void showAddresses();
    void connectPhone();
    void editSettings();
    void editConf();
    void showConfDialog(const QString &path, QWidget *over);
    void setCurrentFeed(const QString &feed);
    [[nodiscard]] int liveFeeds() const;

    MainWindow &window;
    FeedModel &model;
    FeedFilter &filter;
    std::unique_ptr<QSettings> store; // null: nothing is remembered
    Settings settings;
    QString ingestUrl;
    QString viewersUrl;
    QString currentFeed;
    QString ffserverReason;
    bool ffserverFailed = false;
    bool quitConfirmed = false;

    Appearance appearance;
    FeedTable *table = nullptr;
    FeedPage *page = nullptr;
    FeedCommands *commands = nullptr;
    LogPanel *log = nullptr;
    QWidget *preview = nullptr; // null: the placeholder is shown
    StatusStrip *strip = nullptr;
    NoticeBar *startProblem = nullptr;
    NoticeBar *ffserverProblem = nullptr;
    NoticeBar *undoBar = nullptr;
    QPointer<SettingsDialog> settingsDialog; // null: none is open
    QPointer<ConfDialog> confDialog;         // the same
    QSplitter *sides = nullptr;              // feeds | preview
    QSplitter *floors = nullptr;             // those / log
    QLineEdit *filterField = nullptr;
    QMenu *previewMenu = nullptr;

    QAction *connectPhoneAction = nullptr;
    QAction *openSettings = nullptr;
    QAction *quit = nullptr;
    QAction *undoFromBar = nullptr;
    QAction *findFeed = nullptr;
    QAction *findLog = nullptr;
    QAction *goToFeeds = nullptr;
    QAction *showPreview = nullptr;
    QAction *showLog = nullptr;
    QAction *editConfAction = nullptr;
    QAction *restartFfserver = nullptr;
    QAction *shortcuts = nullptr;
    QAction *about = nullptr;
    QActionGroup *appearanceGroup = nullptr;
};

} // namespace aspersor
