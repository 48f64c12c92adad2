// SPDX-License-Identifier: GPL-3.0-or-later
// FfserverProcess with an original, which a stand-in plays.
#include "core/ffserver/ffserverprocess.h"
#include "core/ffserver/originalserver.h"

#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>
#include <csignal>
#include <sys/types.h>

using namespace aspersor;
using namespace std::chrono_literals;
using State = FfserverStatus::State;

namespace {

constexpr int patience = 30'000;

bool isAlive(qint64 pid)
{
    return pid > 0 && ::kill(static_cast<pid_t>(pid), 0) == 0;
}

} // namespace

class TestOriginalServer : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_log.clear();
        qunsetenv("ORIGINAL_MODE");
        writeConf("<Stream *.ts>\nFeed *\n</Stream>\n");
    }

    void itStartsAndIsReadyWhenItsPageAnswers()
    {
        FfserverProcess process(options());
        watch(process);
        process.start();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Running, patience);
        QVERIFY(process.status().kind == FfserverKind::Original);
        QCOMPARE(process.status().version, QStringLiteral("3.3.9"));
        QCOMPARE(process.status().places, 3);
        QVERIFY(process.original() != nullptr);
        QCOMPARE(process.streams().size(), 1);
        QVERIFY(process.status().httpUrl.startsWith(QStringLiteral("http://127.0.0.1:")));
        const qint64 pid = process.status().pid;
        process.stop();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Stopped, patience);
        QVERIFY(!isAlive(pid));
    }

    void viewersAreCounted()
    {
        FfserverProcess process(options());
        process.start();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Running, patience);
        QTcpSocket viewer;
        viewer.connectToHost(QStringLiteral("127.0.0.1"), process.original()->port());
        viewer.write("GET /slot02.ts HTTP/1.0\r\n\r\n");
        QTRY_COMPARE_WITH_TIMEOUT(process.status().viewers, 1, patience);
        QCOMPARE(process.status().viewersOfFeed.value(QStringLiteral("slot02")), 1);
        viewer.abort();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().viewers, 0, patience);
    }

    void ourOwnLooksAreNotInTheLog()
    {
        FfserverProcess process(options());
        watch(process);
        process.start();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Running, patience);
        QTcpSocket stranger;
        stranger.connectToHost(QStringLiteral("127.0.0.1"), process.original()->port());
        stranger.write("GET /nothing HTTP/1.0\r\n\r\n");
        QTRY_VERIFY_WITH_TIMEOUT(!m_log.filter(QStringLiteral("/nothing")).isEmpty(), patience);
        QVERIFY(m_log.filter(QStringLiteral("aspersor-")).isEmpty());
    }

    void killedItComesBackOnItsPort()
    {
        FfserverProcess process(options());
        watch(process);
        process.start();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Running, patience);
        const qint64 pid = process.status().pid;
        const QString url = process.status().httpUrl;
        ::kill(static_cast<pid_t>(pid), SIGKILL);
        QTRY_VERIFY_WITH_TIMEOUT(process.status().state == State::Running && process.status().pid != pid,
                                 patience);
        QCOMPARE(process.status().httpUrl, url);
        QVERIFY(!m_log.filter(QStringLiteral("it was ended by signal 9")).isEmpty());
    }

    void whatGoesWrongIsSaidInWords_data()
    {
        QTest::addColumn<QByteArray>("mode");
        QTest::addColumn<QByteArray>("conf");
        QTest::addColumn<QString>("reason");
        const QByteArray good = "<Stream *.ts>\nFeed *\n</Stream>\n";
        QTest::newRow("silent") << QByteArray("silent") << good
                                << "ended at once with exit code 1 and did not say why";
        QTest::newRow("no codec") << QByteArray("no codec") << good << "without the encoder \"mpeg4\"";
        QTest::newRow("never ready") << QByteArray("never") << good << "it was not ready within 2 s";
        QTest::newRow("no template") << QByteArray() << QByteArray("HTTPPort 1\n")
                                     << "add a section <Stream *.ts>";
        QTest::newRow("own file's fault")
            << QByteArray()
            << QByteArray("<Feed a.ffm>\n</Feed>\n<Stream a.ts>\nFeed a.ffm\nFormat Mpegts\n</Stream>\n")
            << "ffserver.conf line 5: Unknown Format: 'Mpegts'";
        QTest::newRow("feed without stream")
            << QByteArray() << QByteArray("<Feed a.ffm>\n</Feed>\n") << "a.ffm has no streams";
    }
    void whatGoesWrongIsSaidInWords()
    {
        QFETCH(QByteArray, mode);
        QFETCH(QByteArray, conf);
        QFETCH(QString, reason);
        qputenv("ORIGINAL_MODE", mode);
        writeConf(conf);
        auto wanted = options();
        wanted.timing.ready = mode == "never" ? 2s : 20s;
        FfserverProcess process(wanted);
        process.start();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Failed, patience);
        QVERIFY2(process.status().reason.contains(reason), qPrintable(process.status().reason));
        QCOMPARE(process.status().pid, 0);
        // Once the cause is gone, it comes up by itself.
        qunsetenv("ORIGINAL_MODE");
        writeConf("<Stream *.ts>\nFeed *\n</Stream>\n");
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Running, patience);
    }

    void aTakenPortIsSaid()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        auto wanted = options();
        wanted.http.port = other.serverPort();
        FfserverProcess process(wanted);
        process.start();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Failed, patience);
        QCOMPARE(process.status().reason,
                 QStringLiteral("the port %1 is taken by another program").arg(other.serverPort()));
    }

    void asSecondInstanceItIsNotTakenForTheFirst()
    {
        FfserverProcess first(options());
        first.start();
        QTRY_COMPARE_WITH_TIMEOUT(first.status().state, State::Running, patience);
        auto wanted = options();
        wanted.http.port = first.original()->port();
        FfserverProcess second(wanted);
        second.start();
        QTRY_COMPARE_WITH_TIMEOUT(second.status().state, State::Failed, patience);
        QVERIFY(second.status().reason.contains(QStringLiteral("is taken by another program")));
    }

    void ipv6IsRefusedInWords()
    {
        auto wanted = options();
        wanted.http = {QStringLiteral("::1"), 0};
        FfserverProcess process(wanted);
        process.start();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Failed, patience);
        QVERIFY(process.status().reason.contains(QStringLiteral("IPv4 addresses only")));
    }

    void aStrangeStatusPageCostsOnlyTheCount()
    {
        qputenv("ORIGINAL_MODE", "strange");
        FfserverProcess process(options());
        process.start();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Running, patience);
        QCOMPARE(process.status().viewers, 0);
    }

    void anOwnFileWithoutASafeStatusPageRuns()
    {
        writeConf("<Feed a.ffm>\n</Feed>\n<Stream a.ts>\nFeed a.ffm\nFormat mpegts\nNoDefaults\n"
                  "AudioCodec aac\nAudioBitRate 64\nAudioSampleRate 44100\nVideoCodec mpeg4\n"
                  "VideoSize 64x64\n</Stream>\n");
        FfserverProcess process(options());
        watch(process);
        process.start();
        QTRY_COMPARE_WITH_TIMEOUT(process.status().state, State::Running, patience);
        QTRY_VERIFY(!m_log.filter(QStringLiteral("VideoFrameRate")).isEmpty());
    }

private:
    void writeConf(const QByteArray &text) const
    {
        QFile file(m_folder->filePath(QStringLiteral("ffserver.conf")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    [[nodiscard]] FfserverProcess::Options options() const
    {
        FfserverProcess::Options options;
        options.program = QStringLiteral(ASPERSOR_ORIGINAL);
        options.confFile = m_folder->filePath(QStringLiteral("ffserver.conf"));
        options.http = {QStringLiteral("127.0.0.1"), 0};
        options.places = 3;
        options.timing.ready = 20s;
        options.timing.retry = 200ms;
        return options;
    }
    void watch(FfserverProcess &process)
    {
        connect(&process, &FfserverProcess::logLine, this,
                [this](LogLevel, const QString &text) { m_log += text; });
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    QStringList m_log;
};

QTEST_GUILESS_MAIN(TestOriginalServer)
#include "tst_originalserver.moc"
