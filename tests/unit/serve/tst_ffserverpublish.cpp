// SPDX-License-Identifier: GPL-3.0-or-later
#include "ffserverrun.h"

#include <QTcpServer>
#include <QTest>

using namespace aspersor;
using namespace aspersor::test;

/// Uploads over HTTP by real programs, and who may not.
class FfserverPublishTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();

    void ffmpegPublishesInEveryContainer();
    void curlPublishes_data();
    void curlPublishes();
    void aBodyMayEndWithTheConnection();
    void aSecondPublisherIsTurnedAway();
    void aSilentPublisherIsReplaced();
    void strangersAreTurnedAway_data();
    void strangersAreTurnedAway();
    void playlistsAreNotFollowed();
    void rubbishTakesNoFeed();
    void uploadsEndWithTheServer();

private:
    struct Answer {
        int status = 0;
        QByteArray text;
    };
    [[nodiscard]] static Answer curl(const QStringList &arguments, const QByteArray &body = {});
    [[nodiscard]] std::unique_ptr<QProcess> ffmpeg(const QString &format, const QString &url,
                                                   const QString &seconds);

    QTemporaryDir m_folder;
    QString m_mp4;             // the clip in a container whose sound is described in its head
    QByteArrayList m_pictures; // of the clip, in order
    QByteArrayList m_sounds;
};

constexpr int patience = 20'000;

void FfserverPublishTest::initTestCase()
{
    Player player(QStringLiteral(ASPERSOR_CLIP));
    QVERIFY(player.waitForEnd());
    m_pictures = player.pictures();
    m_sounds = player.sounds();
    QVERIFY(m_pictures.size() >= 299);
    m_mp4 = m_folder.filePath(QStringLiteral("clip.mp4"));
    QProcess process;
    process.start(QStringLiteral("ffmpeg"),
                  QStringLiteral("-nostdin -v error -i " ASPERSOR_CLIP " -c copy").split(QLatin1Char(' ')) +
                      QStringList{m_mp4});
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitCode(), 0);
}

FfserverPublishTest::Answer FfserverPublishTest::curl(const QStringList &arguments, const QByteArray &body)
{
    QProcess process;
    process.start(QStringLiteral("curl"),
                  QStringLiteral("-s -S --max-time 20 -w \n%{http_code}").split(QLatin1Char(' ')) +
                      arguments);
    process.write(body);
    process.closeWriteChannel();
    if (!process.waitForFinished(2 * patience))
        return {};
    const QByteArray output = process.readAllStandardOutput();
    const qsizetype end = output.lastIndexOf('\n');
    return {output.mid(end + 1).toInt(), output.left(end) + process.readAllStandardError()};
}

std::unique_ptr<QProcess> FfserverPublishTest::ffmpeg(const QString &format, const QString &url,
                                                      const QString &seconds)
{
    auto process = std::make_unique<QProcess>();
    QStringList arguments = QStringLiteral("-nostdin -v error -re -t").split(QLatin1Char(' '));
    arguments << seconds
              << QStringLiteral("-i")
              // libav's Matroska muxer wants to know the sound before its first packet.
              << (format == QStringLiteral("matroska") ? m_mp4 : QStringLiteral(ASPERSOR_CLIP))
              << QStringLiteral("-c") << QStringLiteral("copy") << QStringLiteral("-f") << format;
    process->start(QStringLiteral("ffmpeg"), arguments << url);
    return process;
}

void FfserverPublishTest::ffmpegPublishesInEveryContainer()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    const QStringList formats{QStringLiteral("mpegts"), QStringLiteral("nut"), QStringLiteral("matroska"),
                              QStringLiteral("flv")};
    std::vector<std::unique_ptr<QProcess>> publishers;
    std::vector<std::unique_ptr<Player>> players;
    for (const QString &format : formats) { // with and without the suffix that the original wants
        const QString suffix = format == QStringLiteral("nut") ? QString() : QStringLiteral(".ffm");
        publishers.push_back(ffmpeg(format, server.url(format + suffix), QStringLiteral("6")));
    }
    for (const QString &format : formats) {
        QTRY_VERIFY2_WITH_TIMEOUT(
            server.feedStates(format.toUtf8().constData()).startsWith(QStringLiteral("live")),
            (format.toUtf8() + server.errors()).constData(), patience);
        players.push_back(std::make_unique<Player>(server.url(format + QStringLiteral(".flv"))));
    }
    for (const auto &publisher : publishers) {
        QTRY_COMPARE_WITH_TIMEOUT(publisher->state(), QProcess::NotRunning, 2 * patience);
        // libav's FLV muxer cannot go back to write the duration, and says so.
        if (!publisher->arguments().contains(QStringLiteral("flv")))
            QCOMPARE(publisher->readAllStandardError(), QByteArray());
        QCOMPARE(publisher->exitCode(), 0);
    }
    for (std::size_t i = 0; i < players.size(); ++i) {
        const QByteArray format = formats[static_cast<qsizetype>(i)].toUtf8();
        QTRY_VERIFY_WITH_TIMEOUT(server.feedStates(format.constData()).endsWith(QStringLiteral("away")),
                                 patience);
        server.send(R"({"end":")" + format + R"("})");
        QVERIFY2(players[i]->waitForEnd(), format.constData());
        QVERIFY2(players[i]->faults().isEmpty(), (format + ": " + players[i]->faults()).constData());
        const QByteArrayList pictures = players[i]->pictures();
        QVERIFY2(placeOf(pictures, m_pictures) >= 0, format.constData());
        QVERIFY2(placeOf(players[i]->sounds(), m_sounds) >= 0, format.constData());
        QVERIFY2(pictures.size() >= 60, (format + QByteArray::number(pictures.size())).constData());
    }
    QVERIFY2(!server.errors().contains("[error]") && !server.errors().contains("[warning]"),
             server.errors().constData());
}

void FfserverPublishTest::curlPublishes_data()
{
    QTest::addColumn<QStringList>("arguments");
    const QString clip = QStringLiteral(ASPERSOR_CLIP);
    QTest::newRow("a file, with its length") << QStringList{QStringLiteral("-T"), clip};
    QTest::newRow("chunks") << QStringList{QStringLiteral("-T"), clip, QStringLiteral("-H"),
                                           QStringLiteral("Transfer-Encoding: chunked")};
    QTest::newRow("POST") << QStringList{QStringLiteral("--data-binary"), QLatin1Char('@') + clip,
                                         QStringLiteral("-H"), QStringLiteral("Content-Type: video/mp2t")};
}

void FfserverPublishTest::curlPublishes()
{
    QFETCH(QStringList, arguments);
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    const Answer answer = curl(arguments + QStringList{server.url(QStringLiteral("cam1.ts"))});
    QCOMPARE(answer.status, 200);
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    Player player(server.url(QStringLiteral("cam1.ts"))); // what is left of it: the newest GOP
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{1}, patience);
    server.send(R"({"end":"cam1"})");
    QVERIFY(player.waitForEnd());
    QVERIFY(player.pictures().size() >= 15);
    QVERIFY(placeOf(player.pictures(), m_pictures) >= 0);
}

void FfserverPublishTest::aBodyMayEndWithTheConnection()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    QFile clip(QStringLiteral(ASPERSOR_CLIP));
    QVERIFY(clip.open(QIODevice::ReadOnly));
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), server.port());
    QVERIFY(socket.waitForConnected(patience));
    socket.write("POST /cam1 HTTP/1.0\r\n\r\n" + clip.readAll());
    QTRY_COMPARE_WITH_TIMEOUT(socket.bytesToWrite(), 0, patience);
    socket.disconnectFromHost(); // half of it: the answer can still come
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    QVERIFY2(!server.errors().contains("broke off"), server.errors().constData());
}

void FfserverPublishTest::aSecondPublisherIsTurnedAway()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    const auto first =
        ffmpeg(QStringLiteral("mpegts"), server.url(QStringLiteral("cam1.ffm")), QStringLiteral("8"));
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    Player player(server.url(QStringLiteral("cam1.ts")));
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{1}, patience);
    const qint64 threads = server.fromProc("Threads");
    const Answer answer =
        curl({QStringLiteral("-T"), QStringLiteral(ASPERSOR_CLIP), server.url(QStringLiteral("cam1.ffm"))});
    QCOMPARE(answer.status, 409);
    QVERIFY2(answer.text.contains("Another upload"), answer.text.constData());
    QCOMPARE(server.fromProc("Threads"), threads); // no thread was spent
    // The room's own link is above that: a phone's newer connection is the better one.
    const ServeClip clip = loadServeClip(ASPERSOR_CLIP);
    LinkFeeder link(server, "cam1", clip);
    QVERIFY(link.start());
    QTRY_VERIFY_WITH_TIMEOUT(server.errors().contains("taken over"), patience);
    // ffmpeg does not look at the answer before its end, and is told by the connection.
    QTRY_COMPARE_WITH_TIMEOUT(first->state(), QProcess::NotRunning, patience);
}

void FfserverPublishTest::aSilentPublisherIsReplaced()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    QFile clip(QStringLiteral(ASPERSOR_CLIP));
    QVERIFY(clip.open(QIODevice::ReadOnly));
    QTcpSocket silent;
    silent.connectToHost(QStringLiteral("127.0.0.1"), server.port());
    QVERIFY(silent.waitForConnected(patience));
    silent.write("POST /cam1 HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + clip.readAll());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    const QStringList upload{QStringLiteral("-T"), QStringLiteral(ASPERSOR_CLIP),
                             server.url(QStringLiteral("cam1"))};
    QCOMPARE(curl(upload).status, 409);
    int status = 0;
    QTRY_VERIFY_WITH_TIMEOUT((status = curl(upload).status) != 409, patience);
    QCOMPARE(status, 200);
    QTRY_VERIFY_WITH_TIMEOUT(silent.bytesAvailable() > 0, patience);
    QVERIFY(silent.readAll().startsWith("HTTP/1.1 409 "));
}

void FfserverPublishTest::strangersAreTurnedAway_data()
{
    QTest::addColumn<QByteArray>("config");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("status");
    const QString header = QStringLiteral("-H");
    QTest::newRow("not in the ACL") << QByteArray("<Feed cam1>\nACL allow 10.0.0.1\n</Feed>") << QStringList()
                                    << "cam1" << 403;
    QTest::newRow("denied") << QByteArray("<Feed cam1>\nACL deny 127.0.0.1\n</Feed>") << QStringList()
                            << "cam1" << 403;
    QTest::newRow("a web page") << QByteArray()
                                << QStringList{header, QStringLiteral("Origin: http://example.org")} << "cam1"
                                << 403;
    QTest::newRow("behind a proxy") << QByteArray()
                                    << QStringList{header, QStringLiteral("X-Forwarded-For: 10.0.0.1")}
                                    << "cam1" << 403;
    QTest::newRow("a web page, invited")
        << QByteArray("<Feed cam1>\nACL allow 127.0.0.1\n</Feed>")
        << QStringList{header, QStringLiteral("Origin: http://example.org")} << "cam1" << 200;
    QTest::newRow("no feed's name") << QByteArray() << QStringList() << "a%20b" << 404;
    QTest::newRow("two codings") << QByteArray()
                                 << QStringList{header, QStringLiteral("Transfer-Encoding: gzip, chunked")}
                                 << "cam1" << 501;
}

void FfserverPublishTest::strangersAreTurnedAway()
{
    QFETCH(QByteArray, config);
    QFETCH(QStringList, arguments);
    QFETCH(QString, name);
    QFETCH(int, status);
    FfserverRun server(config);
    QVERIFY2(server.start(), server.errors().constData());
    const Answer answer = curl(QStringList{QStringLiteral("-T"), QStringLiteral(ASPERSOR_CLIP)} + arguments +
                               QStringList{server.url(name)});
    QCOMPARE(answer.status, status);
    QVERIFY2(answer.text.trimmed().endsWith('.'), answer.text.constData()); // a sentence
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"),
                              status == 200 ? QStringLiteral("live,away") : QString(), patience);
}

void FfserverPublishTest::playlistsAreNotFollowed()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    QTcpServer inside; // an address that only this machine can reach
    QVERIFY(inside.listen(QHostAddress::LocalHost));
    const QByteArray address = "http://127.0.0.1:" + QByteArray::number(inside.serverPort()) + "/x.ts\n";
    for (const QByteArray &list : {"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n" + address,
                                   "ffconcat version 1.0\nfile " + address}) {
        const Answer answer =
            curl({QStringLiteral("-T"), QStringLiteral("-"), server.url(QStringLiteral("cam1"))}, list);
        QCOMPARE(answer.status, 415);
        QVERIFY2(answer.text.contains("MPEG-TS"), answer.text.constData());
    }
    QVERIFY(!inside.waitForNewConnection(0));
}

void FfserverPublishTest::rubbishTakesNoFeed()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    for (const QByteArray &body : {QByteArray(), QByteArray("hello"), QByteArray(900'000, 'x')})
        QCOMPARE(curl({QStringLiteral("-T"), QStringLiteral("-"), server.url(QStringLiteral("cam1"))}, body)
                     .status,
                 415);
    QCOMPARE(server.feedStates("cam1"), QString());
}

void FfserverPublishTest::uploadsEndWithTheServer()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    const auto publisher =
        ffmpeg(QStringLiteral("mpegts"), server.url(QStringLiteral("cam1.ffm")), QStringLiteral("10"));
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    server.send(R"({"quit":true})");
    QVERIFY(server.waitForExit());
    QCOMPARE(server.process().exitCode(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(publisher->state(), QProcess::NotRunning, patience);
}

QTEST_GUILESS_MAIN(FfserverPublishTest)
#include "tst_ffserverpublish.moc"
