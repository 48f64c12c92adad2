// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ingest/ingestfixture.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <thread>

using namespace aspersor;
using namespace std::chrono_literals;

namespace {

constexpr int soon = 10'000; // ms; a bound, not a wait
constexpr int clipPictures = 300;

int state(FeedState value)
{
    return static_cast<int>(value);
}

/// FeedOptions whose times do not matter to the test.
FeedOptions patientFeeds()
{
    FeedOptions options;
    options.silenceTimeout = 60s;
    options.takeoverAfter = 60s;
    options.grace = 60s;
    return options;
}

QByteArray part(const QByteArray &clip, int index, int count)
{
    const qsizetype packets = clip.size() / 188;
    const qsizetype from = packets * index / count * 188;
    return clip.mid(from, packets * (index + 1) / count * 188 - from);
}

} // namespace

/// Feeds from the wire to their sinks.
class TestPublishing : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { m_clip = IngestFixture::clip(); }
    void wholeFeeds_data();
    void wholeFeeds();
    void theAnswerIsASummary();
    void secondPublisherIsRefused();
    void silenceLetsAnotherTakeOver();
    void withoutKeyOnlyTheSameAddressTakesOver();
    void silenceEndsThePublisher();
    void aBreakIsBridged();
    void theGraceTimeEnds();
    void segmentsAreOneFeed_data();
    void segmentsAreOneFeed();
    void segmentsMayOverlap();
    void aTruncatedSegmentIsForgiven();
    void segmentsThatStopAreAway();
    void hugeChunkIsStreamed();
    void aBrokenChunkEndsItsOwnFeedOnly();
    void kickIsImmediate();
    void banEndsByItself();
    void feedsAreBounded();
    void sinksComeAndGo();
    void feedsLeaveNothingBehind();

private:
    QByteArray m_clip;
};

void TestPublishing::wholeFeeds_data()
{
    QTest::addColumn<QByteArray>("fields");
    QTest::addColumn<int>("chunkSize"); // 0: no chunks
    QTest::addColumn<int>("pieceSize"); // bytes a send()
    const QByteArray chunked = "Transfer-Encoding: chunked\r\n";
    QTest::newRow("one chunk") << chunked << int(m_clip.size()) << 1'000'000;
    QTest::newRow("188-byte chunks") << chunked << 188 << 100'000;
    QTest::newRow("odd chunks") << chunked << 4'999 << 3'001;
    QTest::newRow("1-byte chunks") << chunked << 1 << 1'000'000;
    QTest::newRow("length") << "Content-Length: " + QByteArray::number(m_clip.size()) + "\r\n" << 0 << 65'536;
    QTest::newRow("HTTP/1.0 bearer") << "Authorization: Bearer K\r\nContent-Length: " +
                                            QByteArray::number(m_clip.size()) + "\r\n"
                                     << 0 << 65'536;
}

void TestPublishing::wholeFeeds()
{
    QFETCH(QByteArray, fields);
    QFETCH(int, chunkSize);
    QFETCH(int, pieceSize);
    QByteArray body;
    if (chunkSize == 0)
        body = m_clip;
    for (qsizetype at = 0; chunkSize > 0 && at < m_clip.size(); at += chunkSize) {
        const QByteArray chunk = m_clip.mid(at, chunkSize);
        body +=
            QByteArray::number(chunk.size(), 16) + (at % 3 ? "\r\n" : ";ext=\"a;b\"\r\n") + chunk + "\r\n";
    }
    if (chunkSize > 0)
        body += "0\r\nTrailer: x\r\n\r\n";

    IngestFixture fixture;
    WireClient client(fixture.port);
    QVERIFY(client.send(IngestFixture::head("/cam1.ts?key=K", fields)));
    for (qsizetype at = 0; at < body.size(); at += pieceSize)
        QVERIFY(client.send(body.mid(at, pieceSize)));
    QCOMPARE(client.answer().status, 200);
    const auto sink = fixture.sink("cam1");
    QVERIFY(sink);
    QCOMPARE(sink->pictures(), std::size_t(clipPictures));
    QVERIFY(sink->packets(media::TrackKind::Audio).size() > 460);
    QVERIFY(sink->isMonotonic());
    QVERIFY(sink->packets(media::TrackKind::Video).front().keyframe);
    QCOMPARE(fixture.registry.snapshot().front().errors, qint64(0));
}

void TestPublishing::theAnswerIsASummary()
{
    IngestFixture fixture(patientFeeds());
    WireClient client(fixture.port);
    for (int i = 1; i <= 2; ++i) { // over one connection
        QVERIFY(client.send(IngestFixture::head("/cam1?key=K")));
        QVERIFY(client.sendChunk(m_clip));
        QVERIFY(client.send("0\r\n\r\n"));
        const auto answer = client.answer();
        QCOMPARE(answer.status, 200);
        const auto json = QJsonDocument::fromJson(answer.body).object();
        QCOMPARE(json.value(QStringLiteral("feed")).toString(), QStringLiteral("cam1"));
        QCOMPARE(json.value(QStringLiteral("bytes")).toInteger(), m_clip.size());
        QCOMPARE(json.value(QStringLiteral("totalBytes")).toInteger(), i * m_clip.size());
        QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Away), soon);
    }
    const auto sink = fixture.sink("cam1");
    QCOMPARE(sink->pictures(), std::size_t(2 * clipPictures));
    QVERIFY(sink->isMonotonic());
    const FeedStats stats = fixture.registry.snapshot().front();
    QCOMPARE(stats.video, QStringLiteral("h264 640x360"));
    QCOMPARE(stats.audio, QStringLiteral("aac 48000 2ch"));
    QVERIFY(stats.source.startsWith(QStringLiteral("127.0.0.1:")));
    QVERIFY(client.send("GET / HTTP/1.1\r\n\r\n"));
    QCOMPARE(client.answer().status, 200);
}

void TestPublishing::secondPublisherIsRefused()
{
    IngestFixture fixture(patientFeeds());
    WireClient first(fixture.port);
    QVERIFY(first.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(first.sendChunk(part(m_clip, 0, 2)));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Live), soon);

    WireClient second(fixture.port);
    QVERIFY(second.send(IngestFixture::head("/cam1?key=K")));
    const auto answer = second.answer();
    QCOMPARE(answer.status, 409);
    QVERIFY(answer.head.contains("Retry-After: "));

    QVERIFY(first.sendChunk(part(m_clip, 1, 2)));
    QVERIFY(first.send("0\r\n\r\n"));
    QCOMPARE(first.answer().status, 200);
    QCOMPARE(fixture.pictures("cam1"), std::size_t(clipPictures));
}

void TestPublishing::silenceLetsAnotherTakeOver()
{
    auto options = patientFeeds();
    options.takeoverAfter = 200ms;
    IngestFixture fixture(options);
    WireClient first(fixture.port);
    QVERIFY(first.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(first.sendChunk(part(m_clip, 0, 2)));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 100, soon);

    // Tries as a phone does, until it is let in.
    QElapsedTimer timer;
    timer.start();
    std::unique_ptr<WireClient> second;
    do {
        second = std::make_unique<WireClient>(fixture.port);
        QVERIFY(second->send(IngestFixture::head("/cam1?key=K")));
    } while (second->answer(50).status == 409 && timer.elapsed() < soon);
    QVERIFY(timer.elapsed() >= 100);
    QCOMPARE(first.answer().status, 409); // the old connection hears why it ends
    QVERIFY(first.waitForEnd());

    const auto before = fixture.pictures("cam1");
    QVERIFY(second->sendChunk(part(m_clip, 1, 2)));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > before + 100, soon);
    QVERIFY(fixture.sink("cam1")->isMonotonic());
    QVERIFY(!fixture.sink("cam1")->events().contains(QStringLiteral("ended")));
}

void TestPublishing::withoutKeyOnlyTheSameAddressTakesOver()
{
    auto options = patientFeeds();
    options.takeoverAfter = 0ms; // silent at once
    auto ingest = IngestFixture::quickIngest();
    ingest.open = true;
    IngestFixture fixture(options, ingest);
    WireClient first(fixture.port);
    QVERIFY(first.send(IngestFixture::head("/cam1")));
    QVERIFY(first.sendChunk(m_clip));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Live), soon);

    // From another address: only the registry can be asked, for loopback is one address.
    Upload stranger;
    stranger.publisher = {QStringLiteral("10.0.0.1"), QStringLiteral("10.0.0.1:1"), false};
    const auto refusal = fixture.registry.claim(QStringLiteral("cam1"), stranger);
    QVERIFY(refusal);
    QCOMPARE(refusal->status, 409);

    WireClient second(fixture.port);
    QVERIFY(second.send(IngestFixture::head("/cam1")));
    QCOMPARE(first.answer().status, 409);
}

void TestPublishing::silenceEndsThePublisher()
{
    IngestFixture fixture; // 600 ms
    WireClient client(fixture.port);
    QVERIFY(client.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(client.sendChunk(m_clip));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Live), soon);
    const auto answer = client.answer();
    QCOMPARE(answer.status, 408);
    QVERIFY(client.waitForEnd());
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Away), soon);

    WireClient mute(fixture.port); // a head and nothing more
    QVERIFY(mute.send(IngestFixture::head("/cam2?key=K")));
    QCOMPARE(mute.answer().status, 408);
}

void TestPublishing::aBreakIsBridged()
{
    IngestFixture fixture(patientFeeds());
    {
        WireClient first(fixture.port);
        QVERIFY(first.send(IngestFixture::head("/cam1?key=K")));
        QVERIFY(first.sendChunk(part(m_clip, 0, 2)));
        QVERIFY(first.send("5000\r\n" + part(m_clip, 1, 2).left(1000))); // in the middle of a chunk
        QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 100, soon);
    }
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Away), soon);
    const auto sink = fixture.sink("cam1");
    WireClient second(fixture.port);
    QVERIFY(second.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(second.sendChunk(m_clip));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Live), soon);
    QTRY_VERIFY_WITH_TIMEOUT(sink->pictures() > 400, soon);
    QVERIFY(fixture.sink("cam1") == sink); // the same feed
    QVERIFY(sink->isMonotonic());
    QVERIFY(sink->events().contains(QStringLiteral("away")));
    QVERIFY(!sink->events().contains(QStringLiteral("ended")));
    QVERIFY(fixture.registry.snapshot().front().errors > 0);
}

void TestPublishing::theGraceTimeEnds()
{
    IngestFixture fixture; // 400 ms
    WireClient client(fixture.port);
    QVERIFY(client.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(client.sendChunk(m_clip));
    QVERIFY(client.send("0\r\n\r\n"));
    QCOMPARE(client.answer().status, 200);
    const auto sink = fixture.sink("cam1");
    QTRY_VERIFY_WITH_TIMEOUT(sink->events().contains(QStringLiteral("ended")), soon);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.registry.sessionCount(), std::size_t(0), soon);
    const QList<int> expected{state(FeedState::Live), state(FeedState::Away), state(FeedState::Ended)};
    QTRY_COMPARE_WITH_TIMEOUT(fixture.states(), expected, soon);
    QVERIFY(fixture.registry.snapshot().isEmpty());
}

void TestPublishing::segmentsAreOneFeed_data()
{
    QTest::addColumn<bool>("keepAlive");
    QTest::newRow("one connection") << true;
    QTest::newRow("a connection each") << false;
}

void TestPublishing::segmentsAreOneFeed()
{
    QFETCH(bool, keepAlive);
    IngestFixture fixture(patientFeeds());
    auto client = std::make_unique<WireClient>(fixture.port);
    constexpr int segments = 5;
    for (int i = 0; i < segments; ++i) {
        const QByteArray segment = part(m_clip, i, segments);
        const QByteArray path = "/cam1/seg-00" + QByteArray::number(i) + ".ts?key=K";
        QVERIFY(client->send("PUT " + path + " HTTP/1.1\r\nContent-Length: " +
                             QByteArray::number(segment.size()) + "\r\n\r\n" + segment));
        QCOMPARE(client->answer().status, 200);
        QCOMPARE(fixture.state("cam1"), state(FeedState::Live));
        QVERIFY(client->send("PUT /cam1/index.m3u8?key=K HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"));
        QCOMPARE(client->answer().status, 200);
        if (!keepAlive)
            client = std::make_unique<WireClient>(fixture.port);
    }
    const auto sink = fixture.sink("cam1");
    QTRY_VERIFY_WITH_TIMEOUT(sink->pictures() >= clipPictures - 1, soon); // the last one may still be open
    QCOMPARE(sink->events(), QStringList{QStringLiteral("description")});
    QVERIFY(sink->isMonotonic());
    // Time is that of the pictures, not of their arrival.
    const auto video = sink->packets(media::TrackKind::Video);
    const auto seconds = double(video.back().dts - video.front().dts) / media::ticksPerSecond;
    QVERIFY2(std::abs(seconds - double(video.size() - 1) / 30) < 0.05, qPrintable(QString::number(seconds)));
    QCOMPARE(fixture.registry.snapshot().front().errors, qint64(0));
}

void TestPublishing::segmentsMayOverlap()
{
    IngestFixture fixture(patientFeeds());
    WireClient first(fixture.port);
    const QByteArray one = part(m_clip, 0, 2);
    const QByteArray two = part(m_clip, 1, 2);
    QVERIFY(first.send(IngestFixture::head("/cam1/1.ts?key=K")));
    QVERIFY(first.sendChunk(one.left(500'000)));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Live), soon);
    WireClient second(fixture.port); // comes before the first is through, and waits
    QVERIFY(second.send(IngestFixture::head("/cam1/2.ts?key=K")));
    QVERIFY(second.sendChunk(two));
    QVERIFY(second.send("0\r\n\r\n"));
    QCOMPARE(second.answer(100).status, 0);
    QVERIFY(first.sendChunk(one.mid(500'000)));
    QVERIFY(first.send("0\r\n\r\n"));
    QCOMPARE(first.answer().status, 200);
    QCOMPARE(second.answer().status, 200);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") >= clipPictures - 1, soon);
    QCOMPARE(fixture.registry.snapshot().front().errors, qint64(0));
}

void TestPublishing::aTruncatedSegmentIsForgiven()
{
    IngestFixture fixture(patientFeeds());
    {
        WireClient first(fixture.port);
        QVERIFY(first.send(IngestFixture::head("/cam1/1.ts?key=K", "Content-Length: 1000000\r\n")));
        QVERIFY(first.send(part(m_clip, 0, 2)));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 100, soon);
    }
    WireClient second(fixture.port);
    QVERIFY(second.send(IngestFixture::head("/cam1/2.ts?key=K")));
    QVERIFY(second.sendChunk(part(m_clip, 1, 2)));
    QVERIFY(second.send("0\r\n\r\n"));
    QCOMPARE(second.answer().status, 200);
    QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 290, soon);
    QVERIFY(!fixture.sink("cam1")->events().contains(QStringLiteral("away")));
    QVERIFY(fixture.registry.snapshot().front().errors > 0);
}

void TestPublishing::segmentsThatStopAreAway()
{
    auto options = patientFeeds();
    options.silenceTimeout = 300ms;
    IngestFixture fixture(options);
    WireClient client(fixture.port);
    QVERIFY(client.send(IngestFixture::head("/cam1/1.ts?key=K")));
    QVERIFY(client.sendChunk(m_clip));
    QVERIFY(client.send("0\r\n\r\n"));
    QCOMPARE(client.answer().status, 200);
    QCOMPARE(fixture.state("cam1"), state(FeedState::Live));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Away), soon);
    QVERIFY(client.send(IngestFixture::head("/cam1/2.ts?key=K")));
    QVERIFY(client.sendChunk(m_clip));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Live), soon);
}

void TestPublishing::hugeChunkIsStreamed()
{
    IngestFixture fixture(patientFeeds());
    WireClient client(fixture.port);
    QVERIFY(client.send(IngestFixture::head("/cam1?key=K") + "280000000\r\n")); // 10 GiB
    QVERIFY(client.send(m_clip));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 290, soon); // long before the chunk's end
    QCOMPARE(fixture.state("cam1"), state(FeedState::Live));
}

void TestPublishing::aBrokenChunkEndsItsOwnFeedOnly()
{
    IngestFixture fixture(patientFeeds());
    WireClient good(fixture.port);
    QVERIFY(good.send(IngestFixture::head("/good?key=K")));
    QVERIFY(good.sendChunk(part(m_clip, 0, 2)));
    WireClient bad(fixture.port);
    QVERIFY(bad.send(IngestFixture::head("/bad?key=K")));
    QVERIFY(bad.sendChunk(part(m_clip, 0, 2)));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("bad"), state(FeedState::Live), soon);
    QVERIFY(bad.send("no chunk\r\n"));
    const auto answer = bad.answer();
    QCOMPARE(answer.status, 400);
    QVERIFY(answer.says("malformed"));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("bad"), state(FeedState::Away), soon);
    QVERIFY(good.sendChunk(part(m_clip, 1, 2)));
    QVERIFY(good.send("0\r\n\r\n"));
    QCOMPARE(good.answer().status, 200);
    QCOMPARE(fixture.pictures("good"), std::size_t(clipPictures));
}

void TestPublishing::kickIsImmediate()
{
    IngestFixture fixture(patientFeeds());
    WireClient client(fixture.port);
    QVERIFY(client.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(client.sendChunk(m_clip));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Live), soon);
    QVERIFY(!fixture.registry.kick(QStringLiteral("nobody")));
    QElapsedTimer timer;
    timer.start();
    QVERIFY(fixture.registry.kick(QStringLiteral("cam1")));
    const auto answer = client.answer();
    QVERIFY(timer.elapsed() < 1'000);
    QCOMPARE(answer.status, 403);
    QVERIFY(answer.says("operator"));
    const auto sink = fixture.sink("cam1");
    QTRY_VERIFY_WITH_TIMEOUT(sink->events().contains(QStringLiteral("ended")), soon);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.registry.sessionCount(), std::size_t(0), soon);
    QCOMPARE(fixture.state("cam1"), state(FeedState::Kicked));
    QVERIFY(fixture.registry.snapshot().front().totalBytes > 0);

    WireClient again(fixture.port);
    QVERIFY(again.send(IngestFixture::head("/cam1?key=K")));
    QCOMPARE(again.answer().status, 403);
    fixture.registry.letBackIn(QStringLiteral("cam1"));
    QCOMPARE(fixture.state("cam1"), -1);
    WireClient back(fixture.port);
    QVERIFY(back.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(back.sendChunk(m_clip));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Live), soon);
}

void TestPublishing::banEndsByItself()
{
    IngestFixture fixture(patientFeeds());
    fixture.registry.ban(QStringLiteral("cam1"), 600s);
    WireClient banned(fixture.port);
    QVERIFY(banned.send(IngestFixture::head("/cam1?key=K")));
    const auto answer = banned.answer();
    QCOMPARE(answer.status, 403);
    QVERIFY(answer.head.contains("Retry-After: 600"));
    QCOMPARE(fixture.registry.snapshot().front().banSecondsLeft, qint64(600));

    fixture.registry.ban(QStringLiteral("cam1"), 0s); // over at once
    WireClient free(fixture.port);
    QVERIFY(free.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(free.sendChunk(m_clip));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.state("cam1"), state(FeedState::Live), soon);
}

void TestPublishing::feedsAreBounded()
{
    auto options = patientFeeds();
    options.maxFeeds = 2;
    IngestFixture fixture(options);
    std::vector<std::unique_ptr<WireClient>> phones;
    for (const char *path : {"/a?key=K", "/b?key=K", "/c?key=K"}) {
        phones.push_back(std::make_unique<WireClient>(fixture.port));
        QVERIFY(phones.back()->send(IngestFixture::head(path)));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.registry.sessionCount() == std::min<std::size_t>(phones.size(), 2),
                                 soon);
    }
    const auto answer = phones.back()->answer();
    QCOMPARE(answer.status, 503);
    QVERIFY(answer.head.contains("Retry-After: "));
    QVERIFY(phones[0]->stands() && phones[1]->stands());
}

void TestPublishing::sinksComeAndGo()
{
    IngestFixture fixture(patientFeeds());
    WireClient client(fixture.port);
    QVERIFY(client.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(client.sendChunk(part(m_clip, 0, 4)));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 60, soon);
    const auto name = QStringLiteral("cam1");
    const auto now = std::make_shared<CollectingSink>();
    const auto gop = std::make_shared<CollectingSink>();
    QVERIFY(!fixture.registry.addSink(QStringLiteral("nobody"), now));
    QVERIFY(fixture.registry.addSink(name, now));
    QVERIFY(fixture.registry.addSink(name, gop, SinkList::Begin::NewestGop));
    QTRY_VERIFY_WITH_TIMEOUT(gop->pictures() > 0, soon); // at once, though nothing more was sent
    QVERIFY(gop->packets(media::TrackKind::Video).front().keyframe);
    QCOMPARE(now->events(), QStringList{QStringLiteral("description")});
    QCOMPARE(now->packets().size(), std::size_t(0));

    QVERIFY(client.sendChunk(part(m_clip, 1, 4)));
    QTRY_VERIFY_WITH_TIMEOUT(now->pictures() > 60, soon);
    fixture.registry.removeSink(name, now.get());
    QVERIFY(client.sendChunk(part(m_clip, 2, 4)));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 210, soon);
    QVERIFY(now->pictures() < 100);
    QVERIFY(gop->pictures() > 140);
}

void TestPublishing::feedsLeaveNothingBehind()
{
    IngestFixture fixture;
    const int threads = IngestFixture::threads();
    const int descriptors = IngestFixture::descriptors();
    const QByteArray body = m_clip.left(m_clip.size() / 188 / 8 * 188);
    for (int round = 0; round < 20; ++round) {
        std::vector<std::unique_ptr<WireClient>> phones;
        for (int i = 0; i < 10; ++i) {
            const QByteArray path = "/cam" + QByteArray::number(round * 10 + i) + "?key=K";
            phones.push_back(std::make_unique<WireClient>(fixture.port));
            QVERIFY(phones.back()->send(IngestFixture::head(path)));
            QVERIFY(phones.back()->sendChunk(body));
        }
        for (int i = 0; i < 10; ++i) {
            const QByteArray name = "cam" + QByteArray::number(round * 10 + i);
            QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures(name.constData()) > 0, soon);
            switch (i % 3) { // a regular end, a break, a kick
            case 0:
                QVERIFY(phones[std::size_t(i)]->send("0\r\n\r\n"));
                QCOMPARE(phones[std::size_t(i)]->answer().status, 200);
                break;
            case 1:
                phones[std::size_t(i)]->close();
                break;
            default:
                QVERIFY(fixture.registry.kick(QString::fromLatin1(name)));
                QCOMPARE(phones[std::size_t(i)]->answer().status, 403);
            }
        }
        QTRY_VERIFY_WITH_TIMEOUT(fixture.registry.sessionCount() < 40, soon);
    }
    QTRY_COMPARE_WITH_TIMEOUT(fixture.registry.sessionCount(), std::size_t(0), soon);
    QTRY_COMPARE_WITH_TIMEOUT(fixture.server.connectionCount(), 0, soon);
    QTRY_VERIFY_WITH_TIMEOUT(IngestFixture::threads() <= threads, soon);
    QTRY_VERIFY_WITH_TIMEOUT(IngestFixture::descriptors() <= descriptors, soon);
}

QTEST_GUILESS_MAIN(TestPublishing)
#include "tst_publishing.moc"
