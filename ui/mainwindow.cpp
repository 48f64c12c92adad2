// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/mainwindow.h"

#include "core/settings/settingsstore.h"
#include "ui/addresses.h"
#include "ui/conf/confdialog.h"
#include "ui/dialogs/aboutdialog.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/settingsdialog.h"
#include "ui/mainwindow_p.h"

#include <QActionGroup>
#include <QCheckBox>
#include <QCloseEvent>
#include <QGuiApplication>
#include <QMessageBox>
#include <QPushButton>
#include <QScreen>
#include <QStatusBar>

namespace aspersor {

namespace {

constexpr int undoSeconds = 10;
constexpr int messageMs = 4000;

QStringList rememberedProperties()
{
    return {QStringLiteral("volume"), QStringLiteral("muted"), QStringLiteral("source")};
}

} // namespace

MainWindow::MainWindow(const Settings &settings, const QString &stateFile, QWidget *parent)
    : QMainWindow(parent), m_parts(std::make_unique<Parts>(*this))
{
    m_parts->settings = settings;
    if (!stateFile.isEmpty()) {
        m_parts->store = std::make_unique<QSettings>(stateFile, QSettings::IniFormat);
    }
    m_parts->build();
    setWindowTitle(QStringLiteral("Aspersor"));
    setWindowIcon(programIcon());
    resize(QSize(1440, 860).boundedTo(screen()->availableSize() - QSize(20, 60)));
    m_parts->restoreState();
}

MainWindow::~MainWindow()
{
    m_parts->saveState();
    // While the parts are there, for what these tell when they go.
    delete m_parts->confDialog;
    delete m_parts->commands;
    delete takeCentralWidget();
}

void MainWindow::setPreviewWidget(QWidget *preview, const QList<QAction *> &actions)
{
    m_parts->setPreview(preview, actions);
    if (m_parts->store) {
        for (const QString &name : rememberedProperties()) {
            const QVariant value = m_parts->store->value(QStringLiteral("preview/") + name);
            if (value.isValid() && preview->property(name.toLatin1().constData()).isValid()) {
                preview->setProperty(name.toLatin1().constData(), value);
            }
        }
    }
}

void MainWindow::setStreamUrls(StreamUrls streamUrls)
{
    m_parts->commands->setStreamUrls(std::move(streamUrls));
}

void MainWindow::setStreamsLeftOut(StreamsLeftOut streamsLeftOut)
{
    m_parts->commands->setStreamsLeftOut(std::move(streamsLeftOut));
}

void MainWindow::showFfserverVerdict(const FfserverVerdict &verdict)
{
    if (m_parts->settingsDialog) {
        m_parts->settingsDialog->showVerdict(verdict);
    }
}

void MainWindow::showConfReport(const ConfReport &report)
{
    if (m_parts->confDialog) {
        m_parts->confDialog->showReport(report);
    }
}

void MainWindow::showReloadAnswer(const ConfAnswer &answer)
{
    if (m_parts->confDialog) {
        m_parts->confDialog->showAnswer(answer);
    }
}

QString MainWindow::currentFeed() const
{
    return m_parts->currentFeed;
}

void MainWindow::updateFeeds(const FeedStatsList &feeds)
{
    const bool wasEmpty = m_parts->model.rowCount() == 0;
    m_parts->model.update(feeds, FeedModel::TimePoint::clock::now());
    if (wasEmpty && m_parts->filter.rowCount() > 0) {
        m_parts->table->selectOnly(0); // so that the first phone is seen and heard at once
    }
    m_parts->page->setEmpty(feeds.isEmpty());
    m_parts->strip->setFeeds(feeds);
}

void MainWindow::updateFfserver(const FfserverStatus &status)
{
    m_parts->strip->setFfserver(status);
    const bool failed = status.state == FfserverStatus::State::Failed;
    if (failed == m_parts->ffserverFailed && status.reason == m_parts->ffserverReason) {
        return;
    }
    m_parts->ffserverFailed = failed;
    m_parts->ffserverReason = status.reason;
    if (failed) {
        m_parts->ffserverProblem->showText(
            //: %1 is an English clause such as "port 8090 is taken"
            tr("Viewers see nothing, because ffserver cannot run: %1.").arg(status.reason),
            {m_parts->restartFfserver, m_parts->openSettings});
    } else {
        m_parts->ffserverProblem->hide();
    }
}

void MainWindow::addLog(const LogEntry &entry)
{
    m_parts->log->add(entry);
}

void MainWindow::setAddresses(const QString &ingestUrl, const QString &viewersUrl)
{
    if (ingestUrl == m_parts->ingestUrl && viewersUrl == m_parts->viewersUrl) {
        return;
    }
    m_parts->ingestUrl = ingestUrl;
    m_parts->viewersUrl = viewersUrl;
    m_parts->showAddresses();
}

void MainWindow::Parts::showAddresses()
{
    const QString viewersHost = addresses::reachableHosts(settings.http).constFirst();
    const QString ingest =
        addresses::withHost(ingestUrl, addresses::reachableHosts(settings.ingest).constFirst());
    strip->setAddresses(ingest, addresses::withHost(viewersUrl, viewersHost));
    page->setAddress(ingest);
    commands->setPublicHost(viewersHost);
}

void MainWindow::setSettings(const Settings &settings)
{
    if (settings != m_parts->settings) {
        m_parts->settings = settings;
        if (m_parts->confDialog) {
            m_parts->confDialog->setInForce(m_parts->confDialog->path() == confFile(settings));
        }
        m_parts->showAddresses();
    }
}

void MainWindow::showStartProblem(const QString &reason)
{
    if (reason.isEmpty()) {
        m_parts->startProblem->hide();
    } else {
        m_parts->startProblem->showText(reason, {m_parts->openSettings});
    }
}

void MainWindow::Parts::showMessage(const QString &sentence)
{
    window.statusBar()->showMessage(sentence, messageMs);
}

void MainWindow::Parts::showUndo(const QString &sentence)
{
    undoBar->showText(sentence, {undoFromBar}, undoSeconds);
}

void MainWindow::Parts::connectPhone()
{
    QStringList taken;
    for (int row = 0; row < model.rowCount(); ++row) {
        taken << model.feed(row).name;
    }
    auto *dialog = new ConnectDialog(
        {.ingestUrl = ingestUrl.isEmpty() ? QStringLiteral("http://127.0.0.1:%1").arg(settings.ingest.port)
                                          : ingestUrl,
         .hosts = addresses::reachableHosts(settings.ingest),
         .feedName = addresses::freeFeedName(taken),
         .key = settings.open ? QString() : settings.publishKey},
        &window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::Parts::editSettings()
{
    auto *dialog = new SettingsDialog(settings, &window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    settingsDialog = dialog;
    QObject::connect(dialog, &SettingsDialog::probeRequested, &window, &MainWindow::ffserverProbeRequested);
    dialog->setConfEditable(!confDialog);
    QObject::connect(dialog, &SettingsDialog::editConfRequested, &window,
                     [this, dialog](const QString &path) {
                         Settings shown = settings;
                         shown.confFile = path;
                         showConfDialog(confFile(shown), dialog);
                     });
    QObject::connect(dialog, &QDialog::accepted, &window, [this, dialog] {
        if (const Settings changed = dialog->settings(); changed != settings) {
            window.setSettings(changed);
            emit window.settingsChanged(changed);
        }
    });
    dialog->open();
}

/// Beside the window, which goes on: phones may have to be kicked meanwhile.
void MainWindow::Parts::editConf()
{
    if (confDialog) {
        confDialog->show();
        confDialog->raise();
        confDialog->activateWindow();
    } else {
        showConfDialog(confFile(settings), &window);
    }
}

void MainWindow::Parts::showConfDialog(const QString &path, QWidget *over)
{
    auto *dialog = new ConfDialog(path, path == confFile(settings), over);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    confDialog = dialog;
    QObject::connect(dialog, &ConfDialog::checkRequested, &window, &MainWindow::confCheckRequested);
    QObject::connect(dialog, &ConfDialog::reloadRequested, &window, &MainWindow::ffserverReloadRequested);
    QObject::connect(dialog, &ConfDialog::restartRequested, &window, &MainWindow::restartFfserverRequested);
    const QString key = QStringLiteral("window/configuration");
    if (store) {
        dialog->restoreGeometry(store->value(key).toByteArray());
        QObject::connect(dialog, &QDialog::finished, &window,
                         [this, dialog, key] { store->setValue(key, dialog->saveGeometry()); });
    }
    if (over == &window) {
        dialog->show();
    } else {
        dialog->open(); // over another dialog, which waits
    }
}

void MainWindow::Parts::setCurrentFeed(const QString &feed)
{
    if (feed != currentFeed) {
        currentFeed = feed;
        log->setCurrentFeed(feed);
        emit window.currentFeedChanged(feed);
    }
}

int MainWindow::Parts::liveFeeds() const
{
    int live = 0;
    for (int row = 0; row < model.rowCount(); ++row) {
        live += model.feed(row).state == FeedState::Live ? 1 : 0;
    }
    return live;
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (m_parts->confDialog && m_parts->confDialog->hasChanges() && !qGuiApp->isSavingSession()) {
        event->ignore();
        m_parts->confDialog->closeThen([this] { close(); });
        return;
    }
    const int live = m_parts->liveFeeds();
    if (live > 0 && !m_parts->quitConfirmed && !qGuiApp->isSavingSession()) {
        event->ignore();
        auto *box = new QMessageBox(this);
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->setIconPixmap(m_parts->quit->icon().pixmap(QSize(36, 36), devicePixelRatioF()));
        box->setWindowTitle(tr("Quit Aspersor"));
        box->setText(
            QStringLiteral("<b>%1</b>").arg(tr("%n feed(s) are live. Quit all the same?", nullptr, live)));
        box->setInformativeText(tr("Every phone is disconnected and every viewer loses the picture."));
        QPushButton *yes = box->addButton(tr("&Quit"), QMessageBox::AcceptRole);
        box->setDefaultButton(box->addButton(QMessageBox::Cancel));
        connect(box, &QMessageBox::buttonClicked, this, [this, yes](QAbstractButton *clicked) {
            if (clicked == yes) {
                m_parts->quitConfirmed = true;
                close();
            }
        });
        box->open();
        return;
    }
    m_parts->saveState();
    QMainWindow::closeEvent(event);
}

void MainWindow::Parts::saveState()
{
    if (!store) {
        return;
    }
    store->setValue(QStringLiteral("window/geometry"), window.saveGeometry());
    store->setValue(QStringLiteral("window/sides"), sides->saveState());
    store->setValue(QStringLiteral("window/floors"), floors->saveState());
    store->setValue(QStringLiteral("window/preview"), showPreview->isChecked());
    store->setValue(QStringLiteral("window/log"), showLog->isChecked());
    store->setValue(QStringLiteral("window/appearance"), QVariant::fromValue(appearance.mode()).toString());
    store->setValue(QStringLiteral("feeds/columns"), table->saveColumns());
    store->setValue(QStringLiteral("feeds/filter"), filterField->text());
    log->saveState(*store);
    if (preview) {
        for (const QString &name : rememberedProperties()) {
            if (const QVariant value = preview->property(name.toLatin1().constData()); value.isValid()) {
                store->setValue(QStringLiteral("preview/") + name, value);
            }
        }
    }
    store->sync();
}

void MainWindow::Parts::restoreState()
{
    if (!store) {
        return;
    }
    const auto bytes = [this](const char *key) { return store->value(QLatin1String(key)).toByteArray(); };
    window.restoreGeometry(bytes("window/geometry"));
    sides->restoreState(bytes("window/sides"));
    floors->restoreState(bytes("window/floors"));
    showPreview->setChecked(store->value(QStringLiteral("window/preview"), true).toBool());
    showLog->setChecked(store->value(QStringLiteral("window/log"), true).toBool());
    const QString mode = store->value(QStringLiteral("window/appearance")).toString();
    const auto modes = appearanceGroup->actions();
    for (QAction *action : modes) {
        if (mode == action->data().toString()) {
            action->trigger();
        }
    }
    table->restoreColumns(bytes("feeds/columns"));
    filterField->setText(store->value(QStringLiteral("feeds/filter")).toString());
    log->restoreState(*store);
}

} // namespace aspersor
