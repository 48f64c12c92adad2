// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/ffserverprocess.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <sys/stat.h>
#include <sys/types.h>

using namespace aspersor;
using namespace std::chrono_literals;
using State = FfserverStatus::State;

namespace {

bool isAlive(qint64 pid)
{
    return pid > 0 && ::kill(static_cast<pid_t>(pid), 0) == 0;
}

} // namespace

class TestFfserverProcess : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_states.clear();
        m_log.clear();
    }

    void aGoodStart()
    {
        FfserverProcess process(options("ready"));
        watch(process);
        QCOMPARE(process.status().state, State::Stopped);
        process.start();
        QCOMPARE(process.status().state, State::Starting);
        QTRY_COMPARE(process.status().state, State::Running);
        QVERIFY(isAlive(process.status().pid));
        QCOMPARE(process.status().httpUrl, QStringLiteral("http://127.0.0.1:18090"));
        QCOMPARE(process.status().reason, QString());
        QCOMPARE(process.streams().size(), 2);
        QCOMPARE(process.streams().first().name, QStringLiteral("*.ts"));
        QTRY_VERIFY(
            logged(QStringLiteral("arguments -f %1 --control stdio --feed-socket %2 --http [::1]:1234")
                       .arg(process.options().confFile, process.options().feedSocket)));
        QCOMPARE(m_states, (QList{State::Starting, State::Running}));
    }

    void stoppingIsPoliteAndAsynchronous()
    {
        FfserverProcess process(options("ready"));
        watch(process);
        process.start();
        QTRY_COMPARE(process.status().state, State::Running);
        const qint64 pid = process.status().pid;
        process.stop();
        QCOMPARE(process.status().state, State::Stopping);
        QTRY_COMPARE(process.status().state, State::Stopped);
        QVERIFY(!isAlive(pid));
        QVERIFY(logged(QStringLiteral("command {\"quit\":true}")));
        QCOMPARE(m_states, (QList{State::Starting, State::Running, State::Stopping, State::Stopped}));
    }

    void aReloadIsAnswered()
    {
        FfserverProcess process(options("reloads"));
        const auto answer = reload(process);
        QCOMPARE(answer.outcome, ConfAnswer::Outcome::Reloaded);
        QVERIFY(answer.restartNeeded);
        QCOMPARE(process.streams().size(), 1); // those of the new configuration
        QCOMPARE(process.streams().first().name, QStringLiteral("*.mkv"));
    }

    void aRefusedReloadSaysWhy()
    {
        FfserverProcess process(options("refuses"));
        const auto answer = reload(process);
        QCOMPARE(answer.outcome, ConfAnswer::Outcome::Refused);
        QCOMPARE(answer.findings.size(), 1); // what is no finding is none
        QCOMPARE(answer.findings.first(),
                 (ConfFinding{
                     ConfFinding::Severity::Error, 3, 8, 4, QStringLiteral("There is no such thing."), {}}));
        QCOMPARE(process.streams().size(), 2);
        QCOMPARE(process.status().state, State::Running);
    }

    void aReloadIsAnsweredWhateverHappens()
    {
        FfserverProcess::Options silent = options("ready");
        silent.timing.reload = 200ms;
        FfserverProcess quiet(silent);
        auto answer = reload(quiet);
        QCOMPARE(answer.outcome, ConfAnswer::Outcome::NoAnswer);
        QVERIFY2(answer.reason.contains(QStringLiteral("0.2 s")), qPrintable(answer.reason));

        FfserverProcess dying(options("dies of a reload"));
        answer = reload(dying);
        QCOMPARE(answer.outcome, ConfAnswer::Outcome::NoAnswer);
        QVERIFY2(answer.reason.contains(QStringLiteral("exit code 5")), qPrintable(answer.reason));
    }

    void aReloadStartsOneThatDoesNotRun()
    {
        FfserverProcess process(options("no such mode"));
        process.start();
        QTRY_COMPARE(process.status().state, State::Failed);
        writeConf(QStringLiteral("ready"));
        ConfAnswer answer;
        connect(&process, &FfserverProcess::reloadAnswered, this,
                [&](const ConfAnswer &got) { answer = got; });
        process.reload();
        QCOMPARE(answer.outcome, ConfAnswer::Outcome::Starting);
        QTRY_COMPARE(process.status().state, State::Running);
    }

    void aStuckServerIsKilled()
    {
        FfserverProcess process(options("stuck"));
        process.start();
        QTRY_COMPARE(process.status().state, State::Running);
        const qint64 pid = process.status().pid;
        process.stop();
        QTRY_COMPARE(process.status().state, State::Stopped);
        QVERIFY(!isAlive(pid));
    }

    void theDestructorLeavesNoProcessAndTakesNoLongerThanItMay()
    {
        auto process = std::make_unique<FfserverProcess>(options("stuck"));
        process->start();
        QTRY_COMPARE(process->status().state, State::Running);
        const qint64 pid = process->status().pid;
        QElapsedTimer clock;
        clock.start();
        process.reset();
        QVERIFY(clock.elapsed() < 1700);
        QVERIFY(!isAlive(pid));
    }

    void killedItIsBackAtOnce()
    {
        FfserverProcess process(options("ready"));
        watch(process);
        process.start();
        QTRY_COMPARE(process.status().state, State::Running);
        const qint64 first = process.status().pid;
        QElapsedTimer clock;
        clock.start();
        ::kill(static_cast<pid_t>(first), SIGKILL);
        QTRY_VERIFY(process.status().state == State::Running && process.status().pid != first);
        QVERIFY2(clock.elapsed() < 1500, "the first restart comes without back-off");
        QVERIFY(isAlive(process.status().pid));
        QCOMPARE(m_states, (QList{State::Starting, State::Running, State::Restarting, State::Running}));
        QVERIFY(m_reasons.contains(QStringLiteral("it was ended by signal 9")));
    }

    void aFreePortIsKeptOverARestart()
    {
        auto wanted = options("ready");
        wanted.http.port = 0;
        FfserverProcess process(wanted);
        watch(process);
        process.start();
        QTRY_COMPARE(process.status().state, State::Running);
        QTRY_VERIFY(logged(QStringLiteral("--http [::1]:0")));
        ::kill(static_cast<pid_t>(process.status().pid), SIGKILL);
        QTRY_VERIFY(logged(QStringLiteral("--http [::1]:18090")));
    }

    void aShortLifeIsRestartedMoreAndMoreSlowly()
    {
        FfserverProcess process(options("short life"));
        watch(process);
        QElapsedTimer clock;
        clock.start();
        process.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_states.count(State::Running) == 4, 10'000);
        // At once, then after 0.5 s, then after 1 s; Qt's coarse timers may be 5 % early.
        QVERIFY2(clock.elapsed() >= 1400, qPrintable(QString::number(clock.elapsed())));
        QVERIFY(m_reasons.contains(QStringLiteral("it ended with exit code 7")));
    }

    void backOffIsForgottenAfterAGoodRun()
    {
        auto wanted = options("short life");
        wanted.timing.goodRun = 0ms;
        FfserverProcess process(wanted);
        watch(process);
        QElapsedTimer clock;
        clock.start();
        process.start();
        QTRY_VERIFY_WITH_TIMEOUT(m_states.count(State::Running) >= 5, 20'000);
        QVERIFY2(clock.elapsed() < 7500, "with back-off the fifth comes after 8.5 s at the earliest");
    }

    void whatCannotStartSaysWhyAndIsTriedAgain_data()
    {
        QTest::addColumn<QString>("mode");
        QTest::addColumn<QString>("reason");
        QTest::newRow("port taken") << "port taken"
                                    << "the port 8090 is taken by another program";
        QTest::newRow("bad line") << "bad line"
                                  << "ffserver.conf line 12: unknown directive \"Fomat\"";
        QTest::newRow("exits") << "exits"
                               << "it ended at once with exit code 3 after \"no room\"";
        QTest::newRow("never ready") << "never ready"
                                     << "it was not ready within 0.4 s";
    }

    void whatCannotStartSaysWhyAndIsTriedAgain()
    {
        QFETCH(QString, mode);
        QFETCH(QString, reason);
        auto wanted = options(mode);
        wanted.timing.ready = 400ms;
        FfserverProcess process(wanted);
        watch(process);
        process.start();
        QTRY_COMPARE(process.status().state, State::Failed);
        QCOMPARE(process.status().reason, reason);
        QCOMPARE(process.status().pid, 0);
        QCOMPARE(m_states, (QList{State::Starting, State::Failed}));
        // Once the cause is gone, it comes up by itself.
        writeConf(QStringLiteral("ready"));
        QTRY_COMPARE(process.status().state, State::Running);
        QCOMPARE(m_states, (QList{State::Starting, State::Failed, State::Running}));
        QCOMPARE(m_log.filter(QStringLiteral("cannot run")).size(), 1); // told once, not at every try
    }

    void crashesWhileStartingEndInFailed()
    {
        FfserverProcess process(options("crashes"));
        watch(process);
        process.start();
        QTRY_VERIFY(m_states.contains(State::Restarting));
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Failed, 10'000);
        QCOMPARE(process.status().reason, QStringLiteral("it was ended by signal 9"));
    }

    void aProgramThatIsNoneFails_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<bool>("executable");
        QTest::addColumn<QString>("reason");
        QTest::newRow("missing") << QByteArray() << false << "does not exist";
        QTest::newRow("no run bit") << QByteArray("x") << false << "is not an executable file";
        QTest::newRow("no program") << QByteArray("\x7f"
                                                  "ELFxxxx")
                                    << true << "cannot be run";
    }

    void aProgramThatIsNoneFails()
    {
        QFETCH(QByteArray, content);
        QFETCH(bool, executable);
        QFETCH(QString, reason);
        auto wanted = options("ready");
        wanted.program = m_folder->filePath(QStringLiteral("program"));
        if (!content.isEmpty()) {
            QFile file(wanted.program);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(content);
            file.setPermissions(QFile::ReadOwner | QFile::WriteOwner |
                                (executable ? QFile::ExeOwner : QFile::Permissions()));
        }
        FfserverProcess process(wanted);
        watch(process);
        process.start();
        QTRY_COMPARE(process.status().state, State::Failed);
        QVERIFY2(process.status().reason.contains(reason), qPrintable(process.status().reason));
        process.stop();
        QCOMPARE(process.status().state, State::Stopped);
    }

    void aMissingConfigurationIsAReasonUnlessItIsOurs()
    {
        auto wanted = options("ready");
        QVERIFY(QFile::remove(wanted.confFile));
        {
            FfserverProcess process(wanted);
            process.start();
            QCOMPARE(process.status().state, State::Failed);
            QVERIFY(process.status().reason.contains(wanted.confFile));
        }
        wanted.makeConf = true;
        FfserverProcess process(wanted);
        process.start();
        QVERIFY(QFile::exists(wanted.confFile));
    }

    void garbledLinesAreSkippedAndTold()
    {
        FfserverProcess process(options("garbage"));
        watch(process);
        process.start();
        QTRY_COMPARE(process.status().state, State::Running);
        QTRY_VERIFY(logged(QStringLiteral("careful")));
        QVERIFY(logged(QStringLiteral("plain line")));
        QVERIFY(logged(QStringLiteral("hello")));
        QVERIFY(logged(QStringLiteral("1 overlong lines")));
        QVERIFY(logged(QStringLiteral("1 overlong log lines")));
        for (const QString &line : m_log)
            QVERIFY(line.size() < 5000);
        QCOMPARE(m_states, (QList{State::Starting, State::Running}));
    }

    void viewersAreToldAndForgottenWithTheServer()
    {
        FfserverProcess process(options("viewers"));
        process.start();
        QTRY_COMPARE(process.status().viewers, 3);
        QCOMPARE(process.status().viewersOfFeed,
                 (QHash<QString, int>{{QStringLiteral("cam1"), 2}, {QStringLiteral("cam2"), 1}}));
        process.stop();
        QCOMPARE(process.status().viewers, 0);
        QVERIFY(process.status().viewersOfFeed.isEmpty());
    }

    void commandsReachIt()
    {
        FfserverProcess process(options("ready"));
        watch(process);
        process.endFeed(QStringLiteral("early")); // not running: nothing happens
        process.start();
        QTRY_COMPARE(process.status().state, State::Running);
        process.endFeed(QStringLiteral("cam\"1"));
        process.dropViewer(42);
        QTRY_VERIFY(logged(QStringLiteral("command {\"drop\":42}")));
        QVERIFY(logged(QStringLiteral("command {\"end\":\"cam\\\"1\"}")));
        QVERIFY(!logged(QStringLiteral("early")));
    }

    void restartGivesANewProcess()
    {
        FfserverProcess process(options("ready"));
        watch(process);
        process.start();
        QTRY_COMPARE(process.status().state, State::Running);
        const qint64 first = process.status().pid;
        process.restart();
        QTRY_VERIFY(process.status().state == State::Running && process.status().pid != first);
        QVERIFY(!isAlive(first));
    }

    void restartCutsTheWaitForTheNextTryShort()
    {
        auto wanted = options("port taken");
        wanted.timing.retry = 1h;
        FfserverProcess process(wanted);
        process.start();
        QTRY_COMPARE(process.status().state, State::Failed);
        writeConf(QStringLiteral("ready"));
        process.restart();
        QTRY_COMPARE(process.status().state, State::Running);
    }

    void aStaleSocketIsRemovedAndNothingElse()
    {
        auto wanted = options("ready");
        QFile file(wanted.feedSocket);
        QVERIFY(file.open(QIODevice::WriteOnly));
        FfserverProcess process(wanted);
        process.start();
        QTRY_COMPARE(process.status().state, State::Running);
        QVERIFY(file.exists()); // a plain file in its place is somebody's data

        wanted.feedSocket += QLatin1Char('2');
        QCOMPARE(::mknod(QFile::encodeName(wanted.feedSocket).constData(), S_IFSOCK | 0600, 0), 0);
        process.setOptions(wanted);
        process.restart();
        QTRY_COMPARE(process.status().state, State::Running);
        QVERIFY(!QFile::exists(wanted.feedSocket)); // the fake does not make one
    }

private:
    /// Starts it, has it reload, and waits for the answer.
    ConfAnswer reload(FfserverProcess &process)
    {
        std::optional<ConfAnswer> answer;
        connect(&process, &FfserverProcess::reloadAnswered, this,
                [&](const ConfAnswer &got) { answer = got; });
        process.start();
        [&] {
            QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Running, 20'000);
            process.reload();
            QTRY_VERIFY_WITH_TIMEOUT(answer.has_value(), 20'000);
        }();
        process.disconnect(this);
        return answer.value_or(ConfAnswer{});
    }

    void writeConf(const QString &mode) const
    {
        QFile file(m_folder->filePath(QStringLiteral("ffserver.conf")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(mode.toLatin1() + '\n');
    }

    [[nodiscard]] FfserverProcess::Options options(const QString &mode) const
    {
        writeConf(mode);
        FfserverProcess::Options options;
        options.program = QStringLiteral(ASPERSOR_FAKE_FFSERVER);
        options.confFile = m_folder->filePath(QStringLiteral("ffserver.conf"));
        options.http = {QStringLiteral("::1"), 1234};
        options.feedSocket = m_folder->filePath(QStringLiteral("feeds.sock"));
        options.timing.retry = 300ms;
        options.timing.quit = 300ms;
        return options;
    }
    [[nodiscard]] FfserverProcess::Options options(const char *mode) const
    {
        return options(QLatin1String(mode));
    }

    void watch(FfserverProcess &process)
    {
        m_states.clear();
        m_reasons.clear();
        connect(&process, &FfserverProcess::stateChanged, this, [this](const FfserverStatus &status) {
            m_states.append(status.state);
            m_reasons.append(status.reason);
        });
        connect(&process, &FfserverProcess::logLine, this,
                [this](LogLevel, const QString &text) { m_log.append(text); });
    }

    [[nodiscard]] bool logged(const QString &part) const { return !m_log.filter(part).isEmpty(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    QList<State> m_states;
    QStringList m_reasons;
    QStringList m_log;
};

QTEST_GUILESS_MAIN(TestFfserverProcess)
#include "tst_ffserverprocess.moc"
