// SPDX-License-Identifier: GPL-3.0-or-later
#include "clips.h"
#include "core/media/ffm.h"
#include "core/media/muxer.h"
#include "core/media/trackparser.h"
#include "ffmbuild.h"

#include <QTest>

extern "C" {
#include <libavcodec/codec_id.h>
}

using namespace aspersor;
using namespace aspersor::media;
using namespace aspersor::test;
using ffmtest::Bytes;

namespace {

struct Content {
    StreamDescription description;
    std::vector<Packet> packets;
};

Content demux(const QByteArray &bytes, const Demuxer::Options &options, std::size_t piece = SIZE_MAX)
{
    PieceSource source(bytes, piece);
    auto demuxer = Demuxer::open(source, options);
    if (!demuxer) {
        qWarning("%s", demuxer.error().message.c_str());
        return {};
    }
    Content content;
    content.packets = readAll(**demuxer);
    content.description = (*demuxer)->description();
    if ((*demuxer)->errors() != 0)
        qWarning("%d errors", static_cast<int>((*demuxer)->errors()));
    return content;
}

QByteArray mux(const Content &content)
{
    QByteArray bytes;
    FfmMuxer muxer([&bytes](auto block) {
        bytes.append(reinterpret_cast<const char *>(block.data()), static_cast<qsizetype>(block.size()));
    });
    if (const auto opened = muxer.open(content.description, {}); !opened)
        qFatal("%s", opened.error().message.c_str());
    for (const Packet &packet : content.packets) {
        if (const auto written = muxer.write(packet); !written)
            qFatal("%s", written.error().message.c_str());
    }
    muxer.finish();
    return bytes;
}

Packet withBytes(const Packet &like, const Bytes &bytes)
{
    Packet packet = Packet::copyOf(bytes);
    packet.track = like.track;
    packet.keyframe = like.keyframe;
    packet.pts = like.pts;
    packet.dts = like.dts;
    packet.duration = like.duration;
    return packet;
}

/// The NAL units of Annex B.
std::vector<Bytes> nalUnits(std::span<const std::uint8_t> bytes)
{
    std::vector<Bytes> units;
    for (std::size_t i = 0; i + 2 < bytes.size();) {
        if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
            units.emplace_back();
            i += 3;
        } else if (units.empty()) {
            ++i;
        } else {
            units.back().push_back(bytes[i++]);
        }
    }
    if (!units.empty() && bytes.size() >= 2)
        units.back().insert(units.back().end(), bytes.end() - 2, bytes.end());
    for (Bytes &unit : units) { // the zero of a four-byte start code belongs to what follows
        while (!unit.empty() && unit.back() == 0)
            unit.pop_back();
    }
    return units;
}

/// Without parameter sets and delimiters: as an encoder with global headers has it.
bool isSlice(const Bytes &unit)
{
    const int type = unit[0] & 0x1f;
    return type != 7 && type != 8 && type != 9;
}

Bytes onlySlices(const Packet &packet)
{
    ffmtest::Builder b;
    for (const Bytes &unit : nalUnits(packet.data())) {
        if (isSlice(unit))
            b.u32(1).raw(unit);
    }
    return b.out;
}

Bytes lengthPrefixed(const Packet &packet)
{
    ffmtest::Builder b;
    for (const Bytes &unit : nalUnits(packet.data())) {
        if (isSlice(unit))
            b.u32(unit.size()).raw(unit);
    }
    return b.out;
}

/// ISO/IEC 14496-15, 5.3.3.1
Bytes avcC(const Bytes &annexB)
{
    const auto units = nalUnits(annexB);
    ffmtest::Builder b;
    b.u8(1)
        .raw(std::span(units.at(0)).subspan(1, 3))
        .u8(0xff)
        .u8(0xe1)
        .u16(units.at(0).size())
        .raw(units.at(0));
    return b.u8(1).u16(units.at(1).size()).raw(units.at(1)).out;
}

/// 48 kHz stereo AAC-LC. ISO/IEC 14496-3, 1.A.2.2
Bytes adts(const Packet &packet)
{
    const std::size_t size = packet.data().size() + 7;
    ffmtest::Builder b;
    b.u16(0xfff1).u8(0x4c).u8(0x80 | size >> 11).u8(size >> 3 & 0xff).u8((size & 7) << 5 | 0x1f).u8(0xfc);
    return b.raw(packet.data()).out;
}

template <typename Change>
void changeTrack(Content &content, TrackKind kind, Change change)
{
    for (Packet &packet : content.packets) {
        if (content.description.tracks[static_cast<std::size_t>(packet.track)].kind == kind)
            packet = withBytes(packet, change(packet));
    }
}

} // namespace

class TestFfmDemuxer : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QFile file(QStringLiteral(ASPERSOR_CLIP_B));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_clip = demux(file.readAll(), {});
        QCOMPARE(m_clip.description.tracks.size(), 2U);
        QVERIFY(m_clip.packets.size() > 100);
        QVERIFY(m_clip.packets[0].keyframe);
    }

    void payloadForms_data()
    {
        QTest::addColumn<bool>("inBand");
        QTest::addColumn<bool>("withExtradata");
        QTest::addColumn<bool>("lengths");
        QTest::addColumn<bool>("withAdts");
        QTest::addColumn<bool>("audioExtradata");
        QTest::addColumn<qulonglong>("piece");
        const auto row = [](const char *name, bool inBand, bool extradata, bool lengths, bool adts_,
                            bool config, qulonglong piece) {
            QTest::newRow(name) << inBand << extradata << lengths << adts_ << config << piece;
        };
        row("as the conventions have it", true, true, false, false, true, 4096);
        row("parameter sets in the header only", false, true, false, false, true, 1000);
        row("parameter sets in band only, ADTS", true, false, false, true, false, 4096);
        row("from MPEG-TS: both, and ADTS", true, true, false, true, false, 1);
        row("from MP4: lengths", false, true, true, false, true, 100'000);
        row("AAC with no configuration", true, true, false, false, false, 4096);
        row("ADTS where the header says raw", true, true, false, true, true, 4096);
    }
    void payloadForms()
    {
        QFETCH(bool, inBand);
        QFETCH(bool, withExtradata);
        QFETCH(bool, lengths);
        QFETCH(bool, withAdts);
        QFETCH(bool, audioExtradata);
        QFETCH(qulonglong, piece);
        Content content = m_clip;
        if (lengths)
            changeTrack(content, TrackKind::Video, lengthPrefixed);
        else if (!inBand)
            changeTrack(content, TrackKind::Video, onlySlices);
        if (withAdts)
            changeTrack(content, TrackKind::Audio, adts);
        for (TrackDescription &track : content.description.tracks) {
            if (track.kind == TrackKind::Video && lengths)
                track.extradata = avcC(track.extradata);
            if (!(track.kind == TrackKind::Video ? withExtradata : audioExtradata))
                track.extradata.clear();
        }
        const QByteArray ffm = mux(content);
        const Content read = demux(ffm, {.format = ffmFormat}, piece);
        QCOMPARE(read.description.tracks.size(), 2U);
        for (std::size_t i = 0; i < 2; ++i) {
            const TrackDescription &track = read.description.tracks[i];
            QCOMPARE(track.summary(), m_clip.description.tracks[i].summary());
            QCOMPARE(nalUnits(track.extradata), nalUnits(m_clip.description.tracks[i].extradata));
            if (track.kind == TrackKind::Audio)
                QCOMPARE(track.extradata, m_clip.description.tracks[i].extradata);
        }
        QCOMPARE(read.packets.size(), m_clip.packets.size());
        for (std::size_t i = 0; i < read.packets.size(); ++i) {
            const Packet &packet = read.packets[i];
            const Packet &original = m_clip.packets[i];
            QCOMPARE(packet.track, original.track);
            QCOMPARE(packet.pts, original.pts);
            QCOMPARE(packet.dts, original.dts);
            QCOMPARE(packet.keyframe, original.keyframe);
            if (read.description.tracks[static_cast<std::size_t>(packet.track)].kind == TrackKind::Audio) {
                QVERIFY(std::ranges::equal(packet.data(), original.data()));
            } else {
                QCOMPARE(onlySlices(packet), onlySlices(original));
                if (packet.keyframe)
                    QVERIFY(shapeOf(packet.data(), false, true).hasParameterSets);
            }
        }
    }

    void wallClockTimes()
    {
        QByteArray bytes;
        FfmMuxer muxer([&bytes](auto block) {
            bytes.append(reinterpret_cast<const char *>(block.data()), static_cast<qsizetype>(block.size()));
        });
        QVERIFY(muxer.open(m_clip.description, {.startMicroseconds = 1'793'000'000'000'000}));
        for (const Packet &packet : m_clip.packets)
            QVERIFY(muxer.write(packet));
        muxer.finish();
        const Content read = demux(bytes, {.format = ffmFormat});
        QCOMPARE(read.packets.size(), m_clip.packets.size());
        for (std::size_t i = 0; i < read.packets.size(); ++i) {
            QCOMPARE(read.packets[i].pts, m_clip.packets[i].pts + 161'370'000'000'000);
            QCOMPARE(read.packets[i].dts, m_clip.packets[i].dts + 161'370'000'000'000);
        }
    }

    void otherCodecsPassAsTheyAre()
    {
        Content content;
        TrackDescription sound;
        sound.kind = TrackKind::Audio;
        sound.codecId = AV_CODEC_ID_MP2;
        sound.sampleRate = 22050;
        sound.channels = 1;
        sound.bitRate = 64000;
        TrackDescription picture;
        picture.kind = TrackKind::Video;
        picture.codecId = AV_CODEC_ID_MPEG2VIDEO;
        picture.width = 160;
        picture.height = 128;
        picture.bitRate = 64000;
        content.description.tracks = {sound, picture};
        for (int i = 0; i < 10; ++i) {
            Packet packet = Packet::copyOf(Bytes(static_cast<std::size_t>(100 + i), 0x11));
            packet.track = i % 2;
            packet.keyframe = i == 3 || packet.track == 0;
            packet.pts = packet.dts = i * 900;
            packet.duration = 900;
            content.packets.push_back(std::move(packet));
        }
        const Content read = demux(mux(content), {.format = ffmFormat});
        QVERIFY(read.description == content.description);
        QCOMPARE(read.packets.size(), 9U); // the picture before the first keyframe is of no use
        QCOMPARE(read.packets[2].dts, 2700);
        QCOMPARE(read.packets[2].duration, 900);
        QVERIFY(read.packets[2].keyframe);
    }

    /// As a stream of the server makes it: a flush after each packet, and a viewer that begins with a later
    /// GOP.
    void asAnOutputFormat()
    {
        QByteArray bytes;
        std::vector<qsizetype> starts;
        const auto muxer = Muxer::open(ffmFormat, m_clip.description, [&bytes](auto made) {
            bytes.append(reinterpret_cast<const char *>(made.data()), static_cast<qsizetype>(made.size()));
        });
        QVERIFY(muxer);
        QCOMPARE(bytes.size(), 4096);
        for (const Packet &packet : m_clip.packets) {
            const bool start = packet.track == 0 && packet.keyframe;
            if (start)
                starts.push_back(bytes.size());
            QVERIFY((*muxer)->write(packet));
            QVERIFY((*muxer)->flush());
            QCOMPARE(bytes.size() % 4096, 0);
            QVERIFY(!start || bytes.size() - starts.back() > static_cast<qsizetype>(packet.data().size()));
        }
        QVERIFY((*muxer)->finish());
        QCOMPARE(starts.size(), 10U);
        QVERIFY(bytes.size() < 1'500'000); // 10 s of 1 Mbit/s, and little for the rest

        const Content whole = demux(bytes, {.format = ffmFormat});
        QCOMPARE(whole.packets.size(), m_clip.packets.size());
        QVERIFY(whole.description.tracks[0].kind == TrackKind::Audio); // as the original had them
        for (std::size_t i = 0; i < whole.packets.size(); ++i) {
            QCOMPARE(whole.packets[i].track, 1 - m_clip.packets[i].track);
            QCOMPARE(whole.packets[i].dts, m_clip.packets[i].dts);
            QVERIFY(std::ranges::equal(whole.packets[i].data(), m_clip.packets[i].data()));
        }
        const Content late = demux(bytes.left(4096) + bytes.mid(starts[4]), {.format = ffmFormat});
        const auto pictures = ofTrack(late.packets, 1);
        const auto all = ofTrack(m_clip.packets, 0);
        QCOMPARE(pictures.size(), 180U); // six of ten seconds
        QVERIFY(pictures.front().keyframe);
        for (std::size_t i = 0; i < pictures.size(); ++i)
            QVERIFY(std::ranges::equal(pictures[i].data(), all[120 + i].data()));
    }

    void codecsThatFfmDoesNotKnow()
    {
        StreamDescription description = m_clip.description;
        description.tracks[0].codecId = AV_CODEC_ID_AV1;
        QCOMPARE(Muxer::misfit(ffmFormat, description, {}).value_or(""),
                 std::string("that format cannot carry av1 pictures"));
        QVERIFY(Muxer::suitsPhones(ffmFormat, TrackKind::Video));
        QVERIFY(Muxer::suitsPhones(ffmFormat, TrackKind::Audio));
    }

    void errorsNameTheirByte_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("error");
        const QByteArray ffm = mux(m_clip);
        QByteArray bad = ffm;
        bad[2 * 4096] = 'x';
        QTest::newRow("no FFM") << QByteArray(5000, 'x')
                                << QByteArray(
                                       "byte 0 of the FFM stream: it does not begin with FFM2 or FFM1");
        QTest::newRow("nothing") << QByteArray()
                                 << QByteArray("byte 0 of the FFM stream: it ends within its header");
        QTest::newRow("half a header")
            << ffm.left(100) << QByteArray("byte 100 of the FFM stream: it ends within its header");
        QTest::newRow("half a block")
            << ffm.left(10'000) << QByteArray("byte 10000 of the FFM stream: it ends within a block");
        QTest::newRow("no block") << bad << QByteArray("byte 8192 of the FFM stream: no block begins here");
        QByteArray empty = "FFM2" + QByteArray::fromHex("00001000");
        empty.resize(4096, '\0');
        QTest::newRow("no tracks") << empty << QByteArray("neither picture nor sound in it");
        Content damaged = m_clip;
        damaged.description.tracks[0].extradata = {1, 2, 3};
        QTest::newRow("damaged avcC") << mux(damaged) << QByteArray("the parameters of track 0 are damaged");
    }
    void errorsNameTheirByte()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, error);
        PieceSource source(bytes, 1000);
        auto demuxer = Demuxer::open(source, {.format = ffmFormat});
        if (!demuxer) {
            QCOMPARE(QByteArray::fromStdString(demuxer.error().message), error);
            return;
        }
        for (;;) {
            auto packet = (*demuxer)->next();
            if (packet) {
                QVERIFY(*packet); // an end would hide the error
                continue;
            }
            QCOMPARE(QByteArray::fromStdString(packet.error().message), error);
            QVERIFY(packet.error().kind == Error::Kind::BadRequest);
            QVERIFY(!(*demuxer)->next()); // and says so again
            return;
        }
    }

    void damageInAFileCostsOnlyItself()
    {
        QByteArray bytes = mux(m_clip);
        bytes[3 * 4096] = 'x';
        PieceSource source(bytes);
        auto demuxer = Demuxer::open(source, {.format = ffmFormat, .stored = true});
        QVERIFY(demuxer);
        const auto packets = readAll(**demuxer);
        QVERIFY((*demuxer)->errors() > 0);
        QVERIFY(packets.size() < m_clip.packets.size());
        QVERIFY(packets.size() > m_clip.packets.size() / 2);
        QVERIFY(std::ranges::equal(packets.back().data(), m_clip.packets.back().data()));
    }

private:
    Content m_clip;
};

QTEST_GUILESS_MAIN(TestFfmDemuxer)
#include "tst_ffmdemuxer.moc"
