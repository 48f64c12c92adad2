// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/aboutdialog.h"
#include "ui/dialogs/settingsdialog.h"
#include "ui/look/colors.h"
#include "ui/mainwindow_p.h"

#include <QLabel>
#include <QMenuBar>
#include <QMetaEnum>
#include <QShortcut>
#include <QStatusBar>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace aspersor {

void MainWindow::Parts::build()
{
    filter.setSourceModel(&model);
    table = new FeedTable(filter, &window);
    commands = new FeedCommands(*table, model, &window);
    buildActions();
    buildPanels();
    buildMenus();
    buildToolBar();
    connectParts();
}

void MainWindow::Parts::buildActions()
{
    const auto make = [this](const char *icon, const QString &text, const QString &tip,
                             const QKeySequence &keys) {
        auto *action = new QAction(text, &window);
        if (*icon != '\0') {
            action->setIcon(themedIcon(QLatin1String(icon)));
        }
        action->setToolTip(keys.isEmpty()
                               ? tip
                               : QStringLiteral("%1 (%2)").arg(tip, keys.toString(QKeySequence::NativeText)));
        action->setShortcut(keys);
        return action;
    };
    const auto keys = [](const auto &combination) { return QKeySequence(combination); };
    connectPhoneAction = make("phone-add", tr("&Connect a phone…"), tr("Show what to type into a phone"),
                              keys(Qt::CTRL | Qt::Key_N));
    openSettings = make("settings", tr("&Settings…"), tr("Ports, publish key, limits, language"),
                        keys(Qt::CTRL | Qt::Key_Comma));
    quit = make("quit", tr("&Quit"), tr("End Aspersor and every feed"), keys(Qt::CTRL | Qt::Key_Q));
    undoFromBar = make("undo", tr("&Let back in"), tr("Let the phone publish again"), {});
    findFeed = make("search", tr("&Find a feed"), tr("Go to the filter of the feeds"), QKeySequence::Find);
    findLog = make("search", tr("Find in the lo&g"), tr("Go to the filter of the log"),
                   keys(Qt::CTRL | Qt::SHIFT | Qt::Key_F));
    goToFeeds =
        make("", tr("Go to the f&eeds"), tr("Go to the table of the feeds"), keys(Qt::CTRL | Qt::Key_1));
    showPreview = make("", tr("Show the &preview"), tr("Show or hide the preview"), keys(Qt::Key_F9));
    showLog = make("", tr("Show the &log"), tr("Show or hide the log"), keys(Qt::Key_F8));
    for (QAction *action : {showPreview, showLog}) {
        action->setCheckable(true);
        action->setChecked(true);
    }
    editConfAction = make("edit", tr("&Edit configuration…"),
                          tr("Change in which formats viewers get the feeds, while ffserver runs"),
                          keys(Qt::CTRL | Qt::Key_E));
    restartFfserver =
        make("restart", tr("&Restart ffserver"), tr("End ffserver and start it anew; phones stay connected"),
             keys(Qt::CTRL | Qt::SHIFT | Qt::Key_R));
    shortcuts =
        make("keyboard", tr("&Keyboard shortcuts"), tr("Every key that does something"), keys(Qt::Key_F1));
    about = make("about", tr("&About Aspersor"), tr("Version and licence"), {});
    quit->setMenuRole(QAction::QuitRole);
    openSettings->setMenuRole(QAction::PreferencesRole);
    about->setMenuRole(QAction::AboutRole);

    appearanceGroup = new QActionGroup(&window);
    const auto addMode = [this](const QString &text, Appearance::Mode mode) {
        auto *action = new QAction(text, appearanceGroup);
        action->setCheckable(true);
        action->setChecked(mode == appearance.mode());
        action->setData(QString::fromLatin1(QMetaEnum::fromType<Appearance::Mode>().valueToKey(int(mode))));
        QObject::connect(action, &QAction::triggered, &window, [this, mode] { appearance.setMode(mode); });
    };
    addMode(tr("As the &system"), Appearance::Mode::System);
    addMode(tr("&Light"), Appearance::Mode::Light);
    addMode(tr("&Dark"), Appearance::Mode::Dark);
}

void MainWindow::Parts::buildMenus()
{
    QMenuBar *bar = window.menuBar();
    QMenu *file = bar->addMenu(tr("&Aspersor"));
    file->addActions({connectPhoneAction, openSettings});
    file->addSeparator();
    file->addAction(quit);

    QMenu *feed = bar->addMenu(tr("&Feed"));
    feed->addActions({commands->kick, commands->ban, commands->letBackIn, commands->undoKick});
    feed->addSeparator();
    feed->addAction(commands->copyAddress);
    feed->addMenu(commands->copyMenu);
    feed->addSeparator();
    feed->addAction(commands->openInPlayer);
    feed->addMenu(commands->openMenu);
    feed->addSeparator();
    feed->addAction(findFeed);

    QMenu *view = bar->addMenu(tr("&View"));
    view->addActions({showPreview, showLog});
    previewMenu = view->addMenu(tr("P&review"));
    previewMenu->menuAction()->setVisible(false);
    view->addSeparator();
    view->addMenu(tr("&Columns"))->addActions(table->columnActions());
    view->addMenu(tr("&Appearance"))->addActions(appearanceGroup->actions());
    view->addSeparator();
    view->addAction(goToFeeds);

    QMenu *logMenu = bar->addMenu(tr("&Log"));
    logMenu->addActions(log->logActions());
    logMenu->addSeparator();
    logMenu->addAction(findLog);

    QMenu *server = bar->addMenu(tr("&Server"));
    server->addActions({editConfAction, restartFfserver});

    QMenu *help = bar->addMenu(tr("&Help"));
    help->addActions({shortcuts, about});
}

void MainWindow::Parts::buildToolBar()
{
    auto *bar = window.addToolBar(tr("Tools"));
    bar->setObjectName(QStringLiteral("tools"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->setIconSize({20, 20});
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connectPhoneAction->setIconText(tr("Connect a phone"));
    bar->addAction(connectPhoneAction);
    bar->addSeparator();
    bar->addActions({commands->kick, commands->ban, commands->letBackIn});
    bar->addSeparator();
    bar->addActions({commands->copyAddress, commands->openInPlayer});
    const std::pair<QAction *, QMenu *> withMenus[] = {{commands->copyAddress, commands->copyMenu},
                                                       {commands->openInPlayer, commands->openMenu}};
    for (const auto &[action, menu] : withMenus) {
        auto *button = qobject_cast<QToolButton *>(bar->widgetForAction(action));
        button->setToolButtonStyle(Qt::ToolButtonIconOnly);
        button->setMenu(menu);
        button->setPopupMode(QToolButton::MenuButtonPopup);
    }
    const auto buttons = bar->findChildren<QToolButton *>();
    for (QToolButton *button : buttons) {
        button->setFocusPolicy(Qt::TabFocus);
        if (button->defaultAction()) {
            button->setAccessibleName(button->defaultAction()->toolTip());
        }
    }

    auto *space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    filterField = new QLineEdit;
    filterField->setPlaceholderText(tr("Filter the feeds"));
    filterField->setAccessibleName(tr("Filter the feeds"));
    filterField->setToolTip(tr("Show feeds with these words in name, state, source, video or audio (%1)")
                                .arg(findFeed->shortcut().toString(QKeySequence::NativeText)));
    filterField->setClearButtonEnabled(true);
    filterField->setFixedWidth(240);
    filterField->addAction(themedIcon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    bar->addWidget(filterField);
    auto *end = new QWidget;
    end->setFixedWidth(4);
    bar->addWidget(end);
}

QWidget *MainWindow::Parts::makePlaceholder()
{
    auto *label = new QLabel(tr("Select a feed to see and hear it here."));
    label->setAlignment(Qt::AlignCenter);
    label->setWordWrap(true);
    label->setAutoFillBackground(true);
    label->setBackgroundRole(QPalette::Base);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setMinimumWidth(280);
    return label;
}

void MainWindow::Parts::buildPanels()
{
    auto *feeds = new QWidget;
    auto *column = new QVBoxLayout(feeds);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    startProblem = new NoticeBar(NoticeBar::Kind::Problem, feeds);
    ffserverProblem = new NoticeBar(NoticeBar::Kind::Problem, feeds);
    page = new FeedPage(table, connectPhoneAction);
    column->addWidget(startProblem);
    column->addWidget(ffserverProblem);
    column->addWidget(page, 1);
    undoBar = new NoticeBar(NoticeBar::Kind::Chance, page);

    sides = new QSplitter(Qt::Horizontal);
    sides->setChildrenCollapsible(false);
    sides->addWidget(feeds);
    sides->addWidget(makePlaceholder());
    sides->setStretchFactor(0, 3);
    sides->setStretchFactor(1, 2);
    sides->setSizes({1064, 376});

    log = new LogPanel;
    floors = new QSplitter(Qt::Vertical);
    floors->setChildrenCollapsible(false);
    floors->addWidget(sides);
    floors->addWidget(log);
    floors->setStretchFactor(0, 1);
    floors->setStretchFactor(1, 0);
    floors->setSizes({560, 190});
    window.setCentralWidget(floors);

    strip = new StatusStrip;
    window.statusBar()->setSizeGripEnabled(false);
    window.statusBar()->addWidget(strip, 1);
}

void MainWindow::Parts::setPreview(QWidget *widget, const QList<QAction *> &actions)
{
    preview = widget;
    const QByteArray sizes = sides->saveState(); // sizes() knows nothing before the window is shown
    delete sides->replaceWidget(1, widget);
    sides->setStretchFactor(1, 2);
    sides->restoreState(sizes);
    widget->setVisible(showPreview->isChecked());
    previewMenu->addActions(actions);
    previewMenu->menuAction()->setVisible(!actions.isEmpty());
}

void MainWindow::Parts::connectParts()
{
    MainWindow *w = &window;
    QObject::connect(connectPhoneAction, &QAction::triggered, w, [this] { connectPhone(); });
    QObject::connect(openSettings, &QAction::triggered, w, [this] { editSettings(); });
    QObject::connect(quit, &QAction::triggered, w, &QWidget::close);
    QObject::connect(about, &QAction::triggered, w, [w] { showAbout(w); });
    QObject::connect(shortcuts, &QAction::triggered, w,
                     [w] { showShortcuts(w->findChildren<QAction *>(), w); });
    QObject::connect(editConfAction, &QAction::triggered, w, [this] { editConf(); });
    QObject::connect(restartFfserver, &QAction::triggered, w, &MainWindow::restartFfserverRequested);
    QObject::connect(showPreview, &QAction::toggled, w,
                     [this](bool on) { sides->widget(1)->setVisible(on); });
    QObject::connect(showLog, &QAction::toggled, log, &QWidget::setVisible);
    QObject::connect(findLog, &QAction::triggered, w, [this] {
        showLog->setChecked(true);
        log->focusFilter();
    });
    QObject::connect(goToFeeds, &QAction::triggered, table,
                     [this] { table->setFocus(Qt::ShortcutFocusReason); });
    QObject::connect(findFeed, &QAction::triggered, filterField, [this] {
        filterField->setFocus(Qt::ShortcutFocusReason);
        filterField->selectAll();
    });
    QObject::connect(filterField, &QLineEdit::textChanged, &filter, &FeedFilter::setText);
    QObject::connect(filterField, &QLineEdit::returnPressed, table, [this] { table->setFocus(); });
    auto *leaveFilter = new QShortcut(Qt::Key_Escape, filterField, nullptr, nullptr, Qt::WidgetShortcut);
    QObject::connect(leaveFilter, &QShortcut::activated, filterField, [this] {
        filterField->clear();
        table->setFocus();
    });

    QObject::connect(table, &FeedTable::currentFeedChanged, w,
                     [this](const QString &feed) { setCurrentFeed(feed); });
    QObject::connect(table, &FeedTable::menuRequested, w, [this](const QPoint &at) {
        auto *menu = new QMenu(&window);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->addActions({commands->kick, commands->ban, commands->letBackIn});
        menu->addSeparator();
        menu->addAction(commands->copyAddress);
        menu->addMenu(commands->copyMenu);
        menu->addSeparator();
        menu->addAction(commands->openInPlayer);
        menu->addMenu(commands->openMenu);
        menu->popup(at);
    });

    QObject::connect(commands, &FeedCommands::kickRequested, w, &MainWindow::kickRequested);
    QObject::connect(commands, &FeedCommands::banRequested, w, &MainWindow::banRequested);
    QObject::connect(commands, &FeedCommands::letBackInRequested, w, &MainWindow::letBackInRequested);
    QObject::connect(commands, &FeedCommands::said, w, [this](const QString &text) { showMessage(text); });
    QObject::connect(commands, &FeedCommands::kicked, w, [this](const QString &text) { showUndo(text); });
    QObject::connect(undoFromBar, &QAction::triggered, commands->undoKick, &QAction::trigger);
    QObject::connect(commands->undoKick, &QAction::triggered, undoBar, &QWidget::hide);
    QObject::connect(undoBar, &NoticeBar::dismissed, commands, &FeedCommands::forgetKick);
    QObject::connect(strip, &StatusStrip::copied, w,
                     [this](const QString &text) { showMessage(tr("Copied: %1").arg(text)); });
}

} // namespace aspersor
