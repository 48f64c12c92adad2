// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/audience.h"
#include "core/serve/ring.h"
#include "core/serve/tspatcher.h"
#include "serveclip.h"
#include "serverecorder.h"

#include <QMap>
#include <QTest>
#include <cerrno>

using namespace aspersor;
using namespace aspersor::serve;
using namespace aspersor::test;

namespace {

/// The peers of descriptors: how much each takes, and what it got.
struct Peer {
    QByteArray got;
    qsizetype room = 1'000'000'000;
    int error = 0;
    int calls = 0;
};
QMap<int, Peer> *peers = nullptr; // of the running test

ssize_t sendToPeer(int descriptor, std::span<const iovec> pieces)
{
    Peer &peer = (*peers)[descriptor];
    ++peer.calls;
    errno = peer.error != 0 ? peer.error : EAGAIN;
    if (peer.error == EINTR)
        peer.error = 0;
    if (errno != EAGAIN || peer.room == 0)
        return -1;
    qsizetype sent = 0;
    for (const iovec &piece : pieces) {
        const qsizetype part = std::min(peer.room, static_cast<qsizetype>(piece.iov_len));
        peer.got.append(static_cast<const char *>(piece.iov_base), part);
        peer.room -= part;
        sent += part;
    }
    return sent;
}

std::shared_ptr<const std::string> head()
{
    return std::make_shared<const std::string>("HEAD");
}

/// The body that HTTP/1.1 chunks make; "broken" when they are.
QByteArray dechunked(const QByteArray &framed, bool *ended)
{
    QByteArray body;
    *ended = false;
    for (qsizetype at = 0; at < framed.size();) {
        const qsizetype line = framed.indexOf("\r\n", at);
        bool ok = false;
        const qsizetype size = framed.mid(at, line - at).toLongLong(&ok, 16);
        if (!ok || *ended || framed.mid(line + 2 + size, 2) != "\r\n")
            return "broken";
        body += framed.mid(line + 2, size);
        *ended = size == 0;
        at = line + 2 + size + 2;
    }
    return body;
}

BlockPtr block(std::size_t size, bool start, int seconds, std::uint32_t epoch = 0)
{
    return std::make_shared<const Block>(Block{.data = Chunk(Bytes(size, start ? 'S' : '.')),
                                               .time = seconds * media::ticksPerSecond,
                                               .start = start,
                                               .epoch = epoch});
}

} // namespace

class ServeViewersTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void init();
    void cleanup();

    void theRingKeepsTheNewestGop();
    void theRingKeepsShortGopsForAWhile();
    void theRingNeverHoldsMoreThanItsLimit();
    void theRingTellsWhatIsNew();
    void countersGoOnThroughMuxers();
    void splicesExplainTheGap();
    void aViewerBeginsWithHeadHeaderAndKeyframe_data();
    void aViewerBeginsWithHeadHeaderAndKeyframe();
    void viewersAtTheSamePlaceGetTheSame();
    void aViewerThatTakesAnyAmountMissesNothing_data();
    void aViewerThatTakesAnyAmountMissesNothing();
    void aSlowViewerIsMovedToTheNewestKeyframe_data();
    void aSlowViewerIsMovedToTheNewestKeyframe();
    void brokenConnectionsAreNoticed();
    void changedTracksGoOnOrEnd_data();
    void changedTracksGoOnOrEnd();
    void aSlowViewerFindsTheNewHeader();
    void soundCanBeJoined();
    void chunksCarryTheSameBytes_data();
    void chunksCarryTheSameBytes();

private:
    [[nodiscard]] media::StreamDescription changed(const QByteArray &what) const;
    std::shared_ptr<Stream> makeStream(const char *format, RingLimits limits = {});
    void play(Stream &stream, int from, int to);
    static QByteArray frames(const QByteArray &bytes, const char *demuxer);

    ServeClip m_clip;
    QMap<int, Peer> m_peers;
    Recorder m_recorder;
};

void ServeViewersTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    QVERIFY(m_clip.packets.size() > 700);
}

void ServeViewersTest::init()
{
    m_peers.clear();
    peers = &m_peers;
}

void ServeViewersTest::cleanup()
{
    peers = nullptr;
}

std::shared_ptr<Stream> ServeViewersTest::makeStream(const char *format, RingLimits limits)
{
    auto stream = std::make_shared<Stream>("x", specOf(format), limits, 1, m_recorder);
    const auto started = stream->start(m_clip.description, {});
    return started ? stream : nullptr;
}

/// Packets [from, to) of the clip, one at a time as live ones come.
void ServeViewersTest::play(Stream &stream, int from, int to)
{
    for (int i = from; i < to; ++i) {
        stream.write(m_clip.packets[static_cast<std::size_t>(i)]);
        stream.flush();
    }
}

void ServeViewersTest::theRingKeepsTheNewestGop()
{
    Ring ring;
    for (int gop = 0; gop < 5; ++gop) {
        for (int i = 0; i < 4; ++i)
            ring.append(block(10, i == 0, gop * 10 + i));
    }
    RingNews news;
    ring.fetch(0, news);
    QCOMPARE(news.ringFirst, std::uint64_t{16});
    QCOMPARE(news.blocks.size(), std::size_t{4});
    QVERIFY(news.blocks[0]->start);
    QCOMPARE(ring.bytes(), std::size_t{40});
    QVERIFY(ring.bitsPerSecond() > 0);
}

void ServeViewersTest::theRingKeepsShortGopsForAWhile()
{
    Ring ring({.maxBytes = 1'000'000, .minTime = 3 * media::ticksPerSecond});
    for (int second = 0; second < 10; ++second)
        ring.append(block(10, true, second));
    RingNews news;
    ring.fetch(0, news);
    QCOMPARE(news.blocks.size(), std::size_t{4}); // 3 s and the newest
}

void ServeViewersTest::theRingNeverHoldsMoreThanItsLimit()
{
    Ring ring({.maxBytes = 1000, .minTime = 0});
    ring.append(block(10, true, 0));
    for (int i = 1; i < 100; ++i) {
        ring.append(block(300, false, i));
        QVERIFY(ring.bytes() <= 1000);
    }
    ring.append(block(5000, false, 100)); // one that is larger alone is kept: it must be sent
    QCOMPARE(ring.bytes(), std::size_t{5000});
}

void ServeViewersTest::theRingTellsWhatIsNew()
{
    Ring ring;
    RingNews news;
    ring.append(block(1, true, 0));
    ring.append(block(2, false, 0));
    ring.fetch(1, news);
    QCOMPARE(news.blocks.size(), std::size_t{1});
    QCOMPARE(news.first, std::uint64_t{1});
    QVERIFY(!news.ended);
    ring.end("over");
    ring.end("again");
    ring.append(block(3, false, 0)); // too late
    ring.fetch(2, news);
    QVERIFY(news.blocks.empty());
    QVERIFY(news.ended);
    QCOMPARE(news.reason, std::string("over"));
}

void ServeViewersTest::countersGoOnThroughMuxers()
{
    const auto output = [this](int from, int to) {
        QByteArray bytes;
        auto muxer = media::Muxer::open("mpegts", m_clip.description, [&](auto made) {
            bytes.append(reinterpret_cast<const char *>(made.data()), static_cast<qsizetype>(made.size()));
        });
        for (int i = from; i < to; ++i)
            (void)(*muxer)->write(m_clip.packets[static_cast<std::size_t>(i)]);
        (void)(*muxer)->flush();
        return bytes;
    };
    const QByteArray first = output(0, 100);
    const QByteArray second = output(100, 200);
    QVERIFY(unexplainedGaps(first + second) > 0); // so that the test can fail
    TsPatcher patcher;
    QByteArray all;
    for (QByteArray part : {first, second}) {
        patcher.patch({reinterpret_cast<std::uint8_t *>(part.data()), static_cast<std::size_t>(part.size())});
        all += part;
    }
    QCOMPARE(unexplainedGaps(all), 0);
}

void ServeViewersTest::splicesExplainTheGap()
{
    const auto stream = makeStream("mpegts");
    QVERIFY(stream);
    QByteArray before;
    QByteArray after;
    Audience audience(stream, sendToPeer);
    play(*stream, 0, 300);
    RingNews news;
    stream->ring().fetch(0, news);
    std::vector<BlockPtr> starts;
    std::ranges::copy_if(news.blocks, std::back_inserter(starts), [](const auto &b) { return b->start; });
    QVERIFY(starts.size() >= 2);
    const Block &one = *starts.front();
    const Block &two = *starts.back();
    const auto text = [](const Chunk &chunk) {
        return QByteArray(reinterpret_cast<const char *>(chunk.payload().data()),
                          static_cast<qsizetype>(chunk.size()));
    };
    QVERIFY(unexplainedGaps(text(one.data) + text(two.data)) > 0);
    int announced = 0;
    QCOMPARE(unexplainedGaps(text(one.data) + text(*two.splice) + text(two.data), &announced), 0);
    QVERIFY(announced >= 4); // PAT, PMT, picture, sound
}

/// Hashes of the packets that a demuxer finds, one a line.
QByteArray ServeViewersTest::frames(const QByteArray &bytes, const char *demuxer)
{
    QByteArray text;
    for (const media::Packet &packet : demuxed(bytes, demuxer).packets)
        text += QByteArray::number(packet.track) + ' ' + QByteArray::number(packet.data().size()) + '\n';
    return text;
}

void ServeViewersTest::aViewerBeginsWithHeadHeaderAndKeyframe_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("demuxer");
    QTest::newRow("mpegts") << QByteArray("mpegts") << QByteArray("mpegts");
    QTest::newRow("flv") << QByteArray("flv") << QByteArray("flv");
    QTest::newRow("matroska") << QByteArray("matroska") << QByteArray("matroska");
    QTest::newRow("mp4") << QByteArray("mp4") << QByteArray("mp4");
}

void ServeViewersTest::aViewerBeginsWithHeadHeaderAndKeyframe()
{
    QFETCH(QByteArray, format);
    QFETCH(QByteArray, demuxer);
    const auto stream = makeStream(format.constData());
    QVERIFY(stream);
    play(*stream, 0, 400);
    Audience audience(stream, sendToPeer);
    audience.fetch();
    const std::size_t index = audience.add(1, 5, head(), false, {});
    QCOMPARE(audience.push(index, {}), Audience::Outcome::CaughtUp);
    const QByteArray first = m_peers[5].got;
    QVERIFY(first.startsWith("HEAD"));
    for (int i = 400; i < static_cast<int>(m_clip.packets.size()); ++i) {
        play(*stream, i, i + 1);
        audience.fetch();
        QCOMPARE(audience.push(index, {}), Audience::Outcome::CaughtUp);
    }
    audience.account();
    QCOMPARE(stream->bytes.load(), static_cast<std::uint64_t>(m_peers[5].got.size()));

    const ServeClip seen = demuxed(m_peers[5].got.mid(4), demuxer.toStdString());
    // from the newest keyframe before packet 400 on, every packet, in order
    std::vector<media::Packet> pictures;
    std::ranges::copy_if(seen.packets, std::back_inserter(pictures),
                         [&](const auto &p) { return seen.isVideo(p); });
    QVERIFY(!pictures.empty());
    QVERIFY(pictures.front().keyframe);
    std::size_t expected = 0;
    std::size_t behind = 0;
    for (std::size_t i = 0; i < m_clip.packets.size(); ++i) {
        const media::Packet &packet = m_clip.packets[i];
        if (!m_clip.isVideo(packet))
            continue;
        if (i < 400 && packet.keyframe)
            behind = 0;
        ++(i < 400 ? behind : expected);
    }
    // a demuxer may keep the very last picture to itself: nothing says that it is complete
    QVERIFY2(pictures.size() + 1 >= behind + expected && pictures.size() <= behind + expected,
             QByteArray::number(static_cast<int>(pictures.size())).constData());
}

void ServeViewersTest::viewersAtTheSamePlaceGetTheSame()
{
    const auto stream = makeStream("mpegts");
    QVERIFY(stream);
    Audience audience(stream, sendToPeer);
    for (int id = 0; id < 10; ++id)
        audience.add(static_cast<std::uint64_t>(id), id, {}, false, {});
    for (int i = 0; i < 200; ++i) {
        play(*stream, i, i + 1);
        audience.fetch();
        for (std::size_t v = 0; v < 10; ++v)
            QCOMPARE(audience.push(v, {}), Audience::Outcome::CaughtUp);
    }
    QVERIFY(m_peers[0].got.size() > 100'000);
    QCOMPARE(unexplainedGaps(m_peers[0].got), 0);
    for (int id = 1; id < 10; ++id)
        QVERIFY(m_peers[id].got == m_peers[0].got);
    // one write for each time that there was something new
    QVERIFY(m_peers[0].calls <= 200);
    // the last takes the place of who leaves
    audience.remove(3);
    QCOMPARE(audience.viewers().size(), std::size_t{9});
    QCOMPARE(audience.viewers()[3].id, std::uint64_t{9});
}

void ServeViewersTest::aViewerThatTakesAnyAmountMissesNothing_data()
{
    QTest::addColumn<int>("piece");
    for (const int piece : {1, 187, 188, 1000, 65'536})
        QTest::addRow("%d bytes at a time", piece) << piece;
}

void ServeViewersTest::aViewerThatTakesAnyAmountMissesNothing()
{
    QFETCH(int, piece);
    const auto stream = makeStream("flv");
    QVERIFY(stream);
    play(*stream, 0, 100);
    Audience audience(stream, sendToPeer);
    audience.fetch();
    audience.add(1, 1, head(), false, {});
    audience.add(2, 2, head(), false, {});
    QCOMPARE(audience.push(0, {}), Audience::Outcome::CaughtUp);
    m_peers[2].room = 0;
    QCOMPARE(audience.push(1, {}), Audience::Outcome::Blocked);
    QVERIFY(audience.viewers()[1].blocked);
    play(*stream, 100, 110);
    audience.fetch();
    QCOMPARE(audience.push(0, {}), Audience::Outcome::CaughtUp);
    Audience::Outcome outcome = Audience::Outcome::Blocked;
    while (outcome == Audience::Outcome::Blocked) {
        m_peers[2].room = piece;
        outcome = audience.push(1, {});
    }
    QCOMPARE(outcome, Audience::Outcome::CaughtUp);
    QVERIFY(m_peers[2].got == m_peers[1].got);
    QCOMPARE(audience.viewers()[1].skips, 0U);
}

void ServeViewersTest::aSlowViewerIsMovedToTheNewestKeyframe_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<int>("room"); // what it takes before it stalls
    for (const char *format : {"mpegts", "flv", "matroska", "mp4"}) {
        for (const int room : {0, 100, 5000, 61'234})
            QTest::addRow("%s after %d bytes", format, room) << QByteArray(format) << room;
    }
}

void ServeViewersTest::aSlowViewerIsMovedToTheNewestKeyframe()
{
    QFETCH(QByteArray, format);
    QFETCH(int, room);
    const auto stream = makeStream(format.constData(), {.maxBytes = 400'000, .minTime = 0});
    QVERIFY(stream);
    play(*stream, 0, 10);
    Audience audience(stream, sendToPeer);
    audience.fetch();
    audience.add(1, 1, {}, false, {});
    m_peers[1].room = room;
    for (int i = 10; i < 670; ++i) {
        play(*stream, i, i + 1);
        audience.fetch();
        if (!audience.viewers()[0].blocked)
            (void)audience.push(0, {});
    }
    QVERIFY(audience.viewers()[0].blocked);
    QCOMPARE(audience.viewers()[0].skips, 1U);
    QCOMPARE(stream->skips.load(), std::uint64_t{1});
    m_peers[1].room = 1'000'000'000;
    QCOMPARE(audience.push(0, {}), Audience::Outcome::CaughtUp);
    if (format == "mpegts")
        QCOMPARE(unexplainedGaps(m_peers[1].got), 0);
    // every container is read on through the splice; after it comes a keyframe
    const ServeClip seen = demuxed(m_peers[1].got, format.toStdString());
    QVERIFY(seen.packets.size() > 20);
    media::Ticks last = media::noTicks;
    int jumps = 0;
    for (const media::Packet &packet : seen.packets) {
        if (!seen.isVideo(packet))
            continue;
        if (last != media::noTicks) {
            QVERIFY(packet.dts > last);
            if (packet.dts - last > media::ticksPerSecond) {
                ++jumps;
                QVERIFY(packet.keyframe);
            }
        }
        last = packet.dts;
    }
    QVERIFY2(jumps <= 1, QByteArray::number(jumps).constData());
    QVERIFY(jumps == 1 || room < 5000);
}

void ServeViewersTest::brokenConnectionsAreNoticed()
{
    const auto stream = makeStream("adts");
    QVERIFY(stream);
    play(*stream, 0, 50);
    Audience audience(stream, sendToPeer);
    audience.fetch();
    audience.add(1, 1, head(), false, {});
    m_peers[1].error = EINTR;
    QCOMPARE(audience.push(0, {}), Audience::Outcome::CaughtUp);
    play(*stream, 50, 60);
    audience.fetch();
    m_peers[1].error = EPIPE;
    QCOMPARE(audience.push(0, {}), Audience::Outcome::Gone);
    m_peers[1].error = 0;
    stream->end("over");
    audience.fetch();
    QCOMPARE(audience.push(0, {}), Audience::Outcome::Finished);
    QCOMPARE(audience.endReason(), std::string("over"));
}

/// The clip's tracks with another picture size or sampling rate.
media::StreamDescription ServeViewersTest::changed(const QByteArray &what) const
{
    media::StreamDescription description = m_clip.description;
    for (media::TrackDescription &track : description.tracks) {
        if (track.kind == media::TrackKind::Video && what == "picture")
            std::swap(track.width, track.height);
        if (track.kind == media::TrackKind::Audio && what == "sound")
            track.sampleRate = 44100;
    }
    return description;
}

void ServeViewersTest::changedTracksGoOnOrEnd_data()
{
    QTest::addColumn<QByteArray>("format");
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<bool>("goesOn");
    const auto row = [](const char *format, const char *change, bool goesOn) {
        QTest::addRow("%s, %s", format, change) << QByteArray(format) << QByteArray(change) << goesOn;
    };
    for (const char *format : {"mpegts", "flv", "adts"}) {
        row(format, "picture", true);
        row(format, "sound", true);
    }
    for (const char *format : {"matroska", "mp4", "asf", "avi", "nut"}) {
        row(format, "picture", true);
        row(format, "sound", false);
    }
    for (const char *format : {"mpegts", "flv", "matroska", "mp4"})
        row(format, "nothing", true);
    row("h264", "sound", true);
}

void ServeViewersTest::changedTracksGoOnOrEnd()
{
    QFETCH(QByteArray, format);
    QFETCH(QByteArray, change);
    QFETCH(bool, goesOn);
    const auto stream = makeStream(format.constData());
    QVERIFY(stream);
    play(*stream, 0, 120);
    Audience audience(stream, sendToPeer);
    audience.fetch();
    audience.add(1, 1, {}, false, {});
    QCOMPARE(audience.push(0, {}), Audience::Outcome::CaughtUp);
    const QByteArray before = m_peers[1].got;

    stream->redescribe(changed(change));
    QCOMPARE(stream->ended(), !goesOn);
    if (change == "nothing") {
        audience.fetch();
        QCOMPARE(audience.push(0, {}), Audience::Outcome::CaughtUp);
        QCOMPARE(m_peers[1].got, before);
    }
    if (goesOn) {
        std::size_t next = 120;
        while (!(m_clip.isVideo(m_clip.packets[next]) && m_clip.packets[next].keyframe))
            ++next;
        for (int i = static_cast<int>(next); i < 500; ++i) {
            play(*stream, i, i + 1);
            audience.fetch();
            QCOMPARE(audience.push(0, {}), Audience::Outcome::CaughtUp);
        }
    }
    audience.fetch();
    const auto outcome = audience.push(0, {});
    QCOMPARE(outcome, goesOn ? Audience::Outcome::CaughtUp : Audience::Outcome::Finished);
    if (!goesOn)
        return;
    if (format == "mpegts")
        QCOMPARE(unexplainedGaps(m_peers[1].got), 0);
    QVERIFY(m_peers[1].got.startsWith(before));
    if (format == "flv")
        QCOMPARE(m_peers[1].got.count(QByteArray("FLV\x01\x05", 5)), 1); // the file header is not repeated
    if (format == "matroska")
        QCOMPARE(m_peers[1].got.count("\x1a\x45\xdf\xa3"), 1); // EBML
    if (format == "mp4" && change == "picture")
        QCOMPARE(m_peers[1].got.count("moov"), 2);
    if (format == "avi" || format == "asf" || format == "h264") // the next have no times to look at here
        return;
    const auto seen = demuxed(m_peers[1].got, format == "adts" ? "aac" : format.toStdString());
    QVERIFY(seen.packets.size() > 300 || format == "adts");
    // who comes now begins after the change
    audience.add(2, 2, {}, false, {});
    QCOMPARE(audience.push(1, {}), Audience::Outcome::CaughtUp);
    QVERIFY(m_peers[2].got.size() > 200);
}

void ServeViewersTest::aSlowViewerFindsTheNewHeader()
{
    const auto stream = makeStream("flv", {.maxBytes = 300'000, .minTime = 0});
    QVERIFY(stream);
    play(*stream, 0, 60);
    Audience audience(stream, sendToPeer);
    audience.fetch();
    audience.add(1, 1, {}, false, {});
    m_peers[1].room = 3000;
    QCOMPARE(audience.push(0, {}), Audience::Outcome::Blocked);
    stream->redescribe(changed("picture"));
    for (int i = 60; i < 700; ++i) {
        play(*stream, i, i + 1);
        audience.fetch();
    }
    m_peers[1].room = 1'000'000'000;
    QCOMPARE(audience.push(0, {}), Audience::Outcome::CaughtUp);
    // AVC sequence headers: of the file's header, and the one that the viewer was given on its way back
    int headers = 0;
    const QByteArray &got = m_peers[1].got;
    for (qsizetype at = 13; at + 11 < got.size();) {
        const auto *tag = reinterpret_cast<const unsigned char *>(got.constData() + at);
        const qsizetype size = tag[1] << 16 | tag[2] << 8 | tag[3];
        if (tag[0] == 9 && (tag[11] & 0x0f) == 7 && tag[12] == 0)
            ++headers;
        if (headers == 2) { // in the time of the stream
            QVERIFY((tag[4] << 16 | tag[5] << 8 | tag[6]) > 1000);
        }
        QVERIFY(tag[0] == 8 || tag[0] == 9 || tag[0] == 18);
        at += 11 + size + 4;
    }
    QCOMPARE(headers, 2);
}

void ServeViewersTest::soundCanBeJoined()
{
    for (const char *format : {"adts", "mpegts"}) {
        m_peers.clear();
        ServeClip sound = m_clip;
        if (std::strcmp(format, "mpegts") == 0) { // a feed of sound alone
            std::erase_if(sound.packets, [&](const auto &packet) { return m_clip.isVideo(packet); });
            const int track = sound.packets.front().track;
            sound.description.tracks = {m_clip.description.tracks[static_cast<std::size_t>(track)]};
            for (media::Packet &packet : sound.packets)
                packet.track = 0;
        }
        const auto stream = std::make_shared<Stream>("x", specOf(format), RingLimits{}, 1, m_recorder);
        QVERIFY(stream->start(sound.description, {}));
        for (std::size_t i = 0; i < 300; ++i) {
            stream->write(sound.packets[i]);
            stream->flush();
        }
        Audience audience(stream, sendToPeer);
        audience.fetch();
        audience.add(1, 1, {}, false, {});
        QCOMPARE(audience.push(0, {}), Audience::Outcome::CaughtUp);
        const ServeClip seen = demuxed(m_peers[1].got, std::strcmp(format, "adts") == 0 ? "aac" : "mpegts");
        QVERIFY2(seen.packets.size() >= 1 && seen.packets.size() < 50,
                 QByteArray::number(static_cast<int>(seen.packets.size())).constData());
        QVERIFY(stream->ring().bytes() < 100'000);
    }
}

void ServeViewersTest::chunksCarryTheSameBytes_data()
{
    QTest::addColumn<QByteArray>("format");
    for (const char *format : {"mpegts", "flv", "matroska", "mp4", "adts"})
        QTest::newRow(format) << QByteArray(format);
}

void ServeViewersTest::chunksCarryTheSameBytes()
{
    QFETCH(QByteArray, format);
    const auto stream = makeStream(format.constData(), {.maxBytes = 150'000, .minTime = 0});
    QVERIFY(stream);
    play(*stream, 0, 60);
    Audience audience(stream, sendToPeer);
    audience.fetch();
    audience.add(1, 1, head(), false, {});
    audience.add(2, 2, head(), true, {});
    audience.add(3, 3, head(), true, {}); // falls out of the ring in mid-block
    m_peers[3].room = 10'000;
    for (int i = 60; i < 700; ++i) {
        play(*stream, i, i + 1);
        audience.fetch();
        for (std::size_t v = 0; v < 3; ++v) {
            if (!audience.viewers()[v].blocked)
                (void)audience.push(v, {});
        }
    }
    stream->end("over");
    audience.fetch();
    m_peers[2].room = 3; // the last chunk too may go out in pieces
    QCOMPARE(audience.push(0, {}), Audience::Outcome::Finished);
    Audience::Outcome outcome = Audience::Outcome::Blocked;
    while ((outcome = audience.push(1, {})) == Audience::Outcome::Blocked)
        m_peers[2].room = 3;
    QCOMPARE(outcome, Audience::Outcome::Finished);
    QCOMPARE(audience.push(1, {}), Audience::Outcome::Finished); // and only once
    bool ended = false;
    QVERIFY(dechunked(m_peers[2].got.mid(4), &ended) == m_peers[1].got.mid(4));
    QVERIFY(ended);
    m_peers[3].room = 1'000'000'000;
    QCOMPARE(audience.push(2, {}), Audience::Outcome::Finished);
    const QByteArray slow = dechunked(m_peers[3].got.mid(4), &ended);
    QVERIFY(ended && slow != "broken");
    QVERIFY(format == "adts" || audience.viewers()[2].skips > 0);
    if (format == "mpegts")
        QCOMPARE(unexplainedGaps(slow), 0);
}

QTEST_GUILESS_MAIN(ServeViewersTest)
#include "tst_serveviewers.moc"
