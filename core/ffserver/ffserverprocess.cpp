// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/ffserverprocess.h"

#include "core/ffserver/childprocess.h"
#include "core/ffserver/ffserverfiles.h"
#include "core/ffserver/originalserver.h"
#include "core/settings/listenaddress.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace aspersor {

using State = FfserverStatus::State;

namespace {

constexpr qsizetype longestEvent = 1'048'576; // a status of 10 000 feeds' streams
constexpr qsizetype longestLogLine = 4096;
constexpr qint64 mostUnsent = 65'536; // commands that a stuck ffserver does not read

void removeStaleSocket(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    struct stat info = {};
    if (::lstat(name.constData(), &info) == 0 && S_ISSOCK(info.st_mode))
        ::unlink(name.constData());
}

double seconds(std::chrono::milliseconds time)
{
    return std::chrono::duration<double>(time).count();
}

QByteArray jsonLine(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

} // namespace

FfserverProcess::FfserverProcess(const Options &options, QObject *parent)
    : QObject(parent), m_options(options), m_events(longestEvent), m_logLines(longestLogLine)
{
    qRegisterMetaType<FfserverStatus>();
    m_readyTimer.setSingleShot(true);
    m_launchTimer.setSingleShot(true);
    m_stopTimer.setSingleShot(true);
    m_reloadTimer.setSingleShot(true);
    connect(&m_reloadTimer, &QTimer::timeout, this, [this] {
        emit reloadAnswered(
            {ConfAnswer::Outcome::NoAnswer,
             false,
             {},
             QStringLiteral("ffserver did not answer within %1 s").arg(seconds(m_options.timing.reload))});
    });
    connect(&m_launchTimer, &QTimer::timeout, this, &FfserverProcess::launch);
    connect(&m_stopTimer, &QTimer::timeout, this, &FfserverProcess::onStopTimer);
    connect(&m_probe, &FfserverProbe::judged, this, &FfserverProcess::launchAs);
    connect(&m_readyTimer, &QTimer::timeout, this, [this] {
        m_trouble = QStringLiteral("it was not ready within %1 s").arg(seconds(m_options.timing.ready));
        m_process->kill();
    });
}

FfserverProcess::~FfserverProcess()
{
    if (!m_process)
        return;
    m_process->disconnect(this);
    if (m_status.state != State::Stopping)
        askToQuit();
    if (!m_process->waitForFinished(700)) {
        m_process->terminate();
        if (!m_process->waitForFinished(200)) {
            m_process->kill();
            m_process->waitForFinished(200);
        }
    }
}

void FfserverProcess::start()
{
    if (std::exchange(m_wanted, true))
        return;
    m_backoff.reset();
    if (m_process) // still stopping: onExit() goes on from here
        return;
    setStatus(State::Starting);
    launch();
}

void FfserverProcess::stop()
{
    m_wanted = false;
    m_launchTimer.stop();
    m_probe.cancel();
    if (!m_process) {
        setStatus(State::Stopped);
        return;
    }
    if (m_status.state == State::Stopping)
        return;
    setStatus(State::Stopping, {}, m_status.pid);
    askToQuit();
    m_stopTimer.start(m_options.timing.quit);
}

void FfserverProcess::restart()
{
    stop();
    start();
}

void FfserverProcess::reload()
{
    if (m_status.state != State::Running) {
        restart();
        emit reloadAnswered({ConfAnswer::Outcome::Starting, false, {}, {}});
    } else if (m_original) {
        emit reloadAnswered({ConfAnswer::Outcome::RestartNeeded, true, {}, {}});
    } else {
        m_reloadTimer.start(m_options.timing.reload);
        send(jsonLine({{QStringLiteral("reload"), true}}));
    }
}

void FfserverProcess::setOptions(const Options &options)
{
    if (options.http != m_options.http)
        m_chosenPort.reset();
    m_options = options;
}

void FfserverProcess::endFeed(const QString &name)
{
    if (!m_original) // which learns it from the link
        send(jsonLine({{QStringLiteral("end"), name}}));
}

void FfserverProcess::dropViewer(qint64 id)
{
    if (m_original)
        emit logLine(LogLevel::Warning, QStringLiteral("an original ffserver cannot drop a single viewer"));
    else
        send(jsonLine({{QStringLiteral("drop"), id}}));
}

void FfserverProcess::launch()
{
    m_ready = false;
    m_trouble.clear();
    m_lastLogLine.clear();
    m_events = LineBuffer(longestEvent);
    m_logLines = LineBuffer(longestLogLine);

    const auto program = findFfserver(m_options.program);
    if (!program) {
        launchFailed(QString::fromStdString(program.error().message));
        return;
    }
    if (m_options.makeConf) {
        if (const auto made = ensureConf(m_options.confFile); !made) {
            launchFailed(QString::fromStdString(made.error().message));
            return;
        }
    } else if (!QFile::exists(m_options.confFile)) {
        launchFailed(QStringLiteral("the configuration %1 does not exist").arg(m_options.confFile));
        return;
    }
    m_probe.ask(*program);
}

void FfserverProcess::launchAs(const FfserverVerdict &verdict)
{
    m_status.kind = verdict.kind;
    m_status.version = verdict.version;
    m_status.places = 0;
    if (verdict.kind == FfserverKind::Unknown) {
        launchFailed(verdict.reason);
        return;
    }
    const auto arguments =
        verdict.kind == FfserverKind::Original ? argumentsForOriginal() : argumentsForOurs();
    if (arguments)
        run(verdict.program, *arguments);
    else
        launchFailed(QString::fromStdString(arguments.error().message));
}

Result<QStringList> FfserverProcess::argumentsForOurs()
{
    m_original.reset();
    removeStaleSocket(m_options.feedSocket);
    ListenAddress http = m_options.http;
    if (http.port == 0)
        http.port = m_chosenPort.value_or(0);
    return QStringList{QStringLiteral("-f"), m_options.confFile, QStringLiteral("--control"),
                       QStringLiteral("stdio"), QStringLiteral("--feed-socket"), m_options.feedSocket,
                       QStringLiteral("--http"), toString(http),
                       // When a feed is over is the control room's to say: it ends it on the link.
                       QStringLiteral("--feed-grace"), QStringLiteral("86400")};
}

Result<QStringList> FfserverProcess::argumentsForOriginal()
{
    if (!m_original) {
        m_original = std::make_unique<OriginalServer>();
        connect(m_original.get(), &OriginalServer::ready, this, [this] { nowReady(m_original->httpUrl()); });
        connect(m_original.get(), &OriginalServer::viewersCounted, this,
                [this](int viewers, const QHash<QString, int> &ofFeed) {
                    onEvent(FfserverStats{viewers, ofFeed});
                });
        connect(m_original.get(), &OriginalServer::trouble, this,
                [this](const QString &sentence) { emit logLine(LogLevel::Warning, sentence); });
    }
    auto arguments = m_original->prepare({m_options.confFile, m_options.http, m_options.places});
    if (arguments) {
        m_streams = m_original->conf().streams;
        m_status.places = static_cast<int>(m_original->conf().feeds.size());
    }
    return arguments;
}

void FfserverProcess::run(const QString &program, const QStringList &arguments)
{
    m_process = new QProcess(this);
    m_process->setProgram(program);
    m_process->setArguments(arguments);
    // Closing our end of its standard input ends ours; this is for one that is too stuck to see that, and for
    // an original.
    m_process->setChildProcessModifier(endsWithParent());
    connect(m_process, &QProcess::readyReadStandardOutput, this, &FfserverProcess::onOutput);
    connect(m_process, &QProcess::readyReadStandardError, this, &FfserverProcess::onLogLines);
    connect(m_process, &QProcess::finished, this, &FfserverProcess::onExit);
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        m_trouble =
            QStringLiteral("%1 cannot be run: %2").arg(m_process->program(), m_process->errorString());
        onExit();
    });
    m_readyTimer.start(m_options.timing.ready);
    m_process->start();
    if (m_original)
        m_original->started();
}

void FfserverProcess::launchFailed(const QString &reason)
{
    m_chosenPort.reset();
    if (m_status.state != State::Failed || m_status.reason != reason)
        emit logLine(LogLevel::Error, QStringLiteral("ffserver cannot run: %1. It is tried again every %2 s.")
                                          .arg(reason.endsWith(QLatin1Char('.')) ? reason.chopped(1) : reason)
                                          .arg(seconds(m_options.timing.retry)));
    setStatus(State::Failed, reason);
    m_launchTimer.start(m_options.timing.retry);
}

void FfserverProcess::onExit()
{
    if (m_process->isReadable()) { // not so when it could not be started
        onOutput();
        onLogLines();
    }
    if (m_original)
        m_original->ended();
    const QString reason = exitReason();
    answerReload(
        {ConfAnswer::Outcome::NoAnswer, false, {}, QStringLiteral("ffserver is gone (%1)").arg(reason)});
    // Killed while it was starting: more likely an accident than something wrong with it.
    const bool crashed = m_process->exitStatus() == QProcess::CrashExit && m_trouble.isEmpty();
    m_readyTimer.stop();
    m_stopTimer.stop();
    m_process->disconnect(this);
    std::exchange(m_process, nullptr)->deleteLater();

    if (m_status.state == State::Stopping) {
        setStatus(State::Stopped);
        if (std::exchange(m_wanted, false))
            start();
        return;
    }
    if (!m_ready && !(crashed && m_backoff.isShort())) {
        launchFailed(reason);
        return;
    }
    if (m_ready && std::chrono::milliseconds(m_runningFor.elapsed()) >= m_options.timing.goodRun)
        m_backoff.reset();
    const auto delay = m_backoff.next();
    emit logLine(
        LogLevel::Error,
        QStringLiteral("ffserver is gone (%1); it is started again in %2 s").arg(reason).arg(seconds(delay)));
    setStatus(State::Restarting, reason);
    m_launchTimer.start(delay);
}

QString FfserverProcess::exitReason() const
{
    if (!m_trouble.isEmpty())
        return m_trouble;
    if (m_process->exitStatus() == QProcess::CrashExit)
        return QStringLiteral("it was ended by signal %1").arg(m_process->exitCode());
    if (m_original) {
        if (const QString why = m_original->reasonOfEnd(m_process->exitCode(), m_ready); !why.isEmpty())
            return why;
    }
    const QString said =
        m_lastLogLine.isEmpty() ? QString() : QStringLiteral(" after \"%1\"").arg(m_lastLogLine);
    return (m_ready ? QStringLiteral("it ended with exit code %1%2")
                    : QStringLiteral("it ended at once with exit code %1%2"))
        .arg(QString::number(m_process->exitCode()), said);
}

void FfserverProcess::onOutput()
{
    const QList<QByteArray> lines = m_events.append(m_process->readAllStandardOutput());
    if (m_original) {
        for (const QByteArray &line : lines)
            sayLine(line);
        return;
    }
    onEvents(lines);
    if (const int skipped = m_events.takeSkipped(); skipped > 0)
        emit logLine(LogLevel::Warning,
                     QStringLiteral("%1 overlong lines from ffserver were skipped").arg(skipped));
}

void FfserverProcess::onEvents(const QList<QByteArray> &lines)
{
    for (const QByteArray &line : lines) {
        const auto event = parseFfserverEvent(line);
        if (event)
            std::visit([this](const auto &what) { onEvent(what); }, *event);
        else
            emit logLine(LogLevel::Warning, QStringLiteral("a line from ffserver was skipped: %1: %2")
                                                .arg(QString::fromStdString(event.error().message),
                                                     QString::fromUtf8(line.left(200))));
    }
}

void FfserverProcess::onLogLines()
{
    const QList<QByteArray> lines = m_logLines.append(m_process->readAllStandardError());
    for (const QByteArray &line : lines)
        sayLine(line);
    if (const int skipped = m_logLines.takeSkipped(); skipped > 0)
        emit logLine(LogLevel::Warning,
                     QStringLiteral("%1 overlong log lines from ffserver were skipped").arg(skipped));
}

void FfserverProcess::sayLine(const QByteArray &line)
{
    const auto parsed = m_original ? m_original->read(line) : parseFfserverLogLine(line);
    if (!parsed || parsed->text.isEmpty())
        return;
    m_lastLogLine = parsed->text.left(300);
    emit logLine(parsed->level, parsed->text);
}

void FfserverProcess::nowReady(const QString &httpUrl)
{
    if (m_ready || m_status.state == State::Stopping)
        return;
    m_ready = true;
    m_trouble.clear();
    m_readyTimer.stop();
    m_runningFor.start();
    m_status.httpUrl = httpUrl;
    const QString which =
        m_original ? QStringLiteral(" (an original, version %1)").arg(m_status.version) : QString();
    emit logLine(LogLevel::Info, QStringLiteral("ffserver%1 is ready at %2, process %3")
                                     .arg(which, httpUrl, QString::number(m_process->processId())));
    setStatus(State::Running, {}, m_process->processId());
}

void FfserverProcess::onStopTimer()
{
    if (!m_process)
        return;
    if (!std::exchange(m_terminated, true)) {
        m_process->terminate();
        m_stopTimer.start(m_options.timing.quit / 2);
    } else {
        m_process->kill();
    }
}

void FfserverProcess::send(const QByteArray &line)
{
    if (m_status.state != State::Running)
        return;
    if (m_process->bytesToWrite() > mostUnsent) {
        emit logLine(LogLevel::Warning,
                     QStringLiteral("ffserver does not read its commands; one was dropped"));
        return;
    }
    m_process->write(line);
}

void FfserverProcess::askToQuit()
{
    m_terminated = m_original != nullptr;
    if (m_original) { // it has no other way to end
        m_process->terminate();
        return;
    }
    m_process->write("{\"quit\":true}\n");
    m_process->closeWriteChannel();
}

void FfserverProcess::setStatus(State state, const QString &reason, qint64 pid)
{
    FfserverStatus status = m_status;
    status.state = state;
    status.reason = reason;
    status.pid = pid;
    if (state != State::Running) {
        status.viewers = 0;
        status.viewersOfFeed.clear();
    }
    if (status == m_status)
        return;
    m_status = status;
    emit stateChanged(m_status);
}

} // namespace aspersor
