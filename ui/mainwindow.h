// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"
#include "core/ffserver/confreport.h"
#include "core/ffserver/ffserverkind.h"
#include "core/ffserver/ffserverstatus.h"
#include "core/log/logentry.h"
#include "core/settings/settings.h"

#include <QMainWindow>
#include <QStringList>
#include <functional>
#include <memory>

namespace aspersor {

/// The operator's window: every feed in a table, its preview, the log, and what can be done about them.
///
/// Lives in the GUI thread. It holds no truth: values come in by the slots, what the operator wants leaves by
/// the signals. It knows neither ControlRoom nor PreviewPanel; connectToRoom() in ui/wiring.h joins it to the
/// room. A program does this:
///
///     QApplication app(argc, argv);
///     installLanguage(settings.language); // ui/language.h, before any widget
///     ControlRoom room(settings);
///     MainWindow window(settings, configDir + "/window.ini");
///     connectToRoom(window, room); // ui/wiring.h; makes the preview panel, too
///     window.show();
///     room.start();
///     return app.exec();
///
/// Closing the window asks first while a phone is live. A program that must end at once (SIGTERM) calls
/// QCoreApplication::exit(), not quit(): quit() would ask, too.
class MainWindow final : public QMainWindow
{
    Q_OBJECT

public:
    using StreamUrls = std::function<QStringList(const QString &feed)>;
    using StreamsLeftOut = std::function<QList<std::pair<QString, QString>>()>;

    /// `stateFile`: the INI file for geometry, columns and filters; empty: nothing is remembered.
    explicit MainWindow(const Settings &settings, const QString &stateFile = {}, QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Replaces the placeholder on the right; the window takes ownership. `actions` go into the View menu.
    /// The properties "volume", "muted" and "source", where it has them, are remembered.
    void setPreviewWidget(QWidget *preview, const QList<QAction *> &actions = {});
    /// Tells under which addresses viewers open a feed; asked when they are to be shown, copied or opened.
    void setStreamUrls(StreamUrls streamUrls);
    /// Tells which streams of ffserver.conf the ffserver in force cannot serve, with an English clause why.
    void setStreamsLeftOut(StreamsLeftOut streamsLeftOut);

    [[nodiscard]] QString currentFeed() const; ///< the feed whose preview is shown; empty: none

public slots:
    void updateFeeds(const aspersor::FeedStatsList &feeds); ///< whole snapshot, at most 4 times a second
    void updateFfserver(const aspersor::FfserverStatus &status);
    void addLog(const aspersor::LogEntry &entry); ///< shown in batches, ten times a second
    void setAddresses(const QString &ingestUrl, const QString &viewersUrl); ///< with the ports really taken
    void setSettings(const aspersor::Settings &settings);                   ///< what is in force now
    void showFfserverVerdict(const aspersor::FfserverVerdict &verdict);     ///< for who asked for the probe
    void showConfReport(const aspersor::ConfReport &report);                ///< for who asked for the check
    void showReloadAnswer(const aspersor::ConfAnswer &answer);              ///< the same for the reload
    /// A bar with the sentence above the feeds until the next call; empty: no bar.
    void showStartProblem(const QString &reason);

signals:
    void kickRequested(const QString &feed);
    void banRequested(const QString &feed, int seconds);
    void letBackInRequested(const QString &feed);
    void restartFfserverRequested();
    void ffserverProbeRequested(const QString &program);           ///< showFfserverVerdict() is expected
    void settingsChanged(const aspersor::Settings &settings);      ///< the operator pressed Save; validated
    void confCheckRequested(int question, const QByteArray &text); ///< showConfReport() is expected
    void ffserverReloadRequested();                                ///< showReloadAnswer() is expected
    void currentFeedChanged(const QString &feed); ///< for the preview; empty: nothing to show

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace aspersor
