// SPDX-License-Identifier: GPL-3.0-or-later
#include "ffserverrun.h"

#include <QJsonArray>
#include <QTcpServer>
#include <QTest>
#include <csignal>
#include <sys/stat.h>

using namespace aspersor;
using namespace aspersor::test;

/// The real program with real peers: what viewers of a feed see.
class FfserverProgramTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();

    void allFormatsAtOnce();
    void ffmpegFeedsTransportStream();
    void viewersSurviveAPauseAndAReconnect();
    void aSecondUploadTakesOver();
    void changedTracksReachTheViewers();
    void aNewViewerIsServedAtOnce();
    void aSlowViewerIsMovedOn();
    void aStuckViewerIsDropped();
    void theGraceTimeSendsViewersHome();

private:
    ServeClip m_clip;
    QByteArrayList m_pictures; // of the clip, in order
    QByteArrayList m_sounds;
};

constexpr int patience = 20'000;

void FfserverProgramTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    QVERIFY(m_clip.packets.size() > 700);
    Player player(QStringLiteral(ASPERSOR_CLIP));
    QVERIFY(player.waitForEnd());
    m_pictures = player.pictures();
    m_sounds = player.sounds();
    QVERIFY(m_pictures.size() >= 299);
}

void FfserverProgramTest::allFormatsAtOnce()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);

    const QStringList names{QStringLiteral("cam1.ts"), QStringLiteral("cam1.flv"), QStringLiteral("cam1.mkv"),
                            QStringLiteral("cam1.mp4"), QStringLiteral("cam1.aac")};
    std::vector<std::unique_ptr<Player>> players;
    for (const QString &name : names)
        players.push_back(std::make_unique<Player>(server.url(name)));
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), 2 * patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{5}, patience);
    feeder.endBody();
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("away")), patience);
    QVERIFY(feeder.answers().startsWith("HTTP/1.1 200 "));
    feeder.socket().write("DELETE /cam1 HTTP/1.1\r\nHost: x\r\n\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away,ended"), patience);

    for (std::size_t i = 0; i < players.size(); ++i) {
        Player &player = *players[i];
        const QByteArray name = names[static_cast<qsizetype>(i)].toUtf8();
        QVERIFY2(player.waitForEnd(), name.constData());
        QVERIFY2(player.faults().isEmpty(), (name + ": " + player.faults()).constData());
        QVERIFY2(player.timeGrows(), name.constData());
        const QByteArrayList sounds = player.sounds();
        QVERIFY2(placeOf(sounds, m_sounds) >= 0,
                 (name + ' ' + QByteArray::number(sounds.size())).constData());
        if (name.endsWith("aac"))
            continue;
        const QByteArrayList pictures = player.pictures();
        const qsizetype place = placeOf(pictures, m_pictures);
        QVERIFY2(place >= 0, (name + ' ' + QByteArray::number(pictures.size())).constData());
        QCOMPARE(place % 30, 0); // the clip has a keyframe every 30 pictures
        QVERIFY2(place + pictures.size() >= m_pictures.size() - 1,
                 (name + " misses pictures at the end: " + QByteArray::number(pictures.size())).constData());
    }
    QVERIFY2(!server.errors().contains("[error]") && !server.errors().contains("[warning]"),
             server.errors().constData());
}

void FfserverProgramTest::ffmpegFeedsTransportStream()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    QLocalSocket link;
    link.connectToServer(server.socketPath());
    QVERIFY(link.waitForConnected());
    link.write("POST /cam1.ts HTTP/1.1\r\nHost: x\r\nContent-Type: video/mp2t\r\nTransfer-Encoding: "
               "chunked\r\n\r\n");
    QProcess ffmpeg;
    connect(&ffmpeg, &QProcess::readyReadStandardOutput, this, [&] {
        const QByteArray bytes = ffmpeg.readAllStandardOutput();
        link.write(QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n");
    });
    ffmpeg.start(QStringLiteral("ffmpeg"), QStringLiteral("-nostdin -v error -re -t 5 -i " ASPERSOR_CLIP
                                                          " -c copy -f mpegts -flush_packets 1 -")
                                               .split(QLatin1Char(' ')));
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    Player player(server.url(QStringLiteral("cam1.flv")));
    QTRY_VERIFY_WITH_TIMEOUT(ffmpeg.state() == QProcess::NotRunning, patience);
    link.write("0\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("away")), patience);
    server.send(R"({"end":"cam1"})");
    QVERIFY(player.waitForEnd());
    QVERIFY2(player.faults().isEmpty(), player.faults().constData());
    QVERIFY(placeOf(player.pictures(), m_pictures) >= 0);
    QVERIFY(player.pictures().size() > 60);
}

void FfserverProgramTest::viewersSurviveAPauseAndAReconnect()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    auto feeder = std::make_unique<LinkFeeder>(server, "cam1", m_clip);
    QVERIFY(feeder->start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer ts(server, "/cam1.ts");
    RawViewer flv(server, "/cam1.flv");
    QTRY_VERIFY_WITH_TIMEOUT(ts.body().size() > 100'000 && flv.body().size() > 100'000, patience);
    feeder->abort();
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    const qsizetype tsBefore = ts.body().size();
    QElapsedTimer away;
    away.start();
    QTRY_VERIFY_WITH_TIMEOUT(away.hasExpired(5000), 6000);
    QCOMPARE(ts.body().size(), tsBefore);
    // a viewer that comes now gets the last pictures and waits with the others
    RawViewer late(server, "/cam1.ts");
    QTRY_VERIFY_WITH_TIMEOUT(late.body().size() > 10'000, patience);
    feeder = std::make_unique<LinkFeeder>(server, "cam1", m_clip); // its time begins anew
    QVERIFY(feeder->start());
    QTRY_VERIFY_WITH_TIMEOUT(ts.body().size() > tsBefore + 200'000, patience);
    QCOMPARE(server.feedStates("cam1"), QStringLiteral("live,away,live"));
    QVERIFY(ts.connected() && flv.connected() && late.connected());

    for (const RawViewer *viewer : {&ts, &flv, &late}) {
        const bool isFlv = viewer == &flv;
        const QByteArray body = viewer->body();
        if (!isFlv)
            QCOMPARE(unexplainedGaps(body.left(body.size() / 188 * 188)), 0);
        const ServeClip seen = demuxed(body, isFlv ? "flv" : "mpegts");
        QMap<int, media::Ticks> last;
        media::Ticks longest = 0;
        for (const media::Packet &packet : seen.packets) {
            if (last.contains(packet.track)) {
                QVERIFY(packet.dts > last[packet.track]);
                longest = qMax(longest, packet.dts - last[packet.track]);
            }
            last[packet.track] = packet.dts;
        }
        QVERIFY2(longest > 4 * media::ticksPerSecond && longest < 8 * media::ticksPerSecond,
                 QByteArray::number(longest).constData());
    }
}

void FfserverProgramTest::aSecondUploadTakesOver()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder first(server, "cam1", m_clip);
    QVERIFY(first.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer viewer(server, "/cam1.ts");
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > 50'000, patience);

    // an upload of nothing is no reason to take a feed away from anybody
    QLocalSocket nothing;
    nothing.connectToServer(server.socketPath());
    QVERIFY(nothing.waitForConnected());
    nothing.write("POST /cam1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
    QTRY_VERIFY_WITH_TIMEOUT(nothing.state() == QLocalSocket::UnconnectedState, patience);
    QVERIFY(nothing.readAll().startsWith("HTTP/1.1 400 "));
    QVERIFY(first.socket().state() == QLocalSocket::ConnectedState);

    LinkFeeder second(server, "cam1", m_clip);
    QVERIFY(second.start());
    QTRY_VERIFY_WITH_TIMEOUT(first.socket().state() == QLocalSocket::UnconnectedState, patience);
    QVERIFY(first.answers().contains("HTTP/1.1 409 "));
    const qsizetype before = viewer.body().size();
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > before + 50'000, patience);
    QCOMPARE(server.feedStates("cam1"), QStringLiteral("live"));
    const QByteArray body = viewer.body();
    QCOMPARE(unexplainedGaps(body.left(body.size() / 188 * 188)), 0);
}

void FfserverProgramTest::changedTracksReachTheViewers()
{
    QProcess ffmpeg;
    ffmpeg.start(
        QStringLiteral("ffmpeg"),
        QStringLiteral(
            "-nostdin -v error -f lavfi -i testsrc2=size=320x240:rate=30 -f lavfi -i "
            "sine=sample_rate=44100 -t 2 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 30 -bf 0 "
            "-c:a aac -f mpegts -")
            .split(QLatin1Char(' ')));
    QVERIFY(ffmpeg.waitForFinished(30'000));
    ServeClip other = demuxed(ffmpeg.readAllStandardOutput(), "mpegts");
    QVERIFY(other.packets.size() > 100);

    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 3);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    Player ts(server.url(QStringLiteral("cam1.ts")));
    Player flv(server.url(QStringLiteral("cam1.flv")));
    Player mkv(server.url(QStringLiteral("cam1.mkv")));
    Player mp4(server.url(QStringLiteral("cam1.mp4")));
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{4}, patience);
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.endBody(); // and goes on at once
    feeder.use(other);
    feeder.startBody();
    // these containers cannot carry two of a kind
    QVERIFY(mkv.waitForEnd());
    QVERIFY(mp4.waitForEnd());
    QVERIFY(mkv.faults().isEmpty() && mp4.faults().isEmpty());
    int told = 0;
    for (const QJsonObject &event : server.events("viewer"))
        told += event[QStringLiteral("reason")].toString().contains(QStringLiteral("format changed")) ? 1 : 0;
    QCOMPARE(told, 2);
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.endBody();
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("away")), patience);
    QCOMPARE(server.feedStates("cam1"), QStringLiteral("live,away")); // no gap between the two
    server.send(R"({"end":"cam1"})");
    for (Player *player : {&ts, &flv}) {
        QVERIFY(player->waitForEnd());
        QVERIFY(player->timeGrows());
        // 10 s of the one, from some keyframe on, and 2 s of the other
        QVERIFY2(player->pictures().size() > 120, QByteArray::number(player->pictures().size()).constData());
    }
    const qsizetype tsPictures = ts.pictures().size();
    QVERIFY(placeOf(ts.pictures().first(tsPictures - 65), m_pictures) >= 0);
    QVERIFY(placeOf(ts.pictures(), m_pictures) < 0); // the other's are there
}

void FfserverProgramTest::aNewViewerIsServedAtOnce()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    QVERIFY(QTest::qWaitFor([&] { return feeder.finished(); }, 2 * patience));
    // nothing more comes: what arrives now was kept for those who come
    for (const char *name : {"/cam1.ts", "/cam1.flv", "/cam1.mkv", "/cam1.mp4"}) {
        RawViewer viewer(server, name);
        QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > 50'000, patience);
        QCOMPARE(viewer.status(), 200);
    }
}

void FfserverProgramTest::aSlowViewerIsMovedOn()
{
    FfserverRun server("Workers 1\n");
    QVERIFY2(server.start(), server.errors().constData());
    ServeClip longer = m_clip;
    for (int round = 1; round < 8; ++round) {
        const auto more = m_clip.later(round);
        longer.packets.insert(longer.packets.end(), more.begin(), more.end());
    }
    LinkFeeder feeder(server, "cam1", longer, 4);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer slow(server, "/cam1.ts");
    slow.pause(true);
    RawViewer quick(server, "/cam1.ts");
    QTRY_VERIFY_WITH_TIMEOUT(quick.body().size() > 500'000, patience);
    [[maybe_unused]] const qint64 memory = server.fromProc("VmRSS");
    const auto skips = [&] {
        for (const QJsonValue value : server.status()[QStringLiteral("viewerList")].toArray()) {
            if (value[QStringLiteral("skips")].toInt() > 0)
                return value[QStringLiteral("skips")].toInt();
        }
        return 0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(skips() > 0, 2 * patience);
    QTRY_VERIFY_WITH_TIMEOUT(quick.body().size() > 3'000'000, patience);
    slow.pause(false);
    const qsizetype before = slow.body().size();
    QTRY_VERIFY_WITH_TIMEOUT(slow.body().size() > before + 500'000, patience);
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__) // which keep what is freed
    QVERIFY2(server.fromProc("VmRSS") < memory + 8 * 1024, "memory grew");
#endif
    // the slow one sees no gap that is not announced, the quick one none at all
    int announced = 0;
    QByteArray body = slow.body();
    QCOMPARE(unexplainedGaps(body.left(body.size() / 188 * 188), &announced), 0);
    QVERIFY(announced > 0);
    announced = 0;
    body = quick.body();
    QCOMPARE(unexplainedGaps(body.left(body.size() / 188 * 188), &announced), 0);
    QCOMPARE(announced, 0);
}

void FfserverProgramTest::aStuckViewerIsDropped()
{
    FfserverRun server("ViewerTimeout 1\n");
    QVERIFY2(server.start(), server.errors().constData());
    ServeClip longer = m_clip;
    const auto more = m_clip.later(1);
    longer.packets.insert(longer.packets.end(), more.begin(), more.end());
    LinkFeeder feeder(server, "cam1", longer, 4);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer stuck(server, "/cam1.ts");
    stuck.pause(true);
    RawViewer quick(server, "/cam1.ts");
    const auto left = [&] {
        for (const QJsonObject &event : server.events("viewer")) {
            if (event[QStringLiteral("state")].toString() == QStringLiteral("left"))
                return event[QStringLiteral("reason")].toString();
        }
        return QString();
    };
    QTRY_COMPARE_WITH_TIMEOUT(left(), QStringLiteral("the viewer took nothing for too long"), 2 * patience);
    QVERIFY(quick.connected());
}

void FfserverProgramTest::theGraceTimeSendsViewersHome()
{
    FfserverRun server("FeedGrace 1\n");
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer viewer(server, "/cam1.mkv");
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > 50'000, patience);
    feeder.abort();
    QTRY_VERIFY_WITH_TIMEOUT(!viewer.connected(), patience);
    QCOMPARE(viewer.socket().error(), QAbstractSocket::RemoteHostClosedError); // an end, not a reset
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away,ended"), patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{2}, patience);
    QCOMPARE(server.events("viewer").back()[QStringLiteral("reason")].toString(),
             QStringLiteral("the feed did not come back"));
    RawViewer after(server, "/cam1.mkv");
    QTRY_COMPARE_WITH_TIMEOUT(after.status(), 404, patience);
}

QTEST_GUILESS_MAIN(FfserverProgramTest)
#include "tst_ffserverprogram.moc"
