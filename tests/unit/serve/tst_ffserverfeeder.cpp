// SPDX-License-Identifier: GPL-3.0-or-later
#include "oldfeeder.h"

#include "core/media/ffm.h"
#include "core/media/ffmheader.h"

#include <QTest>

using namespace aspersor;
using namespace aspersor::test;

/// The feeders of the original ffserver, as they always were.
class FfserverFeederTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();

    void theFeedersQuestionIsAnswered();
    void whoMayAsk_data();
    void whoMayAsk();
    void whatItSendsIsSeen_data();
    void whatItSendsIsSeen();
    void viewersStayWhenAnotherFeederFollows();
    void badBlocksEndTheirFeedOnly();
    void feedFilesOfTheOriginalAreServed_data();
    void feedFilesOfTheOriginalAreServed();

private:
    struct Reference {
        ServeClip clip;
        QByteArrayList pictures;
        QByteArrayList sounds;
    };
    [[nodiscard]] static Reference reference(const char *path);

    Reference m_plain;
    Reference m_bFrames;
};

namespace {

constexpr int patience = 20'000;
const QByteArray feedSection = "<Feed feed1.ffm>\nACL allow 127.0.0.1\n</Feed>\n";

} // namespace

FfserverFeederTest::Reference FfserverFeederTest::reference(const char *path)
{
    Reference reference{loadServeClip(path), {}, {}};
    Player player(QString::fromUtf8(path));
    if (player.waitForEnd()) {
        reference.pictures = player.pictures();
        reference.sounds = player.sounds();
    }
    return reference;
}

void FfserverFeederTest::initTestCase()
{
    m_plain = reference(ASPERSOR_CLIP);
    m_bFrames = reference(ASPERSOR_CLIP_B);
    QVERIFY(m_plain.pictures.size() >= 299 && m_bFrames.pictures.size() >= 299);
    QVERIFY(m_plain.clip.packets.size() > 600);
}

void FfserverFeederTest::theFeedersQuestionIsAnswered()
{
    FfserverRun server(feedSection);
    QVERIFY2(server.start(), server.errors().constData());
    OldFeeder feeder(server, "feed1.ffm", m_plain.clip, {});
    const QByteArray answer = feeder.ask();
    const qsizetype end = answer.indexOf("\r\n\r\n");
    QVERIFY2(answer.startsWith("HTTP/1.0 200 OK\r\n"), answer.constData());
    QVERIFY(answer.left(end + 2).contains("\r\nContent-Type: application/x-octet-stream\r\n"));
    const QByteArray body = answer.mid(end + 4);
    QCOMPARE(body.size(), 4096); // and not a byte more
    const auto read = media::readFfmHeader({reinterpret_cast<const std::uint8_t *>(body.constData()), 4096});
    QVERIFY(read && *read);
    const auto &tracks = (*read)->header.tracks;
    QCOMPARE(tracks.size(), 2U);
    QCOMPARE(tracks[0].description.summary(), std::string("aac 44100 2ch"));
    QCOMPARE(tracks[0].text, std::string("b=128000,ac=2,ar=44100"));
    QCOMPARE(tracks[1].description.codecName(), std::string("h264"));
    QVERIFY(tracks[0].description.extradata.empty()); // the feeder's encoders make their own
}

void FfserverFeederTest::whoMayAsk_data()
{
    QTest::addColumn<QByteArray>("section");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("status");
    QTest::newRow("an address that the feed allows") << feedSection << QByteArray("/feed1.ffm") << 200;
    QTest::newRow("a feed that only a template shows") << QByteArray() << QByteArray("/cam7.ffm") << 200;
    QTest::newRow("an address that it does not allow")
        << QByteArray("<Feed feed1.ffm>\nACL allow 10.0.0.1\n</Feed>\n") << QByteArray("/feed1.ffm") << 403;
    QTest::newRow("a recording") << QByteArray("<Feed feed1.ffm>\nReadOnlyFile /nowhere.ffm\n</Feed>\n")
                                 << QByteArray("/feed1.ffm") << 403;
    QTest::newRow("no name") << QByteArray() << QByteArray("/.ffm") << 404;
}

void FfserverFeederTest::whoMayAsk()
{
    QFETCH(QByteArray, section);
    QFETCH(QByteArray, path);
    QFETCH(int, status);
    FfserverRun server(section);
    QVERIFY2(server.start(), server.errors().constData());
    RawViewer viewer(server, path);
    QTRY_VERIFY_WITH_TIMEOUT(!viewer.connected(), patience);
    QCOMPARE(viewer.status(), status);
    QCOMPARE(viewer.body().startsWith("FFM2"), status == 200);
    RawViewer head(server, path, "HEAD");
    QTRY_VERIFY_WITH_TIMEOUT(!head.connected(), patience);
    QCOMPARE(head.status(), status);
    QVERIFY(head.body().isEmpty());
}

void FfserverFeederTest::whatItSendsIsSeen_data()
{
    QTest::addColumn<bool>("bFrames");
    QTest::addColumn<bool>("soundFirst");
    QTest::addColumn<bool>("adts");
    QTest::addColumn<int>("chunkBytes");
    QTest::newRow("encoded, in the order of the configuration") << false << true << false << 4096;
    QTest::newRow("-override_ffserver -c copy of MPEG-TS") << false << true << true << 4096;
    QTest::newRow("B-frames, picture first") << true << false << false << 4096;
    QTest::newRow("chunks that end anywhere") << true << true << false << 1999;
}

void FfserverFeederTest::whatItSendsIsSeen()
{
    QFETCH(bool, bFrames);
    QFETCH(bool, soundFirst);
    QFETCH(bool, adts);
    QFETCH(int, chunkBytes);
    const Reference &sent = bFrames ? m_bFrames : m_plain;
    FfserverRun server(feedSection);
    QVERIFY2(server.start(), server.errors().constData());
    OldFeeder feeder(server, "feed1.ffm", sent.clip,
                     {.soundFirst = soundFirst, .adts = adts, .chunkBytes = chunkBytes}, 2);
    QVERIFY(feeder.start());
    QTRY_VERIFY2_WITH_TIMEOUT(server.feedStates("feed1") == QStringLiteral("live"),
                              server.errors().constData(), patience);
    Player ts(server.url(QStringLiteral("feed1.ts")));
    Player flv(server.url(QStringLiteral("feed1.flv")));
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{2}, patience);
    QVERIFY(!feeder.finished()); // they came while it was live
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.end();
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("feed1"), QStringLiteral("live,away"), patience);
    server.send(R"({"end":"feed1"})");
    for (Player *player : {&ts, &flv}) {
        QVERIFY2(player->waitForEnd(), player->faults().constData());
        QVERIFY2(player->faults().isEmpty(), player->faults().constData());
        QVERIFY(player->timeGrows());
        QVERIFY2(player->pictures().size() >= 60, QByteArray::number(player->pictures().size()).constData());
        // Whole to the end: what they saw is the clip's tail, picture by picture.
        QCOMPARE(player->pictures(), sent.pictures.last(player->pictures().size()));
        const QByteArrayList sounds = player->sounds();
        QVERIFY(sounds.size() >= 60);
        QVERIFY(placeOf(sounds, sent.sounds) >= 0);
    }
    QVERIFY2(!server.errors().contains("[error]") && !server.errors().contains("[warning]"),
             server.errors().constData());
}

void FfserverFeederTest::viewersStayWhenAnotherFeederFollows()
{
    FfserverRun server(feedSection);
    QVERIFY2(server.start(), server.errors().constData());
    auto first = std::make_unique<OldFeeder>(server, "feed1.ffm", m_plain.clip, OldFeeder::Form{}, 4);
    QVERIFY(first->start());
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("feed1") == QStringLiteral("live"), patience);
    Player player(server.url(QStringLiteral("feed1.ts")));
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{1}, patience);

    OldFeeder second(server, "feed1.ffm", m_plain.clip, {}, 4);
    QVERIFY2(second.ask().startsWith("HTTP/1.1 409"), "a second feeder is told before it encodes anything");

    QTRY_VERIFY_WITH_TIMEOUT(first->finished(), patience);
    first->end();
    // It ran ahead of the clock: the next one begins "in the past", which ended viewers of the original.
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("feed1"), QStringLiteral("live,away"), patience);
    QVERIFY(second.ask().startsWith("HTTP/1.0 200"));
    QVERIFY(second.start());
    QTRY_VERIFY_WITH_TIMEOUT(second.finished(), patience);
    second.end();
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("feed1"), QStringLiteral("live,away,live,away"), patience);
    server.send(R"({"end":"feed1"})");
    QVERIFY(player.waitForEnd());
    QVERIFY(player.timeGrows());
    QVERIFY(player.pictures().size() > m_plain.pictures.size() + 30); // of both
    QCOMPARE(player.pictures().last(100), m_plain.pictures.last(100));
}

void FfserverFeederTest::badBlocksEndTheirFeedOnly()
{
    FfserverRun server(feedSection + "<Feed feed2.ffm>\nACL allow 127.0.0.1\n</Feed>\n");
    QVERIFY2(server.start(), server.errors().constData());
    OldFeeder healthy(server, "feed1.ffm", m_plain.clip, {}, 2);
    QVERIFY(healthy.start());
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("feed1") == QStringLiteral("live"), patience);
    Player player(server.url(QStringLiteral("feed1.ts")));
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{1}, patience);
    const std::vector<QByteArray> spoilt{
        "GARBAGE",                               // no header
        QByteArray::fromHex("46464d3200002000"), // blocks of 8192 bytes
        "FFM2" + QByteArray::fromHex("000010000000000000000000") + "COMM\x7f\xff\xff\xff",
        "FFM2" + QByteArray::fromHex("000010000000000000000000") + "S2VI",
    };
    int warnings = 0;
    for (const QByteArray &bytes : spoilt) {
        OldFeeder bad(server, "feed2.ffm", m_plain.clip, {}, 2);
        bad.spoilNextBlock(bytes);
        QVERIFY(bad.start());
        ++warnings;
        QTRY_COMPARE_WITH_TIMEOUT(server.errors().count("The upload of the feed feed2"), warnings, patience);
        QTRY_VERIFY_WITH_TIMEOUT(bad.socket().state() == QAbstractSocket::UnconnectedState, patience);
    }
    { // in mid-feed
        OldFeeder bad(server, "feed2.ffm", m_plain.clip, {}, 2);
        QVERIFY(bad.start());
        QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("feed2") == QStringLiteral("live"), patience);
        bad.spoilNextBlock("xx");
        QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("feed2"), QStringLiteral("live,away"), patience);
        QTRY_VERIFY2_WITH_TIMEOUT(server.errors().contains("of the FFM stream: no block begins here"),
                                  server.errors().constData(), patience);
    }
    QTRY_VERIFY_WITH_TIMEOUT(healthy.finished(), patience);
    healthy.end();
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("feed1"), QStringLiteral("live,away"), patience);
    server.send(R"({"end":"feed1"})");
    QVERIFY(player.waitForEnd());
    QVERIFY2(player.faults().isEmpty(), player.faults().constData());
    QCOMPARE(player.pictures(), m_plain.pictures.last(player.pictures().size()));
}

namespace {

constexpr std::int64_t recordedAt = 1'700'000'000; // 2023-11-14T22:13:20Z

/// The clip in a feed file as the original leaves it: `maxBlocks` of 4096 bytes, the last lap over the one
/// before.
QByteArray feedFileOf(const ServeClip &clip, qsizetype maxBlocks)
{
    QByteArray file;
    qsizetype index = 0;
    media::FfmMuxer muxer([&](auto block) {
        const QByteArray bytes(reinterpret_cast<const char *>(block.data()),
                               static_cast<qsizetype>(block.size()));
        if (index * 4096 == file.size())
            file += bytes;
        else
            file.replace(index * 4096, 4096, bytes);
        if (++index >= maxBlocks)
            index = 1;
    });
    const media::Ticks first = clip.packets.front().dts;
    if (!muxer.open(clip.description,
                    {.startMicroseconds = recordedAt * 1'000'000 - media::ffmMicroseconds(first)}))
        return {};
    for (const media::Packet &packet : clip.packets) {
        if (!muxer.write(packet))
            return {};
    }
    muxer.finish();
    for (int i = 0; i < 8; ++i)
        file[8 + i] = static_cast<char>(static_cast<std::uint64_t>(index * 4096) >> (56 - 8 * i));
    return file;
}

} // namespace

void FfserverFeederTest::feedFilesOfTheOriginalAreServed_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<int>("least"); // pictures
    QTest::addColumn<int>("most");
    QTest::newRow("File of a stream") << QByteArray("/file.ts") << 91 << 240;
    QTest::newRow("ReadOnlyFile of a feed") << QByteArray("/back.flv") << 91 << 240;
    // It ends ten seconds after the clip began; the keyframe at its eighth second is the first after this.
    QTest::newRow("from a date") << QByteArray("/back.flv?date=2023-11-14T22:13:27Z") << 60 << 91;
}

void FfserverFeederTest::feedFilesOfTheOriginalAreServed()
{
    QFETCH(QByteArray, path);
    QFETCH(int, least);
    QFETCH(int, most);
    QTemporaryDir folder;
    const QString name = folder.filePath(QStringLiteral("feed1.ffm"));
    QFile file(name);
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QByteArray ring = feedFileOf(m_bFrames.clip, 200);
    QCOMPARE(ring.size(), 200 * 4096); // it went round
    QCOMPARE(file.write(ring), ring.size());
    file.close();
    FfserverRun server("<Feed old.ffm>\nReadOnlyFile " + name.toUtf8() +
                       "\n</Feed>\n<Stream back.flv>\nFeed old.ffm\nNoLoop\n</Stream>\n"
                       "<Stream file.ts>\nFile " +
                       name.toUtf8() + "\nNoLoop\n</Stream>\n");
    QVERIFY2(server.start(), server.errors().constData());
    Player player(server.url(QString::fromUtf8(path.mid(1))));
    QVERIFY2(player.waitForEnd(), server.errors().constData());
    QVERIFY2(player.faults().isEmpty(), player.faults().constData());
    QVERIFY(player.timeGrows());
    const QByteArrayList pictures = player.pictures();
    QVERIFY2(pictures.size() >= least && pictures.size() <= most,
             QByteArray::number(pictures.size()).constData());
    QCOMPARE(pictures, m_bFrames.pictures.last(pictures.size()));
    QVERIFY(placeOf(player.sounds(), m_bFrames.sounds) >= 0);
    QVERIFY2(!server.errors().contains("[error]") && !server.errors().contains("[warning]"),
             server.errors().constData());
}

QTEST_GUILESS_MAIN(FfserverFeederTest)
#include "tst_ffserverfeeder.moc"
