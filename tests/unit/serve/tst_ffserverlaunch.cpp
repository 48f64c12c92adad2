// SPDX-License-Identifier: GPL-3.0-or-later
#include "ffserverrun.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>
#include <csignal>

using namespace aspersor;
using namespace aspersor::test;

/// Feeders that the server starts itself: the real programs, and how they come, stay and go.
class FfserverLaunchTest final : public QObject
{
    Q_OBJECT

private slots:
    void ffmpegFeedsAndEndsWithTheServer();
    void aDeadFeederIsStartedAgain();
    void theCommandIsPassedAsItIs();
    void whatItSaysIsLoggedWithinReason();
    void aMissingProgramIsTold();
    void aReloadStartsAndEndsFeeders();
    void theStubbornAreKilled();

private:
    static void writeScript(const FfserverRun &server, const QByteArray &text);
    [[nodiscard]] static QByteArray section(const QByteArray &command)
    {
        return "<Feed cam1.ffm>\nLaunch " + command + "\n</Feed>\n";
    }
    [[nodiscard]] static bool lives(qint64 process)
    {
        return process > 0 && QFile::exists(QStringLiteral("/proc/%1").arg(process));
    }
    /// Of those that were started, in their order.
    [[nodiscard]] static QList<qint64> processes(const FfserverRun &server);
    [[nodiscard]] static QSet<QString> sockets(qint64 process);
};

constexpr int patience = 20'000;
const QByteArray ffmpegLine = "ffmpeg -nostdin -re -stream_loop -1 -i " ASPERSOR_CLIP " -c copy";
/// A feeder that only says who it is and stays.
const QByteArray script = "/bin/sh FOLDER/feeder.sh";

void FfserverLaunchTest::writeScript(const FfserverRun &server, const QByteArray &text)
{
    QFile file(server.folder() + QStringLiteral("/feeder.sh"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(text), text.size());
}

QList<qint64> FfserverLaunchTest::processes(const FfserverRun &server)
{
    static const QRegularExpression line(QStringLiteral("was started: [^\n]*, process (\\d+)\\."));
    QList<qint64> all;
    for (const auto &match : line.globalMatch(QString::fromUtf8(server.errors())))
        all.push_back(match.captured(1).toLongLong());
    return all;
}

QSet<QString> FfserverLaunchTest::sockets(qint64 process)
{
    QSet<QString> all;
    const QDir folder(QStringLiteral("/proc/%1/fd").arg(process));
    const QStringList entries = folder.entryList(QDir::Files | QDir::System | QDir::NoDotAndDotDot);
    for (const QString &entry : entries) {
        const QString what = QFile::symLinkTarget(folder.filePath(entry)).section(QLatin1Char('/'), -1);
        if (what.startsWith(QStringLiteral("socket:")))
            all.insert(what);
    }
    return all;
}

void FfserverLaunchTest::ffmpegFeedsAndEndsWithTheServer()
{
    FfserverRun server(section(ffmpegLine));
    QVERIFY2(server.start(), server.errors().constData());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    Player clip(QStringLiteral(ASPERSOR_CLIP));
    QVERIFY(clip.waitForEnd());
    Player player(server.url(QStringLiteral("cam1.ts")), {QStringLiteral("-t"), QStringLiteral("2")});
    QVERIFY(player.waitForEnd());
    QVERIFY2(player.pictures().size() >= 40, QByteArray::number(player.pictures().size()).constData());
    QVERIFY(placeOf(player.pictures(), clip.pictures() + clip.pictures()) >= 0);

    const QList<qint64> started = processes(server);
    QCOMPARE(started.size(), 1);
    QVERIFY(lives(started.front()));
    const QSet<QString> ours = sockets(server.process().processId());
    const QSet<QString> its = sockets(started.front());
    QVERIFY(ours.size() >= 2 && its.size() == 1);
    QVERIFY2(!ours.intersects(its), "the feeder has a socket of the server");
    server.send(R"({"quit":true})");
    QVERIFY(server.waitForExit());
    QVERIFY(!lives(started.front()));
    QVERIFY2(!server.errors().contains("is killed"), server.errors().constData());
}

void FfserverLaunchTest::aDeadFeederIsStartedAgain()
{
    FfserverRun server(section(ffmpegLine));
    QVERIFY2(server.start(), server.errors().constData());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    const qint64 first = processes(server).value(0);
    QVERIFY(first > 0 && ::kill(static_cast<pid_t>(first), SIGKILL) == 0);
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away,live"), patience);
    QVERIFY2(server.errors().contains("ended by signal KILL; it is started again in 1 s."),
             server.errors().constData());
    QCOMPARE(processes(server).size(), 2);
    QVERIFY(processes(server).value(1) != first);
    QVERIFY(!lives(first)); // not as a zombie either
}

void FfserverLaunchTest::theCommandIsPassedAsItIs()
{
    FfserverRun server(section(script + " \"two words\" '$HOME;*' \"\""));
    writeScript(server, "for word; do echo \"<$word>\" >&2; done\necho \"<${http_proxy-none}>\" >&2\n"
                        "exec sleep 1000\n");
    qputenv("http_proxy", "http://127.0.0.1:9");
    const bool started = server.start();
    qunsetenv("http_proxy");
    QVERIFY2(started, server.errors().constData());
    QTRY_VERIFY2_WITH_TIMEOUT(server.errors().contains("feeder of cam1: <none>\n"),
                              server.errors().constData(), patience);
    for (const QByteArray &word : {QByteArray("two words"), QByteArray("$HOME;*"), QByteArray(),
                                   server.url(QStringLiteral("cam1.ts")).toUtf8()})
        QVERIFY2(server.errors().contains("feeder of cam1: <" + word + ">\n"), server.errors().constData());
}

void FfserverLaunchTest::whatItSaysIsLoggedWithinReason()
{
    FfserverRun server(section(script));
    writeScript(server, "printf 'frame= 1\\rframe= 2\\rover\\033\\n' >&2\n"
                        "for i in $(seq 200); do echo \"fault $i of many\" >&2; done\n"
                        "printf 'the end' >&2\nexit 3\n");
    QVERIFY2(server.start(), server.errors().constData());
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.errors().contains("The feeder of the feed cam1 ended with exit status 3; it is started again"),
        server.errors().constData(), patience);
    const QByteArray said = server.errors();
    QVERIFY2(said.contains("feeder of cam1: over \n") && !said.contains("frame="), said.constData());
    QVERIFY(said.contains("fault 1 of many"));
    QVERIFY2(!said.contains("fault 100 of many"), said.constData());
    // It does not live: the pauses grow.
    QTRY_VERIFY2_WITH_TIMEOUT(server.errors().contains("again in 4 s."), server.errors().constData(),
                              patience);
    QVERIFY(server.errors().contains("again in 1 s.") && server.errors().contains("again in 2 s."));
}

void FfserverLaunchTest::aMissingProgramIsTold()
{
    FfserverRun server(section("ffmpeg-that-is-not-there -i x"));
    QVERIFY2(server.start(), server.errors().constData());
    QTRY_VERIFY2_WITH_TIMEOUT(
        server.errors().contains("[error] The feeder of the feed cam1 cannot be started: there is no program "
                                 "called ffmpeg-that-is-not-there; correct its Launch line."),
        server.errors().constData(), patience);
    QCOMPARE(server.status().value(QStringLiteral("viewers")).toInt(-1), 0); // it serves all the same
}

void FfserverLaunchTest::aReloadStartsAndEndsFeeders()
{
    FfserverRun server(section(script + " one"));
    const QByteArray stays = "echo \"$1 is here\" >&2\nexec sleep 1000\n";
    writeScript(server, stays);
    QVERIFY2(server.start(), server.errors().constData());
    QTRY_VERIFY_WITH_TIMEOUT(server.errors().contains("one is here"), patience);
    const auto reload = [&](const QByteArray &from, const QByteArray &to) {
        QFile file(server.folder() + QStringLiteral("/ffserver.conf"));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray text = file.readAll();
        const qsizetype at = text.indexOf(from);
        QVERIFY(at >= 0);
        text.replace(at, from.size(), to);
        file.resize(0);
        file.seek(0);
        file.write(text);
        file.close();
        server.send(R"({"reload":true})");
    };
    const qint64 first = processes(server).value(0);
    reload("</Feed>", "ACL allow 127.0.0.1\n</Feed>"); // nothing of the feeder's
    reload("</Feed>\n",
           "</Feed>\n<Feed cam2>\nLaunch /bin/sh " + server.folder().toUtf8() + "/feeder.sh two\n</Feed>\n");
    QTRY_VERIFY2_WITH_TIMEOUT(server.errors().contains("two is here"), server.errors().constData(), patience);
    QVERIFY(lives(first));
    QCOMPARE(processes(server).size(), 2);
    reload("feeder.sh one", "feeder.sh three");
    QTRY_VERIFY_WITH_TIMEOUT(server.errors().contains("three is here"), patience);
    QVERIFY(!lives(first));
    const qint64 second = processes(server).value(1);
    QVERIFY(lives(second));
    reload("Launch /bin/sh " + server.folder().toUtf8() + "/feeder.sh two\n", "");
    QTRY_VERIFY_WITH_TIMEOUT(!lives(second), patience);
    QVERIFY(lives(processes(server).value(2)));
}

void FfserverLaunchTest::theStubbornAreKilled()
{
    FfserverRun server(section(script));
    // With a process of its own, which is to go with it.
    writeScript(server, "trap '' TERM\nsleep 1000 &\necho \"child $!.\" >&2\nwhile :; do sleep 1000; done\n");
    QVERIFY2(server.start(), server.errors().constData());
    static const QRegularExpression line(QStringLiteral("child (\\d+)\\."));
    QTRY_VERIFY_WITH_TIMEOUT(line.match(QString::fromUtf8(server.errors())).hasMatch(), patience);
    const qint64 child = line.match(QString::fromUtf8(server.errors())).captured(1).toLongLong();
    const qint64 feeder = processes(server).value(0);
    QVERIFY(lives(feeder) && lives(child));
    server.send(R"({"quit":true})");
    QVERIFY(server.waitForExit());
    QVERIFY2(server.errors().contains("does not end when it is asked to; it is killed."),
             server.errors().constData());
    QVERIFY(!lives(feeder));
    QTRY_VERIFY_WITH_TIMEOUT(!lives(child), patience); // init reaps it
}

QTEST_GUILESS_MAIN(FfserverLaunchTest)
#include "tst_ffserverlaunch.moc"
