// SPDX-License-Identifier: GPL-3.0-or-later
#include "clips.h"

#include "core/media/pesend.h"
#include "core/media/trackparser.h"

#include <QTest>
#include <deque>

using namespace aspersor;
using namespace aspersor::media;
using namespace aspersor::test;

class DemuxerTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void everyPictureAndSoundOfAClip_data();
    void everyPictureAndSoundOfAClip();
    void aPictureLeavesWithItsLastByte();
    void stuffingInMidPictureTurnsTheShortcutOff();
    void chunksThatEndWithPicturesAreBelieved();
    void timestampsAreThoseOfTheContainer();
    void aacLeavesRawWithItsConfig();
    void parameterSetsInAPesOfTheirOwn();
    void severalPicturesInAPesAreSplit();
    void aChangeOfSizeChangesTheDescription();
    void audioOnly();
    void garbageIsRefused_data();
    void garbageIsRefused();
    void damageInMidStreamCostsOnlyItself();
    void otherContainers_data();
    void otherContainers();
    void shapes_data();
    void shapes();

private:
    QByteArray m_clip;
    QByteArray m_clipB;
};

void DemuxerTest::initTestCase()
{
    m_clip = makeClip({QStringLiteral("-bf"), QStringLiteral("0")});
    m_clipB = makeClip({QStringLiteral("-bf"), QStringLiteral("2")});
    QVERIFY2(!m_clip.isEmpty() && !m_clipB.isEmpty(), "the ffmpeg program makes the clips");
}

void DemuxerTest::everyPictureAndSoundOfAClip_data()
{
    QTest::addColumn<bool>("bFrames");
    QTest::addColumn<qulonglong>("piece");
    for (const bool b : {false, true}) {
        for (const qulonglong piece : {1ULL, 7ULL, 187ULL, 188ULL, 1316ULL, 65536ULL, 100000000ULL})
            QTest::addRow("%s, %llu bytes at once", b ? "with B-frames" : "no B-frames", piece) << b << piece;
    }
}

void DemuxerTest::everyPictureAndSoundOfAClip()
{
    QFETCH(bool, bFrames);
    QFETCH(qulonglong, piece);
    PieceSource source(bFrames ? m_clipB : m_clip, piece);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY2(demuxer, demuxer ? "" : demuxer.error().message.c_str());
    const auto packets = readAll(**demuxer);
    const auto &tracks = (*demuxer)->description().tracks;
    QCOMPARE(tracks.size(), std::size_t{2});
    QCOMPARE(tracks[0].summary(), std::string("h264 640x360"));
    QCOMPARE(tracks[1].summary(), std::string("aac 48000 2ch"));
    const auto pictures = ofTrack(packets, 0);
    QCOMPARE(pictures.size(), std::size_t{120});
    QCOMPARE(ofTrack(packets, 1).size(), std::size_t{189}); // 4 s and the encoder's priming frame
    QVERIFY(pictures.front().keyframe);
    QCOMPARE(std::ranges::count(pictures, true, &Packet::keyframe), 4);
    QCOMPARE((*demuxer)->errors(), std::uint64_t{0});
    for (std::size_t i = 1; i < pictures.size(); ++i)
        QCOMPARE(pictures[i].dts - pictures[i - 1].dts, Ticks{3000});
}

/// Feeds TS packets one by one and notes at which byte each picture came out.
void DemuxerTest::aPictureLeavesWithItsLastByte()
{
    PieceSource source(m_clip, 188);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY(demuxer);
    // The byte at which each video PES ends in the clip: before the next packet of the PID that begins one.
    std::vector<std::size_t> ends;
    std::size_t last = 0;
    for (std::size_t at = 0; at + 188 <= static_cast<std::size_t>(m_clip.size()); at += 188) {
        const auto *p = reinterpret_cast<const std::uint8_t *>(m_clip.constData()) + at;
        if (((p[1] & 0x1f) << 8 | p[2]) != 0x100)
            continue;
        if ((p[1] & 0x40) && last)
            ends.push_back(last);
        last = at + 188;
    }
    std::size_t late = 0;
    std::size_t index = 0;
    for (;;) {
        auto packet = (*demuxer)->next();
        QVERIFY(packet);
        if (!*packet)
            break;
        if ((*packet)->track != 0)
            continue;
        if (index >= 10 && index < ends.size() && source.position() != ends[index])
            ++late;
        ++index;
    }
    QCOMPARE(index, std::size_t{120});
    // One in 184 pictures fills its last TS packet exactly and cannot be told from one that goes on.
    QVERIFY2(late <= 3, qPrintable(QString::number(late)));
}

void DemuxerTest::stuffingInMidPictureTurnsTheShortcutOff()
{
    // A multiplexer that stuffs in the middle of every third PES.
    QByteArray odd;
    int begun = 0;
    for (qsizetype at = 0; at + 188 <= m_clip.size(); at += 188) {
        QByteArray packet = m_clip.mid(at, 188);
        auto *p = reinterpret_cast<std::uint8_t *>(packet.data());
        const bool video = ((p[1] & 0x1f) << 8 | p[2]) == 0x100;
        if (video && (p[1] & 0x40))
            ++begun;
        odd += packet;
    }
    PieceSource source(odd);
    PesEnd filter(source, 65536);
    std::vector<std::uint8_t> buffer(188 * 20);
    while (filter.read(buffer).value_or(0) > 0) {
    }
    QVERIFY(begun == 120);
    QVERIFY2(filter.insertedPackets() > 100, qPrintable(QString::number(filter.insertedPackets())));

    // Three good PES of three packets each, then one that goes on behind stuffing, then good ones again.
    QByteArray stream;
    int counter = 0;
    const auto put = [&](bool begins, bool stuffed) {
        QByteArray packet(188, '\xff');
        packet[0] = 0x47;
        packet[1] = static_cast<char>((begins ? 0x40 : 0) | 0x01);
        packet[2] = 0;
        packet[3] = static_cast<char>((stuffed ? 0x30 : 0x10) | (counter++ & 15));
        qsizetype payload = 4;
        if (stuffed) {
            packet[4] = 10;
            packet[5] = 0;
            payload = 15;
        }
        if (begins)
            packet.replace(payload, 9, QByteArray::fromHex("000001e00000800000"));
        stream += packet;
    };
    const auto pes = [&](bool brokenRule) {
        put(true, false);
        put(false, brokenRule);
        put(false, true);
    };
    for (int i = 0; i < 6; ++i)
        pes(false);
    pes(true);
    for (int i = 0; i < 20; ++i)
        pes(false);
    PieceSource bad(stream);
    PesEnd wary(bad, 65536);
    while (wary.read(buffer).value_or(0) > 0) {
    }
    QCOMPARE(wary.insertedPackets(), std::uint64_t{4}); // PES 4 to 6, and the one that broke the rule
}

void DemuxerTest::chunksThatEndWithPicturesAreBelieved()
{
    // Chunks of whole packets without any stuffing, on one PID.
    class Chunks final : public ByteSource
    {
    public:
        void put(int packets, bool begins)
        {
            QByteArray chunk;
            for (int i = 0; i < packets; ++i) {
                QByteArray packet(188, '\xff');
                const bool starts = begins && i == 0;
                packet.replace(0, 4, QByteArray::fromHex(starts ? "47410010" : "47010010"));
                packet[3] = static_cast<char>(0x10 | (m_counter++ & 15));
                if (starts)
                    packet.replace(4, 9, QByteArray::fromHex("000001e00000800000"));
                chunk += packet;
            }
            m_chunks.push_back(chunk);
        }
        Result<std::size_t> read(std::span<std::uint8_t> into) override
        {
            if (m_chunks.empty())
                return std::size_t{0};
            const auto count =
                std::min(into.size(), static_cast<std::size_t>(m_chunks.front().size() - m_at));
            std::memcpy(into.data(), m_chunks.front().constData() + m_at, count);
            m_at += static_cast<qsizetype>(count);
            m_ended = m_at == m_chunks.front().size() ? static_cast<std::uint64_t>(m_at) : 0;
            if (m_ended > 0) {
                m_chunks.pop_front();
                m_at = 0;
            }
            return count;
        }
        [[nodiscard]] std::uint64_t endedPiece() const override { return m_ended; }

    private:
        std::deque<QByteArray> m_chunks;
        qsizetype m_at = 0;
        int m_counter = 0;
        std::uint64_t m_ended = 0;
    };
    const auto inserted = [](Chunks &source) {
        PesEnd filter(source, 65536);
        std::vector<std::uint8_t> buffer(188 * 100);
        while (filter.read(buffer).value_or(0) > 0) {
        }
        return filter.insertedPackets();
    };
    const auto pictures = [](Chunks &source, int count) {
        for (int i = 0; i < count; ++i)
            source.put(i == 30 ? 50 : 7, true);
    };
    Chunks good;
    pictures(good, 100);
    QCOMPARE(inserted(good), std::uint64_t{40}); // the 61st and all that follow

    Chunks large; // larger than any before: its end may be a buffer's
    pictures(large, 61);
    large.put(51, true);
    pictures(large, 5);
    QCOMPARE(inserted(large), std::uint64_t{6});

    Chunks cut; // believed once too often, and never again
    pictures(cut, 70);
    cut.put(7, true);
    cut.put(7, false);
    pictures(cut, 70);
    QCOMPARE(inserted(cut), std::uint64_t{11});
}

void DemuxerTest::timestampsAreThoseOfTheContainer()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("clip.ts")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(m_clipB);
    file.close();
    bool ok = false;
    const QByteArray probed =
        run(QStringLiteral("ffprobe"),
            {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-select_streams"),
             QStringLiteral("v"), QStringLiteral("-show_entries"), QStringLiteral("packet=pts,dts"),
             QStringLiteral("-of"), QStringLiteral("csv=p=0"), file.fileName()},
            {}, &ok);
    QVERIFY(ok);
    PieceSource source(m_clipB);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY(demuxer);
    QByteArray ours;
    for (const Packet &packet : ofTrack(readAll(**demuxer), 0))
        ours += QByteArray::number(static_cast<qlonglong>(packet.pts)) + ',' +
                QByteArray::number(static_cast<qlonglong>(packet.dts)) + '\n';
    QByteArray theirs;
    for (QByteArray line : probed.split('\n')) {
        line = line.trimmed();
        if (line.endsWith(','))
            line.chop(1);
        if (!line.isEmpty())
            theirs += line + '\n';
    }
    QCOMPARE(ours, theirs);
}

void DemuxerTest::aacLeavesRawWithItsConfig()
{
    PieceSource source(m_clip);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY(demuxer);
    const auto sound = ofTrack(readAll(**demuxer), 1);
    const auto &track = (*demuxer)->description().tracks[1];
    // AudioSpecificConfig: object type 2 (LC), rate index 3 (48000), 2 channels
    QCOMPARE(track.extradata, (std::vector<std::uint8_t>{0x11, 0x90}));
    for (std::size_t i = 0; i < sound.size(); ++i) {
        QVERIFY(sound[i].data().size() > 1);
        QVERIFY(!(sound[i].data()[0] == 0xff && (sound[i].data()[1] & 0xf0) == 0xf0));
        if (i > 0)
            QVERIFY(std::abs(sound[i].pts - sound[i - 1].pts - 1920) <= 1); // 1024 samples at 48 kHz
        QCOMPARE(sound[i].duration, Ticks{1920});
    }
}

void DemuxerTest::parameterSetsInAPesOfTheirOwn()
{
    // As Android's recorder sends them: SPS and PPS once, in front, then pictures without.
    PieceSource source(m_clip);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY(demuxer);
    const auto pictures = ofTrack(readAll(**demuxer), 0);
    const auto extradata = (*demuxer)->description().tracks[0].extradata;
    TrackParser parser(TrackKind::Video, (*demuxer)->description().tracks[0].codecId);
    std::vector<Packet> out;
    Packet sets = Packet::copyOf(extradata);
    sets.pts = sets.dts = 0;
    parser.parse(std::move(sets), out);
    QVERIFY(out.empty());
    int keyframes = 0;
    for (const Packet &picture : pictures) {
        // strip everything in front of the first slice
        const auto data = picture.data();
        std::size_t at = 0;
        for (std::size_t i = 0; i + 4 < data.size(); ++i) {
            const int type = data[i + 3] & 0x1f;
            if (data[i] == 0 && data[i + 1] == 0 && data[i + 2] == 1 && (type == 1 || type == 5)) {
                at = i;
                break;
            }
        }
        Packet slice = Packet::copyOf(data.subspan(at));
        slice.pts = picture.pts;
        slice.dts = picture.dts;
        parser.parse(std::move(slice), out);
        keyframes += picture.keyframe ? 1 : 0;
    }
    QCOMPARE(out.size(), pictures.size());
    QVERIFY(parser.complete());
    QCOMPARE(parser.description().width, 640);
    for (const Packet &picture : out) {
        if (picture.keyframe) {
            QVERIFY(shapeOf(picture.data(), false, false).hasParameterSets);
            --keyframes;
        }
    }
    QCOMPARE(keyframes, 0);
}

void DemuxerTest::severalPicturesInAPesAreSplit()
{
    PieceSource source(m_clip);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY(demuxer);
    const auto pictures = ofTrack(readAll(**demuxer), 0);
    TrackParser parser(TrackKind::Video, (*demuxer)->description().tracks[0].codecId);
    std::vector<Packet> out;
    for (std::size_t i = 0; i + 1 < pictures.size(); i += 2) {
        std::vector<std::uint8_t> both(pictures[i].data().begin(), pictures[i].data().end());
        both.insert(both.end(), pictures[i + 1].data().begin(), pictures[i + 1].data().end());
        Packet payload = Packet::copyOf(both);
        payload.pts = pictures[i].pts;
        payload.dts = pictures[i].dts;
        parser.parse(std::move(payload), out);
    }
    parser.finish(out);
    QCOMPARE(out.size(), pictures.size());
    for (std::size_t i = 0; i < out.size(); ++i)
        QVERIFY(std::ranges::equal(out[i].data(), pictures[i].data()));
}

void DemuxerTest::aChangeOfSizeChangesTheDescription()
{
    bool ok = false;
    const QByteArray turned =
        run(QStringLiteral("ffmpeg"),
            {QStringLiteral("-v"),       QStringLiteral("error"),
             QStringLiteral("-f"),       QStringLiteral("lavfi"),
             QStringLiteral("-i"),       QStringLiteral("testsrc2=size=360x640:rate=30"),
             QStringLiteral("-f"),       QStringLiteral("lavfi"),
             QStringLiteral("-i"),       QStringLiteral("sine=sample_rate=44100"),
             QStringLiteral("-t"),       QStringLiteral("2"),
             QStringLiteral("-c:v"),     QStringLiteral("libx264"),
             QStringLiteral("-pix_fmt"), QStringLiteral("yuv420p"),
             QStringLiteral("-bf"),      QStringLiteral("0"),
             QStringLiteral("-c:a"),     QStringLiteral("aac"),
             QStringLiteral("-ac"),      QStringLiteral("1"),
             QStringLiteral("-f"),       QStringLiteral("mpegts"),
             QStringLiteral("-")},
            {}, &ok);
    QVERIFY(ok);
    PieceSource source(m_clip + turned);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY(demuxer);
    std::uint32_t version = 0;
    QStringList seen;
    std::size_t count = 0;
    for (;;) {
        auto packet = (*demuxer)->next();
        QVERIFY(packet);
        if (!*packet)
            break;
        ++count;
        if (version != (*demuxer)->descriptionVersion()) {
            version = (*demuxer)->descriptionVersion();
            QString text;
            for (const auto &track : (*demuxer)->description().tracks)
                text += QString::fromStdString(track.summary()) + QLatin1Char(';');
            seen += text;
        }
    }
    QCOMPARE(seen.first(), QStringLiteral("h264 640x360;aac 48000 2ch;"));
    QCOMPARE(seen.last(), QStringLiteral("h264 360x640;aac 44100 1ch;"));
    QVERIFY(count > 120 + 189 + 60 + 80);
}

void DemuxerTest::audioOnly()
{
    bool ok = false;
    const QByteArray clip =
        run(QStringLiteral("ffmpeg"),
            {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-f"), QStringLiteral("lavfi"),
             QStringLiteral("-i"), QStringLiteral("sine=sample_rate=44100"), QStringLiteral("-t"),
             QStringLiteral("3"), QStringLiteral("-c:a"), QStringLiteral("aac"), QStringLiteral("-f"),
             QStringLiteral("mpegts"), QStringLiteral("-")},
            {}, &ok);
    QVERIFY(ok);
    PieceSource source(clip, 1000);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY(demuxer);
    const auto packets = readAll(**demuxer);
    QCOMPARE((*demuxer)->description().tracks.size(), std::size_t{1});
    QVERIFY(packets.size() >= 129);
}

void DemuxerTest::garbageIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QByteArray noise(200'000, '\0');
    quint32 state = 1;
    for (char &byte : noise) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<char>(state >> 24);
    }
    QTest::newRow("noise") << noise;
    QTest::newRow("zeros") << QByteArray(200'000, '\0');
    QTest::newRow("text") << QByteArray("hello");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a jpeg") << QByteArray::fromHex("ffd8ffe000104a46494600010101") + QByteArray(70'000, 'x');
}

void DemuxerTest::garbageIsRefused()
{
    QFETCH(QByteArray, bytes);
    PieceSource source(bytes, 4096);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY(!demuxer);
    QCOMPARE(demuxer.error().kind, Error::Kind::BadRequest);
    QVERIFY(source.position() <= 70'000);
}

void DemuxerTest::damageInMidStreamCostsOnlyItself()
{
    QByteArray damaged = m_clip.left(400'000);
    damaged += QByteArray(5'000, 'z'); // not a multiple of 188
    damaged += m_clip.mid(400'000);
    PieceSource source(damaged, 1000);
    auto demuxer = Demuxer::open(source, {});
    QVERIFY(demuxer);
    const auto packets = readAll(**demuxer);
    QVERIFY(ofTrack(packets, 0).size() >= 118);
    QVERIFY(ofTrack(packets, 1).size() >= 180);
}

void DemuxerTest::otherContainers_data()
{
    QTest::addColumn<QString>("format");
    QTest::newRow("nut") << QStringLiteral("nut");
    QTest::newRow("matroska") << QStringLiteral("matroska");
    QTest::newRow("flv") << QStringLiteral("flv");
}

void DemuxerTest::otherContainers()
{
    QFETCH(QString, format);
    bool ok = false;
    const QByteArray clip = run(QStringLiteral("ffmpeg"),
                                {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-f"),
                                 QStringLiteral("mpegts"), QStringLiteral("-i"), QStringLiteral("-"),
                                 QStringLiteral("-c:v"), QStringLiteral("copy"), QStringLiteral("-c:a"),
                                 QStringLiteral("aac"), QStringLiteral("-f"), format, QStringLiteral("-")},
                                m_clipB, &ok);
    QVERIFY(ok);
    PieceSource source(clip, 4096);
    auto demuxer = Demuxer::open(source, {.format = "", .probeBytes = 256 * 1024});
    QVERIFY2(demuxer, demuxer ? "" : demuxer.error().message.c_str());
    const auto packets = readAll(**demuxer);
    QCOMPARE(ofTrack(packets, 0).size(), std::size_t{120});
    QVERIFY(ofTrack(packets, 1).size() >= 188);
    QVERIFY(shapeOf(packets.front().track == 0 ? packets.front().data() : ofTrack(packets, 0).front().data(),
                    false, true)
                .pictures == 1);
}

void DemuxerTest::shapes_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("starts");
    QTest::addColumn<int>("pictures");
    QTest::addColumn<bool>("sets");
    const auto hex = [](const char *text) { return QByteArray::fromHex(text); };
    QTest::newRow("empty") << QByteArray() << false << 0 << false;
    QTest::newRow("IDR") << hex("00000165888421") << true << 1 << false;
    QTest::newRow("AUD, SPS, PPS, IDR")
        << hex("0000000109f0000000016742c01e0000000168ce3c80000001658884") << true << 1 << true;
    QTest::newRow("two slices of one picture") << hex("0000016588840000016548ff") << true << 1 << false;
    QTest::newRow("second slice alone") << hex("0000016548ffff") << false << 0 << false;
    QTest::newRow("two pictures") << hex("000001658884000001419a02") << true << 2 << false;
    QTest::newRow("no start code") << hex("aabbccddeeff") << false << 0 << false;
    QTest::newRow("cut within a NAL header") << hex("000001") << false << 0 << false;
}

void DemuxerTest::shapes()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, starts);
    QFETCH(int, pictures);
    QFETCH(bool, sets);
    const auto shape = shapeOf(
        {reinterpret_cast<const std::uint8_t *>(bytes.constData()), static_cast<std::size_t>(bytes.size())},
        false, true);
    QCOMPARE(shape.startsUnit, starts);
    QCOMPARE(shape.pictures, pictures);
    QCOMPARE(shape.hasParameterSets, sets);
}

QTEST_GUILESS_MAIN(DemuxerTest)
#include "tst_demuxer.moc"
