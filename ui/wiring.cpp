// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/wiring.h"

#include "core/control/controlroom.h"
#include "core/preview/previewplayer.h"
#include "ui/mainwindow.h"
#include "ui/preview/previewpanel.h"

#include <QAction>

namespace aspersor {

namespace {

void addPreview(MainWindow &window, ControlRoom &room)
{
    auto *preview = new PreviewPanel;
    preview->setFactory([&room](const QString &name, PreviewPanel::Source source) {
        return source == PreviewPanel::Source::Feed ? room.previewFeed(name) : room.previewStream(name);
    });
    window.setPreviewWidget(preview, {preview->muteAction(), preview->fullScreenAction(),
                                      preview->feedSourceAction(), preview->viewersSourceAction()});
    QObject::connect(&window, &MainWindow::currentFeedChanged, preview, &PreviewPanel::showFeed);
    QObject::connect(&room, &ControlRoom::feedStateChanged, preview, &PreviewPanel::updateFeed);
}

} // namespace

void connectToRoom(MainWindow &window, ControlRoom &room)
{
    addPreview(window, room);
    window.setStreamUrls([&room](const QString &feed) { return room.streamUrls(feed); });
    window.setStreamsLeftOut([&room] { return room.streamsLeftOut(); });

    const auto tellAddresses = [&window, &room] {
        window.setSettings(room.settings());
        window.setAddresses(room.ingestUrl(), room.viewersUrl());
    };
    QObject::connect(
        &room, &ControlRoom::feedsUpdated, &window, [&window, tellAddresses](const FeedStatsList &feeds) {
            window.updateFeeds(feeds);
            tellAddresses(); // new settings may have opened other ports; costs nothing when they are the same
        });
    QObject::connect(&room, &ControlRoom::logged, &window, &MainWindow::addLog);
    QObject::connect(&room, &ControlRoom::startFailed, &window, &MainWindow::showStartProblem);
    QObject::connect(&room, &ControlRoom::started, &window, [&window, tellAddresses] {
        window.showStartProblem({});
        tellAddresses();
    });
    QObject::connect(&room, &ControlRoom::ffserverChanged, &window,
                     [&window, tellAddresses](const FfserverStatus &status) {
                         window.updateFfserver(status);
                         tellAddresses(); // its port is known once it runs
                     });

    QObject::connect(&window, &MainWindow::kickRequested, &room, &ControlRoom::kick);
    QObject::connect(&window, &MainWindow::banRequested, &room, &ControlRoom::ban);
    QObject::connect(&window, &MainWindow::letBackInRequested, &room, &ControlRoom::letBackIn);
    QObject::connect(&window, &MainWindow::restartFfserverRequested, &room, &ControlRoom::restartFfserver);
    QObject::connect(&window, &MainWindow::ffserverProbeRequested, &room, &ControlRoom::probeFfserver);
    QObject::connect(&room, &ControlRoom::ffserverProbed, &window, &MainWindow::showFfserverVerdict);
    QObject::connect(&window, &MainWindow::confCheckRequested, &room, &ControlRoom::checkConf);
    QObject::connect(&room, &ControlRoom::confChecked, &window, &MainWindow::showConfReport);
    QObject::connect(&window, &MainWindow::ffserverReloadRequested, &room, &ControlRoom::reloadFfserver);
    QObject::connect(&room, &ControlRoom::ffserverReloaded, &window, &MainWindow::showReloadAnswer);
    QObject::connect(&window, &MainWindow::settingsChanged, &room, &ControlRoom::applySettings);

    window.updateFeeds(room.feeds());
    window.updateFfserver(room.ffserver());
}

} // namespace aspersor
