// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ingest/ingestfixture.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;

/// The programs that people publish with, against the ingest.
class TestIngestPeers : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        IngestFixture::clip();
        for (const char *program : {"ffmpeg", "curl"})
            if (QStandardPaths::findExecutable(QString::fromLatin1(program)).isEmpty())
                QSKIP("ffmpeg and curl are needed");
    }

    void ffmpegPublishes()
    {
        IngestFixture fixture(patient());
        const auto run = start(QStringLiteral("ffmpeg"),
                               {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-i"), clip(),
                                QStringLiteral("-c"), QStringLiteral("copy"), QStringLiteral("-f"),
                                QStringLiteral("mpegts"), url(fixture, "/cam1?key=K")});
        QCOMPARE(finish(*run), 0);
        QTRY_COMPARE_WITH_TIMEOUT(fixture.pictures("cam1"), std::size_t(300), 10'000);
        QVERIFY(fixture.sink("cam1")->isMonotonic());
    }

    void ffmpegPublishesSegments()
    {
        IngestFixture fixture(patient());
        const auto run =
            start(QStringLiteral("ffmpeg"),
                  {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-i"), clip(),
                   QStringLiteral("-c"), QStringLiteral("copy"), QStringLiteral("-f"), QStringLiteral("hls"),
                   QStringLiteral("-method"), QStringLiteral("PUT"), QStringLiteral("-hls_time"),
                   QStringLiteral("2"), QStringLiteral("-headers"),
                   QStringLiteral("Authorization: Bearer K\r\n"), QStringLiteral("-hls_segment_filename"),
                   url(fixture, "/cam1/seg-%03d.ts"), url(fixture, "/cam1/index.m3u8")});
        QCOMPARE(finish(*run), 0);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") >= 299, 10'000);
        QVERIFY(fixture.sink("cam1")->isMonotonic());
        QCOMPARE(fixture.sink("cam1")->events(),
                 QStringList{QStringLiteral("description")}); // one feed, never away
    }

    void curlPublishes_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("chunked") << QStringList{QStringLiteral("-T"), QStringLiteral("-"),
                                                QStringLiteral("-H"),
                                                QStringLiteral("Transfer-Encoding: chunked")};
        QTest::newRow("length") << QStringList{QStringLiteral("-T"), clip()};
        QTest::newRow("POST") << QStringList{QStringLiteral("-X"), QStringLiteral("POST"),
                                             QStringLiteral("--data-binary"), QStringLiteral("@") + clip()};
        QTest::newRow("expect") << QStringList{QStringLiteral("-T"), clip(), QStringLiteral("-H"),
                                               QStringLiteral("Expect: 100-continue")};
        QTest::newRow("HTTP/1.0") << QStringList{QStringLiteral("-0"), QStringLiteral("-T"), clip()};
    }
    void curlPublishes()
    {
        QFETCH(QStringList, arguments);
        IngestFixture fixture(patient());
        const auto run =
            curl(arguments << QStringLiteral("-u") << QStringLiteral("phone:K") << url(fixture, "/cam1.ts"));
        QCOMPARE(finish(*run), 0);
        const QByteArray out = run->readAllStandardOutput();
        QVERIFY2(out.endsWith(" 200") && out.contains("\"feed\":\"cam1\""), out.constData());
        QCOMPARE(fixture.pictures("cam1"), std::size_t(300));
    }

    void curlSeesWhyItIsRefused_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("status");
        QTest::newRow("no key") << QByteArray("/cam1") << QByteArray(ASPERSOR_CLIP) << QByteArray(" 401");
        QTest::newRow("bad name") << QByteArray("/cam%201?key=K") << QByteArray(ASPERSOR_CLIP)
                                  << QByteArray(" 404");
        QTest::newRow("live already")
            << QByteArray("/live?key=K") << QByteArray(ASPERSOR_CLIP) << QByteArray(" 409");
        QTest::newRow("no MPEG-TS") << QByteArray("/cam1?key=K") << QByteArray("/dev/zero")
                                    << QByteArray(" 415");
    }
    void curlSeesWhyItIsRefused()
    {
        QFETCH(QByteArray, path);
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, status);
        IngestFixture fixture(patient());
        WireClient live(fixture.port);
        QVERIFY(live.send(IngestFixture::head("/live?key=K")));
        QTRY_COMPARE_WITH_TIMEOUT(fixture.registry.sessionCount(), std::size_t(1), 10'000);
        const auto run = curl({QStringLiteral("-T"), QStringLiteral("-"), QStringLiteral("-H"),
                               QStringLiteral("Expect:"), url(fixture, path.constData())},
                              QString::fromUtf8(file));
        finish(*run);
        const QByteArray out = run->readAllStandardOutput();
        QVERIFY2(out.endsWith(status), out.constData());
    }

    void kickedFfmpegEnds()
    {
        IngestFixture fixture(patient());
        const auto run = start(QStringLiteral("ffmpeg"),
                               {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-re"),
                                QStringLiteral("-stream_loop"), QStringLiteral("-1"), QStringLiteral("-i"),
                                clip(), QStringLiteral("-c"), QStringLiteral("copy"), QStringLiteral("-f"),
                                QStringLiteral("mpegts"), url(fixture, "/cam1?key=K")});
        QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 10, 20'000);
        QVERIFY(fixture.registry.kick(QStringLiteral("cam1")));
        QVERIFY(finish(*run) != 0);
        QCOMPARE(fixture.state("cam1"), static_cast<int>(FeedState::Kicked));
    }

private:
    static FeedOptions patient()
    {
        FeedOptions options;
        options.silenceTimeout = 60s;
        options.grace = 60s;
        return options;
    }
    static QString clip() { return QStringLiteral(ASPERSOR_CLIP); }
    static QString url(const IngestFixture &fixture, const char *path)
    {
        return QStringLiteral("http://127.0.0.1:%1%2").arg(fixture.port).arg(QString::fromLatin1(path));
    }
    static std::unique_ptr<QProcess> start(const QString &program, const QStringList &arguments,
                                           const QString &input = QProcess::nullDevice())
    {
        auto process = std::make_unique<QProcess>();
        process->setStandardInputFile(input);
        process->start(program, arguments);
        return process;
    }
    static std::unique_ptr<QProcess> curl(const QStringList &arguments, const QString &input = clip())
    {
        return start(
            QStringLiteral("curl"),
            QStringList{QStringLiteral("-sS"), QStringLiteral("-w"), QStringLiteral(" %{http_code}")} +
                arguments,
            input);
    }
    static int finish(QProcess &process)
    {
        if (!process.waitForFinished(30'000))
            return -1;
        return process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    }
};

QTEST_GUILESS_MAIN(TestIngestPeers)
#include "tst_ingestpeers.moc"
