// SPDX-License-Identifier: GPL-3.0-or-later
#include "ffserverrun.h"

#include <QJsonArray>
#include <QTest>
#include <csignal>
#include <sys/resource.h>

using namespace aspersor;
using namespace aspersor::test;

constexpr int patience = 20'000;

/// Feeds whose past is kept in a file, and recordings as streams: the real program, what its viewers see.
class FfserverPastTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();

    void aViewerBeginsInThePastAndComesToLive();
    void everyFormatHasAPast();
    void aDateIsUnderstood();
    void prerollIsKept();
    void withoutAFileTheRingIsThePast();
    void theFileWrapsUnderAViewer();
    void thePastSurvivesARestart();
    void truncateBeginsAnew();
    void aReadOnlyFeedIsARecording();
    void aFullDiskTouchesNobody();
    void aStrangersFileIsLeftAlone();
    void aRecordingIsServed();
    void aRecordingLoops();
    void viewersEndAfterMaxTime();

private:
    [[nodiscard]] static QByteArray feedConfig(const QByteArray &more = {});
    [[nodiscard]] static QString pathOf(const FfserverRun &server)
    {
        return server.folder() + QStringLiteral("/cam1.past");
    }
    /// The clip as often as needed: what a feed that goes on sends.
    [[nodiscard]] QByteArrayList rounds(int count) const
    {
        QByteArrayList all;
        for (int i = 0; i < count; ++i)
            all += m_pictures;
        return all;
    }
    /// Waits until all of the clip has left, and ends the upload.
    [[nodiscard]] static bool sendsAll(LinkFeeder &feeder)
    {
        const bool sent = QTest::qWaitFor(
            [&] { return feeder.finished() && feeder.socket().bytesToWrite() == 0; }, 2 * patience);
        feeder.endBody();
        return sent;
    }
    /// Of the first feed in a report.
    [[nodiscard]] static int viewersOf(const QJsonObject &report)
    {
        return report[QStringLiteral("feeds")].toArray().first()[QStringLiteral("viewers")].toInt(-1);
    }
    /// A run of the clip, in any round.
    [[nodiscard]] bool isRun(const QByteArrayList &seen) const { return placeOf(seen, rounds(4)) >= 0; }

    ServeClip m_clip;
    ServeClip m_long; // four times the clip
    QByteArrayList m_pictures;
};

void FfserverPastTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    m_long = m_clip;
    for (int round = 1; round < 4; ++round) {
        const auto later = m_clip.later(round);
        m_long.packets.insert(m_long.packets.end(), later.begin(), later.end());
    }
    Player player(QStringLiteral(ASPERSOR_CLIP));
    QVERIFY(player.waitForEnd());
    m_pictures = player.pictures();
    QCOMPARE(m_pictures.size(), 300);
}

QByteArray FfserverPastTest::feedConfig(const QByteArray &more)
{
    return "<Feed cam1>\nFile FOLDER/cam1.past\n" + more + "</Feed>\n";
}

void FfserverPastTest::aViewerBeginsInThePastAndComesToLive()
{
    FfserverRun server(feedConfig("FileMaxSize 50M\n"));
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_long);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    QElapsedTimer clock;
    clock.start();
    QTRY_VERIFY_WITH_TIMEOUT(clock.elapsed() > 9000, patience);
    Player live(server.url(QStringLiteral("cam1.ts")));
    Player past(server.url(QStringLiteral("cam1.ts?buffer=6")));
    QTRY_VERIFY_WITH_TIMEOUT(live.pictures().size() > 60, patience);
    QTRY_VERIFY_WITH_TIMEOUT(past.pictures().size() > 240, patience);
    QCOMPARE(viewersOf(server.status()), 2);
    QTRY_COMPARE_WITH_TIMEOUT(viewersOf(server.events("stats").back()), 2, patience);
    QCOMPARE(server.events("stats").back()[QStringLiteral("viewers")].toInt(), 2);
    server.send(R"({"end":"cam1"})");
    QVERIFY(live.waitForEnd());
    QVERIFY(past.waitForEnd());
    for (Player *player : {&live, &past}) {
        QVERIFY2(player->faults().isEmpty(), player->faults().constData());
        QVERIFY(player->timeGrows());
        QVERIFY(isRun(player->pictures()));
    }
    const qsizetype at = placeOf(past.pictures(), rounds(4));
    QCOMPARE(at % 30, 0); // a keyframe
    // Six seconds more of it than the other, and the same end.
    const qsizetype more = past.pictures().size() - live.pictures().size();
    QVERIFY2(more >= 150 && more <= 240, QByteArray::number(more).constData());
    QCOMPARE(past.pictures().last(), live.pictures().last());
    QVERIFY2(!server.errors().contains("[error]") && !server.errors().contains("[warning]"),
             server.errors().constData());
}

void FfserverPastTest::everyFormatHasAPast()
{
    FfserverRun server(feedConfig("FileMaxSize 50M\n"));
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 20);
    QVERIFY(feeder.start());
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(feeder.socket().bytesToWrite(), 0, patience);
    std::vector<std::unique_ptr<Player>> players;
    for (const char *name :
         {"cam1.ts?buffer=99", "cam1.flv?buffer=99", "cam1.mkv?buffer=99", "cam1.mp4?buffer=99"})
        players.push_back(std::make_unique<Player>(server.url(QString::fromLatin1(name))));
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), players.size(), patience);
    feeder.endBody();
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    server.send(R"({"end":"cam1"})");
    for (const auto &player : players) {
        QVERIFY(player->waitForEnd());
        QVERIFY2(player->faults().isEmpty(), player->faults().constData());
        QCOMPARE(player->pictures(), m_pictures); // all that there was
        QVERIFY(player->timeGrows());
    }
}

void FfserverPastTest::aDateIsUnderstood()
{
    FfserverRun server(feedConfig("FileMaxSize 50M\n"));
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 20);
    QVERIFY(feeder.start());
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.endBody();
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    RawViewer bad(server, "/cam1.ts?date=tomorrow");
    QTRY_COMPARE_WITH_TIMEOUT(bad.status(), 400, patience);
    Player player(
        server.url(QStringLiteral("cam1.ts?date=2020-02-29T12:00:00Z"))); // before all: from the oldest
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{1}, patience);
    server.send(R"({"end":"cam1"})");
    QVERIFY(player.waitForEnd());
    QCOMPARE(player.pictures(), m_pictures);
}

void FfserverPastTest::prerollIsKept()
{
    FfserverRun server(feedConfig("FileMaxSize 50M\n") +
                       "<Stream late.ts>\nFeed cam1\nPreroll 60\nStartSendOnKey\n</Stream>\n");
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 20);
    QVERIFY(feeder.start());
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.endBody();
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    Player late(server.url(QStringLiteral("late.ts")));
    Player now(server.url(QStringLiteral("late.ts?buffer=0"))); // overrides it
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{2}, patience);
    server.send(R"({"end":"cam1"})");
    QVERIFY(late.waitForEnd());
    QVERIFY(now.waitForEnd());
    QCOMPARE(late.pictures(), m_pictures);
    QVERIFY(now.pictures().size() <= 30);
    QVERIFY(isRun(now.pictures()));
}

void FfserverPastTest::withoutAFileTheRingIsThePast()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    Player first(server.url(QStringLiteral("cam1.ts"))); // keeps the muxer running
    QTRY_VERIFY_WITH_TIMEOUT(first.pictures().size() > 120, patience);
    Player back(server.url(QStringLiteral("cam1.ts?buffer=60")));
    Player now(server.url(QStringLiteral("cam1.ts")));
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{3}, patience);
    server.send(R"({"end":"cam1"})");
    QVERIFY(back.waitForEnd());
    QVERIFY(now.waitForEnd());
    QVERIFY2(back.faults().isEmpty(), back.faults().constData());
    QVERIFY(isRun(back.pictures()));
    QVERIFY(back.pictures().size() >= now.pictures().size() + 30); // a GOP more, at least
}

void FfserverPastTest::theFileWrapsUnderAViewer()
{
    FfserverRun server(feedConfig("FileMaxSize 1M\n")); // some seconds of the clip
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_long, 8);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer live(server, "/cam1.ts");
    RawViewer past(server, "/cam1.ts?buffer=60");
    QTRY_VERIFY_WITH_TIMEOUT(past.body().size() > 100'000, patience);
    past.pause(true);
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), 2 * patience);
    QTRY_COMPARE_WITH_TIMEOUT(feeder.socket().bytesToWrite(), 0, patience);
    past.pause(false);
    feeder.endBody();
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    server.send(R"({"end":"cam1"})");
    QTRY_VERIFY_WITH_TIMEOUT(!past.connected() && !live.connected(), patience);
    QVERIFY(QFileInfo(pathOf(server)).size() <= 1024 * 1024);
    QCOMPARE(unexplainedGaps(live.body()), 0);
    QCOMPARE(unexplainedGaps(past.body()), 0);
    // What the past's viewer saw of it is whole GOPs, in order.
    const ServeClip seen = demuxed(past.body(), "mpegts");
    QVERIFY(!seen.packets.empty());
    qint64 skips = 0;
    for (const QJsonObject &event : server.events("viewer"))
        skips += event[QStringLiteral("skips")].toInt();
    const ServeClip whole = demuxed(live.body(), "mpegts");
    QVERIFY(seen.packets.size() < whole.packets.size());
    QCOMPARE(seen.packets.back().data().size(), whole.packets.back().data().size()); // it came to the end
    QVERIFY2(skips > 0, "the viewer was overtaken");
}

void FfserverPastTest::thePastSurvivesARestart()
{
    FfserverRun server(feedConfig("FileMaxSize 50M\n"));
    QVERIFY2(server.start(), server.errors().constData());
    {
        LinkFeeder feeder(server, "cam1", m_clip, 20);
        QVERIFY(feeder.start());
        QVERIFY(sendsAll(feeder));
        QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    }
    // It is killed, and the last record is torn.
    QFile file(pathOf(server));
    QTRY_VERIFY_WITH_TIMEOUT(file.size() > 500'000, patience);
    server.process().kill();
    QVERIFY(server.waitForExit());
    QVERIFY(file.resize(file.size() - 100));

    QVERIFY2(server.start(), server.errors().constData());
    Player player(server.url(QStringLiteral("cam1.ts?buffer=600"))); // nothing is on the air yet
    QTRY_VERIFY_WITH_TIMEOUT(player.pictures().size() > 240, patience);
    QCOMPARE(viewersOf(server.status()), 1);
    LinkFeeder feeder(server, "cam1", m_clip, 20);
    QVERIFY(feeder.start());
    QVERIFY(sendsAll(feeder));
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("live,away")), patience);
    server.send(R"({"end":"cam1"})");
    QVERIFY(player.waitForEnd());
    QVERIFY(player.timeGrows());
    // The old without its torn end, then all of the new.
    const QByteArrayList seen = player.pictures();
    QCOMPARE(seen.last(300), m_pictures);
    const QByteArrayList old = seen.first(seen.size() - 300);
    QVERIFY2(old.size() >= 270, QByteArray::number(old.size()).constData());
    QCOMPARE(placeOf(old.first(270), m_pictures), 0);
}

void FfserverPastTest::truncateBeginsAnew()
{
    FfserverRun server(feedConfig("FileMaxSize 50M\nTruncate\n"));
    QVERIFY2(server.start(), server.errors().constData());
    for (int upload = 0; upload < 2; ++upload) {
        LinkFeeder feeder(server, "cam1", m_clip, 20);
        QVERIFY(feeder.start());
        QVERIFY(sendsAll(feeder));
        QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1").count(QStringLiteral("away")), upload + 1,
                                  patience);
    }
    Player player(server.url(QStringLiteral("cam1.ts?buffer=600")));
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{1}, patience);
    server.send(R"({"end":"cam1"})");
    QVERIFY(player.waitForEnd());
    QCOMPARE(player.pictures(), m_pictures); // of one upload
}

void FfserverPastTest::aReadOnlyFeedIsARecording()
{
    FfserverRun server(feedConfig("FileMaxSize 50M\n"));
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 20);
    QVERIFY(feeder.start());
    QVERIFY(sendsAll(feeder));
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    server.send(R"({"quit":true})");
    QVERIFY(server.waitForExit());

    server.config.replace("File ", "ReadOnlyFile ");
    server.config += "<Stream once.ts>\nFeed cam1\nNoLoop\n</Stream>\n";
    QVERIFY2(server.start(), server.errors().constData());
    QElapsedTimer clock;
    clock.start();
    Player player(server.url(QStringLiteral("once.ts")));
    QVERIFY(player.waitForEnd());
    QVERIFY2(clock.elapsed() >= 8000, "it is sent at the speed of the pictures");
    QCOMPARE(player.pictures(), m_pictures);
}

void FfserverPastTest::aFullDiskTouchesNobody()
{
    FfserverRun server(feedConfig("FileMaxSize 50M\n"));
    server.process().setChildProcessModifier([] {
        const rlimit small{400'000, 400'000}; // no file may be larger
        ::setrlimit(RLIMIT_FSIZE, &small);
    });
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 4);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    Player live(server.url(QStringLiteral("cam1.ts")));
    QTRY_VERIFY_WITH_TIMEOUT(server.errors().contains("is not recorded in"), patience);
    QVERIFY(sendsAll(feeder));
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,away"), patience);
    server.send(R"({"end":"cam1"})");
    QVERIFY(live.waitForEnd());
    QVERIFY2(live.faults().isEmpty(), live.faults().constData());
    QVERIFY(isRun(live.pictures()));
    QCOMPARE(live.pictures().last(), m_pictures.last());
    QCOMPARE(server.errors().count("is not recorded in"), 1);
}

void FfserverPastTest::aStrangersFileIsLeftAlone()
{
    FfserverRun server(feedConfig());
    QFile file(pathOf(server));
    const QByteArray text = "a diary";
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
    file.close();
    QVERIFY2(server.start(), server.errors().constData());
    QTRY_VERIFY2_WITH_TIMEOUT(server.errors().contains("no feed file of this ffserver"),
                              server.errors().constData(), patience);
    LinkFeeder feeder(server, "cam1", m_clip, 20);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience); // all the same
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), text);
}

void FfserverPastTest::aRecordingIsServed()
{
    FfserverRun server("<Stream film.flv>\nFile FOLDER/film.mp4\nNoLoop\n</Stream>\n"
                       "<Stream gone.ts>\nFile FOLDER/gone.mp4\n</Stream>\n");
    QProcess ffmpeg;
    ffmpeg.start(
        QStringLiteral("ffmpeg"), // its index stands at the end: it must be sought
        QStringLiteral("-nostdin -v error -t 4 -i " ASPERSOR_CLIP " -c copy -bsf:a aac_adtstoasc -f mp4")
                .split(QLatin1Char(' ')) +
            QStringList{server.folder() + QStringLiteral("/film.mp4")});
    QVERIFY(ffmpeg.waitForFinished(patience));
    QCOMPARE(ffmpeg.exitCode(), 0);
    QVERIFY2(server.start(), server.errors().constData());
    RawViewer gone(server, "/gone.ts");
    QTRY_COMPARE_WITH_TIMEOUT(gone.status(), 404, patience);
    QElapsedTimer clock;
    clock.start();
    Player player(server.url(QStringLiteral("film.flv")));
    QVERIFY(player.waitForEnd());
    QVERIFY(clock.elapsed() >= 2500);
    QVERIFY2(player.faults().isEmpty(), player.faults().constData());
    QVERIFY(player.timeGrows());
    QVERIFY(player.pictures().size() >= 119);
    QCOMPARE(placeOf(player.pictures(), m_pictures), 0);
}

void FfserverPastTest::aRecordingLoops()
{
    FfserverRun server("<Stream film.ts>\nFile FOLDER/film.ts\nMaxTime 5\n</Stream>\n");
    QProcess ffmpeg;
    ffmpeg.start(
        QStringLiteral("ffmpeg"),
        QStringLiteral("-nostdin -v error -t 2 -i " ASPERSOR_CLIP " -c copy").split(QLatin1Char(' ')) +
            QStringList{server.folder() + QStringLiteral("/film.ts")});
    QVERIFY(ffmpeg.waitForFinished(patience));
    QVERIFY2(server.start(), server.errors().constData());
    Player player(server.url(QStringLiteral("film.ts")));
    QTRY_VERIFY_WITH_TIMEOUT(!server.events("stats").empty() &&
                                 server.events("stats").back()[QStringLiteral("viewers")].toInt() == 1,
                             patience);
    QVERIFY(player.waitForEnd());
    QVERIFY(player.timeGrows());
    const QByteArrayList lap = m_pictures.first(60);
    const QByteArrayList seen = player.pictures();
    QVERIFY2(seen.size() > 120, QByteArray::number(seen.size()).constData());
    QVERIFY(placeOf(seen.first(seen.size() - 1), lap + lap + lap + lap) >= 0);
}

void FfserverPastTest::viewersEndAfterMaxTime()
{
    FfserverRun server("<Stream short.ts>\nFeed cam1\nMaxTime 2\n</Stream>\n");
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    QElapsedTimer clock;
    clock.start();
    RawViewer viewer(server, "/short.ts");
    QTRY_VERIFY_WITH_TIMEOUT(!viewer.connected(), patience);
    QVERIFY(clock.elapsed() >= 1990);
    QVERIFY(viewer.body().size() > 10'000);
    QCOMPARE(server.feedStates("cam1"), QStringLiteral("live"));
}

QTEST_GUILESS_MAIN(FfserverPastTest)
#include "tst_ffserverpast.moc"
