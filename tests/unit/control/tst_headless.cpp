// SPDX-License-Identifier: GPL-3.0-or-later
// The program's face to other programs: the real aspersor with the real ffserver.
#include "tests/e2e/room.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTcpServer>
#include <QTest>
#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

using namespace aspersor::e2e;

namespace {

int modeOf(const QString &path)
{
    struct stat info = {};
    return ::stat(QFile::encodeName(path).constData(), &info) == 0 ? static_cast<int>(info.st_mode & 07777U)
                                                                   : -1;
}

QProcessEnvironment environment(const QTemporaryDir &folder)
{
    QProcessEnvironment result = QProcessEnvironment::systemEnvironment();
    for (const char *name : {"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"})
        result.insert(QLatin1String(name), folder.path());
    return result;
}

} // namespace

class TestHeadless : public QObject
{
    Q_OBJECT

private slots:
    void readySaysWhere()
    {
        Room room(30'000);
        QVERIFY2(room.start(), room.story());
        const QJsonObject ready = room.events(QStringLiteral("ready")).first();
        QCOMPARE(ready.keys(), (QStringList{QStringLiteral("event"), QStringLiteral("ingest"),
                                            QStringLiteral("keyFile"), QStringLiteral("viewers")}));
        QVERIFY(room.ingestPort() > 0);
        QVERIFY(room.viewersPort() > 0);
        const QString keyFile = ready.value(QStringLiteral("keyFile")).toString();
        QCOMPARE(modeOf(keyFile), 0600);
        QFile file(keyFile);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray(Room::key) + '\n');

        QTRY_COMPARE(room.events(QStringLiteral("ffserver")).size(), 1);
        const QJsonObject ffserver = room.events(QStringLiteral("ffserver")).first();
        QCOMPARE(ffserver.value(QStringLiteral("state")).toString(), QStringLiteral("running"));
        QVERIFY(isRunning(room.ffserverPid()));

        QTRY_VERIFY_WITH_TIMEOUT(room.events(QStringLiteral("stats")).size() >= 2, patience);
        QCOMPARE(room.events(QStringLiteral("stats")).first(),
                 (QJsonObject{{QStringLiteral("event"), QStringLiteral("stats")},
                              {QStringLiteral("feeds"), QJsonArray()},
                              {QStringLiteral("viewers"), 0}}));
        QVERIFY(room.quit());
        QVERIFY2(room.nonsense().isEmpty(), room.nonsense().join('\n'));
        QTRY_VERIFY(!isRunning(room.ffserverPid()));
        QVERIFY(!QFile::exists(keyFile));
    }

    void badLinesAreToldAndHarmNothing()
    {
        Room room(30'000);
        QVERIFY2(room.start(), room.story());
        const QByteArrayList bad{"nonsense", "{\"kick\":\"nobody\"}",  "{\"ban\":\"../x\",\"seconds\":5}",
                                 "[]",       QByteArray(100'000, 'x'), QByteArray("\xff\xfe\x01", 3)};
        for (qsizetype i = 0; i < bad.size(); ++i) {
            room.command(bad[i]);
            QTRY_COMPARE_WITH_TIMEOUT(room.events(QStringLiteral("error")).size(), i + 1, patience);
            const QString reason =
                room.events(QStringLiteral("error")).last().value(QStringLiteral("reason")).toString();
            QVERIFY2(reason.endsWith(QLatin1Char('.')), qPrintable(reason));
        }
        QVERIFY(room.quit());
    }

    void aBanIsAFeedThatIsKicked()
    {
        Room room(30'000);
        QVERIFY2(room.start(), room.story());
        room.command("{\"ban\":\"cam1\",\"seconds\":600}");
        QTRY_COMPARE(room.states(QStringLiteral("cam1")), QStringList{QStringLiteral("kicked")});
        QCOMPARE(statusOf(room.ingestPort(), QByteArray("POST /cam1?key=") + Room::key +
                                                 " HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
                 403);
        room.command("{\"letBackIn\":\"cam1\"}");
        QTRY_COMPARE(room.state(QStringLiteral("cam1")), QStringLiteral("ended"));
        QVERIFY(room.quit());
    }

    void theDemoIsLiveAndGoesWithUs()
    {
        Room room(30'000, {QStringLiteral("--demo=2")});
        QVERIFY2(room.start(), room.story());
        const auto liveFeeds = [&] {
            int live = 0;
            for (const QJsonObject &event : room.events(QStringLiteral("feed")))
                live += event.value(QStringLiteral("state")).toString() == QStringLiteral("live") ? 1 : 0;
            return live;
        };
        QTRY_VERIFY2_WITH_TIMEOUT(liveFeeds() >= 2, room.story(), patience);
        const auto described = [&] {
            const auto all = room.events(QStringLiteral("stats"));
            const QJsonArray feeds = all.last().value(QStringLiteral("feeds")).toArray();
            return feeds.size() == 2 &&
                   feeds.last().toObject().value(QStringLiteral("bitrateBps")).toInteger() > 0;
        };
        QTRY_VERIFY2_WITH_TIMEOUT(described(), room.story(), patience);
        const QJsonArray feeds =
            room.events(QStringLiteral("stats")).last().value(QStringLiteral("feeds")).toArray();
        const QJsonObject first = feeds.first().toObject();
        QCOMPARE(
            first.keys(),
            (QStringList{QStringLiteral("audio"), QStringLiteral("bitrateBps"), QStringLiteral("errors"),
                         QStringLiteral("fps"), QStringLiteral("name"), QStringLiteral("state"),
                         QStringLiteral("streams"), QStringLiteral("video"), QStringLiteral("viewers")}));
        QVERIFY(first.value(QStringLiteral("name")).toString() <
                feeds.last().toObject().value(QStringLiteral("name")).toString());
        QVERIFY(first.value(QStringLiteral("video")).toString().startsWith(QStringLiteral("h264 ")));
        QCOMPARE(first.value(QStringLiteral("audio")).toString(), QStringLiteral("aac 48000 2ch"));

        const qint64 phone = childOf(room.program.pid(), QStringLiteral("aspersor-phone"));
        QVERIFY(phone > 0);
        QVERIFY(room.quit());
        QTRY_VERIFY_WITH_TIMEOUT(!isRunning(phone), patience);
    }

    void signalsEndItCleanly_data()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
    }

    void signalsEndItCleanly()
    {
        QFETCH(int, number);
        Room room(30'000);
        QVERIFY2(room.start(), room.story());
        QTRY_VERIFY(room.ffserverPid() > 0);
        const qint64 ffserver = room.ffserverPid();
        QElapsedTimer clock;
        clock.start();
        room.program.signal(number);
        QVERIFY(room.program.waitForExit());
        QVERIFY2(clock.elapsed() < 2000, "two seconds are promised");
        QVERIFY2(room.program.exited(0), room.story());
        QVERIFY(!isRunning(ffserver));
    }

    void theEndOfInputIsNoReasonToQuit()
    {
        Room room(30'000);
        QVERIFY2(room.start(), room.story());
        room.program.closeInput();
        const auto before = room.events(QStringLiteral("stats")).size();
        QTRY_VERIFY_WITH_TIMEOUT(room.events(QStringLiteral("stats")).size() >= before + 2, patience);
        QVERIFY(room.program.running());
        room.program.signal(SIGTERM);
        QVERIFY(room.program.waitForExit());
        QVERIFY(room.program.exited(0));
    }

    void aKilledFfserverIsBackWithinTwoSeconds()
    {
        Room room(30'000);
        QVERIFY2(room.start(), room.story());
        QTRY_VERIFY(room.ffserverPid() > 0);
        const qint64 first = room.ffserverPid();
        const qsizetype mark = room.eventCount();
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(::kill(static_cast<pid_t>(first), SIGKILL), 0);
        QTRY_VERIFY2_WITH_TIMEOUT(room.ffserverPid() != first, room.story(), patience);
        QVERIFY2(clock.elapsed() < 2000, "two seconds are promised");
        QVERIFY(isRunning(room.ffserverPid()));
        const auto events = room.events(QStringLiteral("ffserver"), {}, mark);
        QCOMPARE(events.size(), 2);
        QCOMPARE(events[0].value(QStringLiteral("state")).toString(), QStringLiteral("restarting"));
        QCOMPARE(events[0].value(QStringLiteral("reason")).toString(),
                 QStringLiteral("it was ended by signal 9"));
        QVERIFY(room.events(QStringLiteral("ready"), {}, mark).isEmpty()); // is said once
        QVERIFY(room.quit());
    }

    void killedItLeavesNoChild()
    {
        Room room(30'000, {QStringLiteral("--demo")});
        QVERIFY2(room.start(), room.story());
        qint64 phone = 0;
        QTRY_VERIFY((phone = childOf(room.program.pid(), QStringLiteral("aspersor-phone"))) > 0);
        QTRY_VERIFY(room.ffserverPid() > 0);
        room.program.signal(SIGKILL);
        QVERIFY(room.program.waitForExit());
        QTRY_VERIFY_WITH_TIMEOUT(!isRunning(room.ffserverPid()), patience);
        QTRY_VERIFY_WITH_TIMEOUT(!isRunning(phone), patience);
    }

    void badUsageIsExitCode2()
    {
        QTemporaryDir folder;
        Program program(ourProgram(QStringLiteral("aspersor")),
                        {QStringLiteral("--headless"), QStringLiteral("--nonsense")}, environment(folder));
        QVERIFY(program.start());
        QVERIFY(program.waitForExit());
        QVERIFY2(program.exited(2), program.complaint());
        QVERIFY(program.output().isEmpty());
        QVERIFY(program.errors().contains("nonsense"));
    }

    void helpAndVersionAreExitCode0()
    {
        QTemporaryDir folder;
        for (const char *option : {"--help", "--version"}) {
            Program program(ourProgram(QStringLiteral("aspersor")), {QLatin1String(option)},
                            environment(folder));
            QVERIFY(program.start());
            QVERIFY(program.waitForExit());
            QVERIFY2(program.exited(0), program.complaint());
            QVERIFY(program.output().contains("aspersor"));
            QVERIFY2(program.errors().isEmpty(), program.errors());
        }
        QVERIFY(QDir(folder.path()).isEmpty()); // asking leaves nothing behind
    }

    void aTakenIngestPortIsExitCode1WithASentence()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        QTemporaryDir folder;
        const QString port = QString::number(other.serverPort());
        Program program(ourProgram(QStringLiteral("aspersor")),
                        {QStringLiteral("--headless"), QStringLiteral("--http"),
                         QStringLiteral("127.0.0.1:0"), QStringLiteral("--ingest"),
                         QStringLiteral("127.0.0.1:") + port},
                        environment(folder));
        QVERIFY(program.start());
        QVERIFY(program.waitForExit());
        QVERIFY2(program.exited(1), program.complaint());
        QVERIFY2(program.errors().contains(port.toLatin1()), program.complaint());
        QVERIFY(!program.output().contains("\"ready\""));
    }

    void aTakenViewersPortIsSaidAndItKeepsRunning()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        Room room(30'000, {QStringLiteral("--http"), QStringLiteral("127.0.0.1:%1").arg(other.serverPort())});
        QVERIFY(room.program.start());
        QTRY_VERIFY2_WITH_TIMEOUT(!room.events(QStringLiteral("ffserver")).isEmpty(), room.story(), patience);
        const QJsonObject failed = room.events(QStringLiteral("ffserver")).first();
        QCOMPARE(failed.value(QStringLiteral("state")).toString(), QStringLiteral("failed"));
        const QString reason = failed.value(QStringLiteral("reason")).toString();
        QVERIFY2(reason.contains(QString::number(other.serverPort())), qPrintable(reason));
        QVERIFY(room.events(QStringLiteral("ready")).isEmpty());
        // Once the port is free, all is up.
        other.close();
        QTRY_VERIFY2_WITH_TIMEOUT(!room.events(QStringLiteral("ready")).isEmpty(), room.story(), patience);
        QVERIFY(room.quit());
    }

    void aBadLineOfTheConfigurationIsNamed()
    {
        QTemporaryDir folder;
        QFile conf(folder.filePath(QStringLiteral("mine.conf")));
        QVERIFY(conf.open(QIODevice::WriteOnly));
        conf.write("HTTPBindAddress 127.0.0.1\n\nHTTPPort soon\n");
        conf.close();
        Room room(30'000, {QStringLiteral("--conf"), conf.fileName()});
        QVERIFY(room.program.start());
        QTRY_VERIFY2_WITH_TIMEOUT(!room.events(QStringLiteral("ffserver")).isEmpty(), room.story(), patience);
        const QString reason =
            room.events(QStringLiteral("ffserver")).first().value(QStringLiteral("reason")).toString();
        QVERIFY2(reason.startsWith(QStringLiteral("mine.conf line 3: ")), qPrintable(reason));
        QVERIFY(room.quit());
    }

    void withoutADisplayItSaysSoAndRuns()
    {
        QTemporaryDir folder;
        QProcessEnvironment without = environment(folder);
        for (const char *name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
            without.remove(QLatin1String(name));
        Program program(ourProgram(QStringLiteral("aspersor")),
                        {QStringLiteral("--ingest"), QStringLiteral("127.0.0.1:0"), QStringLiteral("--http"),
                         QStringLiteral("127.0.0.1:0")},
                        without);
        QVERIFY(program.start());
        QTRY_VERIFY2_WITH_TIMEOUT(program.output().contains("\"event\":\"ready\""), program.complaint(),
                                  patience);
        QVERIFY(program.errors().contains("There is no display"));
        QFile log(folder.filePath(QStringLiteral("aspersor/aspersor.log")));
        QTRY_VERIFY(log.size() > 0);
        program.signal(SIGTERM);
        QVERIFY(program.waitForExit());
        QVERIFY2(program.exited(0), program.complaint());
    }

    void nobodyWhoReadsStandardOutputIsNoReasonToHang()
    {
        // Its output goes into a pipe whose reader has closed its end.
        Program sink(QStringLiteral("/bin/true"), {});
        QTemporaryDir folder;
        Program program(ourProgram(QStringLiteral("aspersor")),
                        {QStringLiteral("--headless"), QStringLiteral("--ingest"),
                         QStringLiteral("127.0.0.1:0"), QStringLiteral("--http"),
                         QStringLiteral("127.0.0.1:0")},
                        environment(folder));
        program.pipeTo(sink);
        QVERIFY(program.start());
        QVERIFY(sink.start());
        QVERIFY(sink.waitForExit());
        QTRY_VERIFY2_WITH_TIMEOUT(program.errors().contains("ffserver is ready"), program.complaint(),
                                  patience);
        program.signal(SIGTERM);
        QVERIFY(program.waitForExit());
        QVERIFY2(program.exited(0), program.complaint());
    }

private:
    static qint64 childOf(qint64 parent, const QString &name)
    {
        const QStringList entries = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs);
        for (const QString &entry : entries) {
            QFile file(QStringLiteral("/proc/%1/stat").arg(entry));
            if (entry.toLongLong() == 0 || !file.open(QIODevice::ReadOnly))
                continue;
            const QByteArray stat = file.readAll();
            const bool named =
                stat.contains('(' + name.left(15).toLatin1() + ')'); // the kernel keeps 15 characters
            const QByteArray itsParent = stat.mid(stat.lastIndexOf(')') + 4).split(' ').first();
            if (named && itsParent.toLongLong() == parent)
                return entry.toLongLong();
        }
        return 0;
    }
};

QTEST_GUILESS_MAIN(TestHeadless)
#include "tst_headless.moc"
