// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/ffserverevent.h"
#include "core/ffserver/ffserverprobe.h"
#include "core/ffserver/ffserverstatus.h"
#include "core/ffserver/linebuffer.h"
#include "core/ffserver/restartbackoff.h"
#include "core/log/logentry.h"
#include "core/settings/settings.h"

#include <QElapsedTimer>
#include <QList>
#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTimer>
#include <chrono>
#include <memory>
#include <optional>

namespace aspersor {

class OriginalServer;

/// Keeps the one ffserver alive: starts it, reads its events, restarts it when it dies, says why when it
/// cannot run. Which ffserver it is, ours or an original, it asks the program itself.
///
/// Lives in the main thread, which it never blocks (the destructor: at most about 1.1 s). The child cannot
/// outlive this process: its standard input closes, and the kernel sends it SIGTERM.
class FfserverProcess final : public QObject
{
    Q_OBJECT

public:
    struct Timing {
        std::chrono::milliseconds ready{10'000};   ///< for the ready line
        std::chrono::milliseconds retry{10'000};   ///< between tries while it cannot be started
        std::chrono::milliseconds goodRun{30'000}; ///< after which a death counts as the first
        std::chrono::milliseconds reload{10'000};  ///< for the answer to it
        std::chrono::milliseconds quit{1000}; ///< from asking politely to SIGTERM; half of it on to SIGKILL
    };
    struct Options {
        QString program;       ///< empty: found by findFfserver()
        QString confFile;      ///< absolute
        bool makeConf = false; ///< write the default when confFile is missing
        ListenAddress http;    ///< for viewers; a free port (0) is kept over restarts
        QString feedSocket;    ///< at most 107 bytes
        int places = 16;       ///< for feeds, of an original whose configuration names none
        Timing timing;
    };

    explicit FfserverProcess(const Options &options, QObject *parent = nullptr);
    ~FfserverProcess() override; ///< asks ffserver to end and makes sure of it

    [[nodiscard]] const FfserverStatus &status() const { return m_status; }
    [[nodiscard]] const QList<StreamTemplate> &streams() const
    {
        return m_streams;
    } ///< of the last ready line
    [[nodiscard]] const Options &options() const { return m_options; }
    /// While an original is run, what is particular to it; otherwise null.
    [[nodiscard]] const OriginalServer *original() const { return m_original.get(); }

public slots:
    void start();   ///< nothing when it is on already
    void stop();    ///< returns at once; the state becomes Stopped later
    void restart(); ///< at once, without back-off
    /// Has it read its configuration again; one that does not run is started. reloadAnswered() follows.
    void reload();
    /// For the next start.
    void setOptions(const aspersor::FfserverProcess::Options &options);

    void endFeed(const QString &name); ///< its viewers get a clean end; nothing while ffserver is down
    void dropViewer(qint64 id);

signals:
    void stateChanged(const aspersor::FfserverStatus &status); ///< at every change of the value
    void reloadAnswered(const aspersor::ConfAnswer &answer);
    void logLine(aspersor::LogLevel level, const QString &text);

private:
    void launch();
    void launchAs(const FfserverVerdict &verdict);
    [[nodiscard]] Result<QStringList> argumentsForOurs();
    [[nodiscard]] Result<QStringList> argumentsForOriginal();
    void run(const QString &program, const QStringList &arguments);
    void nowReady(const QString &httpUrl);
    void launchFailed(const QString &reason);
    void onExit();
    void onOutput();
    void onEvents(const QList<QByteArray> &lines);
    void onLogLines();
    void sayLine(const QByteArray &line);
    void onEvent(const FfserverReady &ready);
    void onEvent(const FfserverFeedChange &change);
    void onEvent(const FfserverStats &stats);
    void onEvent(const FfserverViewer &viewer);
    void onEvent(const FfserverTrouble &trouble);
    void onEvent(const FfserverReloaded &reloaded);
    void onEvent(const FfserverRefused &refused);
    void onEvent(const FfserverOther &other);
    void answerReload(const ConfAnswer &answer);
    void onStopTimer();
    void send(const QByteArray &line);
    void askToQuit();
    [[nodiscard]] QString exitReason() const;
    void setStatus(FfserverStatus::State state, const QString &reason = {}, qint64 pid = 0);

    Options m_options;
    FfserverStatus m_status;
    QList<StreamTemplate> m_streams;
    FfserverProbe m_probe;
    std::unique_ptr<OriginalServer> m_original; ///< null: ours
    QProcess *m_process = nullptr;              ///< child of this; null while none runs
    LineBuffer m_events;
    LineBuffer m_logLines;
    RestartBackoff m_backoff;
    QElapsedTimer m_runningFor;
    QTimer m_readyTimer;
    QTimer m_launchTimer;
    QTimer m_stopTimer;
    QTimer m_reloadTimer;                ///< runs while an answer is expected
    QString m_trouble;                   ///< what this ffserver last said was wrong
    QString m_lastLogLine;               ///< of this ffserver
    std::optional<quint16> m_chosenPort; ///< where the last one listened, when any port would do
    bool m_ready = false;                ///< this ffserver has said that it is
    bool m_wanted = false;               ///< it should run
    bool m_terminated = false;           ///< SIGTERM has been sent while stopping
};

} // namespace aspersor
