// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffm.h"
#include "core/media/ffmparser.h"
#include "ffmbuild.h"

#include <QTest>
#include <algorithm>
#include <random>

extern "C" {
#include <libavcodec/codec_id.h>
}

using namespace aspersor;
using namespace aspersor::media;
using namespace ffmtest;

namespace {

struct Parsed {
    std::optional<FfmHeader> header;
    std::vector<Packet> frames;
    std::string error;
    std::uint64_t errors = 0;
};

/// `piece` bytes at a time.
Parsed parse(std::span<const std::uint8_t> bytes, std::size_t piece = SIZE_MAX,
             FfmParser::Damage damage = FfmParser::Damage::IsError)
{
    FfmParser parser(damage);
    Parsed parsed;
    while (!bytes.empty() && parsed.error.empty()) {
        std::optional<Packet> frame;
        const auto taken = parser.feed(bytes.first(std::min(piece, bytes.size())), frame);
        if (!taken) {
            parsed.error = taken.error().message;
            break;
        }
        if (*taken == 0)
            qFatal("the parser takes nothing");
        bytes = bytes.subspan(*taken);
        if (frame)
            parsed.frames.push_back(std::move(*frame));
    }
    if (parsed.error.empty()) {
        if (const auto finished = parser.finish(); !finished)
            parsed.error = finished.error().message;
    }
    parsed.header = parser.header();
    parsed.errors = parser.errors();
    return parsed;
}

Bytes bytesOf(const Packet &packet)
{
    return {packet.data().begin(), packet.data().end()};
}

Bytes joined(std::initializer_list<Bytes> pieces)
{
    Bytes all;
    for (const Bytes &piece : pieces)
        all.insert(all.end(), piece.begin(), piece.end());
    return all;
}

/// The same numbers everywhere.
class Random
{
public:
    explicit Random(unsigned seed) : m_engine(seed) {}
    std::uint32_t operator()() { return static_cast<std::uint32_t>(m_engine()); }

private:
    std::mt19937 m_engine;
};

Bytes pattern(std::size_t size, unsigned seed)
{
    Random random(seed);
    Bytes bytes(size);
    for (auto &byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

/// A COMM of AAC without extradata.
Builder &aacCommon(Builder &b)
{
    return b.text("COMM").u32(21).u32(0x15002).u8(1).u32(64000).zeros(12);
}

Builder head(std::uint32_t blockBytes = 4096)
{
    Builder b;
    b.text("FFM2").u32(blockBytes).u64(0);
    return b;
}

/// A header with one track of sound, then frames of `size` bytes, dts from 0 in steps of 10 ms; without
/// `from` the first blocks.
Bytes soundStream(int frames, std::size_t size)
{
    Builder stream;
    std::vector<std::size_t> starts;
    for (int i = 0; i < frames; ++i) {
        starts.push_back(stream.out.size());
        stream.u8(0).u8(1).u24(size).u24(10000).i64(i * 10000).raw(pattern(size, static_cast<unsigned>(i)));
    }
    Builder file = head();
    aacCommon(file).zeros(8).padTo(4096);
    for (std::size_t at = 0; at < stream.out.size(); at += 4082) {
        const std::size_t count = std::min<std::size_t>(4082, stream.out.size() - at);
        const auto first = std::ranges::lower_bound(starts, at);
        const bool starts_ = first != starts.end() && *first < at + count;
        file.block(static_cast<std::uint16_t>(4082 - count), starts_ ? (first - starts.begin()) * 10000 : 0,
                   static_cast<std::uint16_t>((starts_ ? *first - at + 14 : 0) | (at == 0 ? 0x8000 : 0)),
                   std::span(stream.out).subspan(at, count));
    }
    return file.out;
}

} // namespace

class TestFfmParser : public QObject
{
    Q_OBJECT

private slots:
    void anOldRecording_data()
    {
        QTest::addColumn<qulonglong>("piece");
        for (const qulonglong piece : {1ULL, 7ULL, 4095ULL, 4096ULL, 4097ULL, 1000000ULL})
            QTest::addRow("%llu bytes at a time", piece) << piece;
    }
    void anOldRecording()
    {
        QFETCH(qulonglong, piece);
        // As far as its bytes are known: the header, and a first frame of 345 bytes of ADTS. What follows is
        // made up so that a frame begins at 0x0CBD of the fifth block, dts 46440.
        const Bytes adts = joined({{0xff, 0xf1, 0x50, 0x80, 0x2b, 0x3f}, pattern(339, 1)});
        const std::size_t secondAt = 16 + 345;
        const std::size_t thirdAt = 4 * 4082 + 0x0cbd - 14;
        const Bytes picture = pattern(thirdAt - secondAt - 16, 2);
        Builder stream;
        stream.raw({0x01, 0x01, 0x00, 0x01, 0x59, 0x00, 0x5a, 0xab}).zeros(8).raw(adts);
        stream.u8(0).u8(1).u24(picture.size()).u24(40000).i64(0).raw(picture);
        stream.u8(1).u8(1).u24(3).u24(23211).i64(46440).raw({1, 2, 3});
        QVERIFY(stream.out.size() <= 5 * 4082);
        Builder file;
        file.raw(dumpHeader());
        for (std::size_t at = 0; at < stream.out.size(); at += 4082) {
            const std::size_t count = std::min<std::size_t>(4082, stream.out.size() - at);
            const bool last = at + 4082 >= stream.out.size();
            file.block(static_cast<std::uint16_t>(4082 - count), last ? 46440 : 0,
                       at == 0 ? 0x800e : (last ? 0x0cbd : 0), std::span(stream.out).subspan(at, count));
        }
        QCOMPARE(file.out.size(), 6U * 4096);
        QCOMPARE(Bytes(file.out.begin() + 0x100c, file.out.begin() + 0x1014),
                 (Bytes{0x80, 0x0e, 0x01, 0x01, 0x00, 0x01, 0x59, 0x00}));
        QCOMPARE(Bytes(file.out.begin() + 0x5008, file.out.begin() + 0x500e),
                 (Bytes{0, 0, 0xb5, 0x68, 0x0c, 0xbd}));

        const Parsed parsed = parse(file.out, piece);
        QCOMPARE(parsed.error, std::string());
        QCOMPARE(parsed.errors, 0U);
        QCOMPARE(parsed.header->tracks.size(), 2U);
        const TrackDescription &video = parsed.header->tracks[0].description;
        QCOMPARE(video.codecName(), std::string("h264"));
        QCOMPARE(video.summary(), std::string("h264 640x360"));
        QCOMPARE(video.profile, 578);
        QCOMPARE(video.level, 30);
        QCOMPARE(video.bitRate, 0);
        QCOMPARE(video.extradata, dumpExtradata);
        QCOMPARE(parsed.header->tracks[0].text, std::string(dumpVideoText));
        const TrackDescription &audio = parsed.header->tracks[1].description;
        QCOMPARE(audio.summary(), std::string("aac 44100 2ch"));
        QCOMPARE(audio.bitRate, 132644);
        QCOMPARE(audio.frameSize, 1024);
        QCOMPARE(audio.profile, 1);
        QVERIFY(audio.extradata.empty());

        QCOMPARE(parsed.frames.size(), 3U);
        QCOMPARE(parsed.frames[0].track, 1);
        QVERIFY(parsed.frames[0].keyframe);
        QCOMPARE(parsed.frames[0].pts, 0);
        QCOMPARE(parsed.frames[0].duration, 2089);
        QCOMPARE(bytesOf(parsed.frames[0]), adts);
        QCOMPARE(bytesOf(parsed.frames[1]), picture);
        QCOMPARE(parsed.frames[2].dts, 4180); // 46440 us
    }

    void decodingTimes()
    {
        Builder frames;
        frames.u8(0).u8(2).u24(1).u24(0).i64(0).u32(80000).u8(7);
        frames.u8(0).u8(0).u24(1).u24(0).i64(-1000).u8(8);
        frames.u8(0).u8(2).u24(1).u24(0).i64(0).u32(0xffffffff).u8(9);
        Builder file = head();
        aacCommon(file).zeros(8).padTo(4096).block(static_cast<std::uint16_t>(4082 - frames.out.size()),
                                                   -80000, 0x800e, frames.out);
        const Parsed parsed = parse(file.out);
        QCOMPARE(parsed.frames.size(), 3U);
        QVERIFY(!parsed.frames[0].keyframe);
        QCOMPARE(parsed.frames[0].pts, 0);
        QCOMPARE(parsed.frames[0].dts, -7200);
        QCOMPARE(parsed.frames[1].dts, -90);
        QCOMPARE(parsed.frames[1].pts, -90);
        QCOMPARE(parsed.frames[2].dts, -386547057); // unsigned
    }

    void whatAServerRecommends()
    {
        Builder file = head();
        aacCommon(file)
            .text("S2AU")
            .u32(26)
            .text("b=128000,ac=2,ar=44100,x=")
            .u8(0)
            .text("XYZW")
            .u32(3)
            .zeros(3);
        file.text("CPRV")
            .u32(14)
            .text("rc_eq=tex^qCom")
            .text("COMM")
            .u32(24)
            .u32(27)
            .u8(0)
            .u32(0)
            .zeros(12)
            .zeros(3);
        file.text("S2VI")
            .u32(45)
            .text("b=1800000,video_size=640x360,time_base=1/25")
            .zeros(2)
            .zeros(8)
            .padTo(4096);
        const Parsed parsed = parse(file.out);
        QCOMPARE(parsed.error, std::string());
        QCOMPARE(parsed.header->tracks.size(), 2U);
        QCOMPARE(parsed.header->tracks[0].description.summary(), std::string("aac 44100 2ch"));
        QCOMPARE(parsed.header->tracks[0].privateText, std::string("rc_eq=tex^qCom"));
        const TrackDescription &video = parsed.header->tracks[1].description;
        QCOMPARE(video.summary(), std::string("h264 640x360")); // number 27: of later releases
        QCOMPARE(video.frameRateNum, 25);
        QCOMPARE(video.frameRateDen, 1);
        QCOMPARE(video.bitRate, 1'800'000);
        QCOMPARE(parsed.header->tracks[1].text, std::string("b=1800000,video_size=640x360,time_base=1/25"));
    }

    void valuesThatCannotBe()
    {
        Builder file = head();
        const std::string audio = "ar=-1,ac=100000,frame_size=99999999999,profile=x";
        aacCommon(file).text("S2AU").u32(audio.size() + 1).text(audio).u8(0);
        const std::string video = "video_size=99999x1,time_base=0/0,level=-5,ar=44100";
        file.text("COMM").u32(21).u32(28).u8(0).u32(0).zeros(12).text("S2VI").u32(video.size()).text(video);
        const Parsed parsed = parse(file.zeros(8).padTo(4096).out);
        QCOMPARE(parsed.error, std::string());
        QCOMPARE(parsed.header->tracks[0].description.summary(), std::string("aac"));
        QCOMPARE(parsed.header->tracks[0].description.frameSize, 0);
        QCOMPARE(parsed.header->tracks[0].description.profile, -99);
        QCOMPARE(parsed.header->tracks[1].description.summary(), std::string("h264"));
        QCOMPARE(parsed.header->tracks[1].description.frameRateNum, 0);
        QCOMPARE(parsed.header->tracks[1].description.sampleRate, 0);
    }

    void olderDescriptions_data()
    {
        QTest::addColumn<bool>("ffm1");
        QTest::newRow("FFM2 with STVI and STAU") << false;
        QTest::newRow("FFM1") << true;
    }
    void olderDescriptions()
    {
        QFETCH(bool, ffm1);
        Builder video;
        video.u32(1).u32(30).u16(320).u16(240).u16(12).u32(0).u8(2).u8(31).u8(3).u16(5000).u16(5000).u32(
            4000);
        video.text("tex^qComp").u8(0).zeros(12).zeros(32).zeros(36).zeros(8).u32(0x31637661).u8(1);
        video.zeros(28).zeros(16).zeros(8);
        QCOMPARE(video.out.size(), 175U + 9);
        Builder audio;
        audio.u32(22050).raw({0x02, 0x00}).raw({0x80, 0x04}); // 2 channels, 1152 samples: little-endian
        Builder file;
        if (ffm1) {
            file.text("FFM1").u32(4096).u64(8192).u32(2).u32(64000);
            file.u32(13).u8(0).u32(60000).u32(0x00400000).zeros(8).raw(video.out).u32(3).raw({9, 8, 7});
            file.u32(0x15000).u8(1).u32(4000).zeros(12).raw(audio.out);
        } else {
            file.text("FFM2").u32(4096).u64(8192);
            file.text("COMM").u32(28).u32(13).u8(0).u32(60000).u32(0x00400000).zeros(8).u32(3).raw({9, 8, 7});
            file.text("STVI").u32(video.out.size()).raw(video.out);
            file.text("COMM").u32(21).u32(0x15000).u8(1).u32(4000).zeros(12).text("STAU").u32(8).raw(
                audio.out);
            file.zeros(8);
        }
        const auto read = readFfmHeader(file.padTo(4096).out);
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QVERIFY(*read);
        QCOMPARE((*read)->size, 4096U);
        const FfmHeader &header = (*read)->header;
        QCOMPARE(header.writeIndex, 8192U);
        QCOMPARE(header.tracks.size(), 2U);
        QCOMPARE(header.tracks[0].description.summary(), std::string("mpeg4 320x240"));
        QCOMPARE(header.tracks[0].description.extradata, (Bytes{9, 8, 7}));
        QCOMPARE(header.tracks[0].description.frameRateNum, 30);
        QCOMPARE(header.tracks[1].description.summary(), std::string("mp2 22050 2ch"));
        QCOMPARE(header.tracks[1].description.frameSize, 1152);
    }

    void headersOfManyBlocks()
    {
        Builder file = head();
        file.text("COMM").u32(25 + 9000).u32(28).u8(0).u32(0).u32(0x00400000).zeros(8).u32(9000);
        file.raw(pattern(9000, 3)).zeros(8).padTo(3 * 4096);
        const Bytes payload = Builder().u8(0).u8(1).u24(1).u24(0).i64(0).u8(5).out;
        file.block(4082 - 17, 0, 0x800e, payload);
        const Parsed parsed = parse(file.out);
        QCOMPARE(parsed.error, std::string());
        QCOMPARE(parsed.header->tracks[0].description.extradata, pattern(9000, 3));
        QCOMPARE(parsed.frames.size(), 1U);
    }

    void hostileHeaders_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("error");
        const auto row = [](const char *name, Builder b, const char *error) {
            if (b.out.size() < 4096)
                b.padTo(4096);
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char *>(b.out.data()),
                                              static_cast<qsizetype>(b.out.size()))
                                << QByteArray("byte ") + error;
        };
        row("not FFM", Builder().text("FFM3").u32(4096),
            "0 of the FFM stream: it does not begin with FFM2 or FFM1");
        row("other blocks", head(8192), "4 of the FFM stream: its blocks are not of 4096 bytes");
        row("two MAIN", head().text("MAIN").u32(8).zeros(8).text("MAIN").u32(8).zeros(8),
            "32 of the FFM stream: a second MAIN");
        row("text first", head().text("S2VI").u32(2).text("a").u8(0),
            "16 of the FFM stream: S2VI before any COMM");
        row("private first", head().text("CPRV").u32(2).text("a").u8(0),
            "16 of the FFM stream: CPRV before any COMM");
        row("old form first", head().text("STAU").u32(8).zeros(8),
            "16 of the FFM stream: STAU before any COMM");
        {
            Builder b = head();
            row("other kind", aacCommon(b).text("S2VI").u32(2).text("a").u8(0),
                "45 of the FFM stream: S2VI for a track of the other kind");
        }
        {
            Builder b = head();
            row("text twice", aacCommon(b).text("S2AU").u32(1).u8(0).text("STAU").u32(8).zeros(8),
                "54 of the FFM stream: a second STAU for a track");
        }
        {
            Builder b = head();
            row("private twice", aacCommon(b).text("CPRV").u32(1).u8(0).text("CPRV").u32(1).u8(0),
                "54 of the FFM stream: a second CPRV for a track");
        }
        {
            Builder b = head();
            row("empty text", aacCommon(b).text("S2AU").u32(0), "49 of the FFM stream: an empty S2AU");
        }
        {
            Builder b = head();
            row("short old form", aacCommon(b).text("STAU").u32(7).zeros(7),
                "59 of the FFM stream: the description of a track is too short");
        }
        row("old form without the end of its text",
            head().text("COMM").u32(21).u32(28).u8(0).zeros(16).text("STVI").u32(60).raw(Bytes(60, 1)),
            "82 of the FFM stream: the description of a track is too short");
        row("short COMM", head().text("COMM").u32(20).u32(28).zeros(16),
            "37 of the FFM stream: COMM is too short for what it announces");
        row("COMM without its extradata",
            head().text("COMM").u32(21).u32(28).u8(0).u32(0).u32(0x400000).zeros(8),
            "45 of the FFM stream: COMM is too short for what it announces");
        row("extradata beyond COMM",
            head().text("COMM").u32(26).u32(28).u8(0).u32(0).u32(0x400000).zeros(8).u32(2).u8(1),
            "49 of the FFM stream: COMM is too short for what it announces");
        row("huge extradata",
            head().text("COMM").u32(26).u32(28).u8(0).u32(0).u32(0x400000).zeros(8).u32(0xffffffff).u8(1),
            "49 of the FFM stream: COMM is too short for what it announces");
        row("unknown codec", head().text("COMM").u32(21).u32(9999).zeros(17),
            "24 of the FFM stream: codec number 9999 is not known");
        row("sound that is video", head().text("COMM").u32(21).u32(28).u8(1).zeros(16),
            "28 of the FFM stream: media type 1 is not that of the codec");
        row("neither", head().text("COMM").u32(21).u32(28).u8(2).zeros(16),
            "28 of the FFM stream: media type 2 is not that of the codec");
        row("huge piece", head().text("COMM").u32(0x7fffffff),
            "20 of the FFM stream: a piece of the header has 2147483647 bytes");
        row("largest piece", head().text("JUNK").u32(0xffffffff),
            "20 of the FFM stream: a piece of the header has 4294967295 bytes");
        {
            Builder b = head();
            for (int i = 0; i < 21; ++i)
                aacCommon(b);
            row("too many tracks", b, "596 of the FFM stream: more than 20 tracks");
        }
        {
            Builder b = head();
            for (int i = 0; i < 9000; ++i)
                b.text("JUNK").u32(0);
            row("no end", b, "65536 of the FFM stream: its header is too large");
        }
        row("FFM1 with many tracks", Builder().text("FFM1").u32(4096).u64(0).u32(21).u32(0),
            "16 of the FFM stream: more than 20 tracks");
        row("FFM1 with huge extradata",
            Builder()
                .text("FFM1")
                .u32(4096)
                .u64(0)
                .u32(1)
                .u32(0)
                .u32(0x15002)
                .u8(1)
                .u32(0)
                .u32(0x400000)
                .zeros(8)
                .zeros(8)
                .u32(0xfffffff0)
                .padTo(70000),
            "65536 of the FFM stream: its header is too large");
        row("half a header", head().text("JUNK").u32(5000).padTo(4096),
            "4096 of the FFM stream: it ends within its header");
    }
    void hostileHeaders()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, error);
        const Bytes all(bytes.begin(), bytes.end());
        for (const std::size_t piece : {std::size_t{13}, all.size()})
            QCOMPARE(QByteArray::fromStdString(parse(all, piece).error), error);
    }

    void hostileBlocks_data()
    {
        QTest::addColumn<int>("at");
        QTest::addColumn<int>("value");
        QTest::addColumn<QByteArray>("error");
        QTest::newRow("no magic") << 0 << 1
                                  << QByteArray("byte 4096 of the FFM stream: no block begins here");
        QTest::newRow("half a magic")
            << 1 << 2 << QByteArray("byte 4096 of the FFM stream: no block begins here");
        QTest::newRow("too much fill")
            << 2 << 0xff << QByteArray("byte 4096 of the FFM stream: a block with 65280 bytes of nothing");
        QTest::newRow("first frame in the head")
            << 13 << 13
            << QByteArray("byte 4096 of the FFM stream: a frame that begins outside its block, at 13");
        QTest::newRow("first frame behind the block")
            << 12 << 0xff
            << QByteArray("byte 4096 of the FFM stream: a frame that begins outside its block, at 32526");
    }
    void hostileBlocks()
    {
        QFETCH(int, at);
        QFETCH(int, value);
        QFETCH(QByteArray, error);
        Bytes bytes = soundStream(20, 1000);
        bytes[4096 + static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
        QCOMPARE(QByteArray::fromStdString(parse(bytes).error), error);
    }

    void framesOfNoTrackAreDropped()
    {
        Builder frames;
        frames.u8(1).u8(1).u24(5).u24(0).i64(0).zeros(5);
        frames.u8(0).u8(1).u24(1).u24(0).i64(INT64_MAX).u8(7);
        frames.u8(0).u8(3).u24(1).u24(0).i64(INT64_MIN).u32(5).u8(7);
        frames.u8(0).u8(1).u24(0).u24(0).i64(5); // nothing in it
        frames.u8(0).u8(1).u24(1).u24(0).i64(10000).u8(8);
        Builder file = head();
        aacCommon(file).zeros(8).padTo(4096).block(static_cast<std::uint16_t>(4082 - frames.out.size()), 0,
                                                   0x800e, frames.out);
        const Parsed parsed = parse(file.out);
        QCOMPARE(parsed.error, std::string());
        QCOMPARE(parsed.frames.size(), 1U);
        QCOMPARE(bytesOf(parsed.frames[0]), Bytes{8});
        QCOMPARE(parsed.errors, 3U);
    }

    void cutAtEachByte()
    {
        const Bytes whole = soundStream(12, 900);
        QCOMPARE(whole.size(), 4U * 4096);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            // What is behind the cut must not be read: the sanitizers see to it with a copy of this very
            // size.
            const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            const Parsed parsed = parse(cut);
            if (size % 4096 == 0 && size > 0)
                QCOMPARE(parsed.error, std::string());
            else
                QCOMPARE(parsed.error, "byte " + std::to_string(size) +
                                           " of the FFM stream: it ends within " +
                                           (size < 4096 ? "its header" : "a block"));
            const std::size_t payload =
                size < 4096 ? 0 : (size - 4096) / 4096 * 4082 + std::max<std::size_t>(size % 4096, 14) - 14;
            QCOMPARE(parsed.frames.size(), std::min<std::size_t>(payload / 916, 12));
        }
    }

    void aNewRunDropsAHalfFrame()
    {
        const Bytes whole = soundStream(20, 900);
        Bytes stream(whole.begin(), whole.begin() + 2 * 4096); // ends within the fifth frame
        stream.insert(stream.end(), whole.begin() + 4096, whole.end());
        const Parsed parsed = parse(stream);
        QCOMPARE(parsed.error, std::string());
        QCOMPARE(parsed.frames.size(), 4U + 20);
        QCOMPARE(parsed.errors, 1U);
        QCOMPARE(bytesOf(parsed.frames[4]), pattern(900, 0));
    }

    void damageInAFileIsSkipped()
    {
        const Bytes whole = soundStream(40, 900);
        Bytes file(whole.begin(), whole.begin() + 2 * 4096);
        const Bytes junk{'f', 'f', 'm', 'f', 1, 2, 'f'}; // and what looks like a block, but cannot be one
        file.insert(file.end(), junk.begin(), junk.end());
        file.insert(file.end(), {'f', 'm', 0xff, 0xff});
        file.insert(file.end(), whole.begin() + 2 * 4096, whole.end());
        QCOMPARE(parse(file).error, std::string("byte 8192 of the FFM stream: no block begins here"));
        for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, file.size()}) {
            const Parsed parsed = parse(file, piece, FfmParser::Damage::IsSkipped);
            QCOMPARE(parsed.error, std::string());
            QCOMPARE(parsed.errors, 2U); // the place, and the frame that crossed it
            QCOMPARE(parsed.frames.size(), 39U);
            for (std::size_t i = 0; i < parsed.frames.size(); ++i)
                QCOMPARE(bytesOf(parsed.frames[i]), pattern(900, static_cast<unsigned>(i < 4 ? i : i + 1)));
        }
    }

    void fromTheMiddleOnFramesAreWhole()
    {
        Bytes bytes = soundStream(40, 900);
        bytes.erase(bytes.begin() + 4096, bytes.begin() + 3 * 4096);
        const Parsed parsed = parse(bytes);
        QCOMPARE(parsed.error, std::string());
        QCOMPARE(parsed.errors, 0U);
        QCOMPARE(parsed.frames.size(), 31U);
        QCOMPARE(bytesOf(parsed.frames[0]), pattern(900, 9)); // 8164 / 916 = 8.9
    }

    void roundTrips_data()
    {
        QTest::addColumn<uint>("seed");
        for (uint seed = 1; seed <= 40; ++seed)
            QTest::addRow("seed %u", seed) << seed;
    }
    /// Whatever is written is read again, and the bytes keep what the format promises.
    void roundTrips()
    {
        QFETCH(uint, seed);
        Random random(seed);
        const auto below = [&random](std::uint32_t limit) { return random() % limit; };
        StreamDescription description;
        const std::uint32_t tracks = 1 + below(ffmMaxTracks);
        for (std::uint32_t i = 0; i < tracks; ++i) {
            TrackDescription track;
            track.kind = below(2) ? TrackKind::Video : TrackKind::Audio;
            static constexpr int videoCodecs[] = {AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG4};
            static constexpr int audioCodecs[] = {AV_CODEC_ID_AAC, AV_CODEC_ID_MP3, AV_CODEC_ID_OPUS};
            if (track.kind == TrackKind::Video) {
                track.codecId = videoCodecs[below(3)];
                track.width = 2 + static_cast<int>(below(4000));
                track.height = 2 + static_cast<int>(below(4000));
                track.level = static_cast<int>(below(60));
            } else {
                track.codecId = audioCodecs[below(3)];
                track.sampleRate = 8000 + static_cast<int>(below(90000));
                track.channels = 1 + static_cast<int>(below(8));
                track.frameSize = static_cast<int>(below(2000));
            }
            track.profile = below(2) ? static_cast<int>(below(600)) : -99;
            track.bitRate = below(4'000'000);
            track.extradata = pattern(below(40), seed + i);
            description.tracks.push_back(track);
        }
        std::vector<Packet> packets;
        Bytes bytes;
        FfmMuxer muxer([&bytes](auto block) { bytes.insert(bytes.end(), block.begin(), block.end()); });
        QVERIFY(muxer.open(description, {}));
        Ticks time = static_cast<Ticks>(random()) * (below(2) ? 1 : -1);
        for (int i = 0; i < 200; ++i) {
            const std::uint32_t magnitude = below(16);
            Packet packet = Packet::copyOf(pattern(1 + below(1U << magnitude), random()));
            packet.track = static_cast<int>(below(tracks));
            packet.keyframe = below(2) == 0;
            packet.dts = time;
            packet.pts = time + (below(2) ? below(300'000) : 0);
            packet.duration = below(1'500'000);
            time += below(5000);
            QVERIFY(muxer.write(packet));
            packets.push_back(std::move(packet));
            if (below(20) == 0)
                muxer.flush();
        }
        muxer.finish();
        QCOMPARE(bytes.size() % ffmBlockBytes, 0U);

        const Parsed parsed = parse(bytes, 1 + below(9000));
        QCOMPARE(parsed.error, std::string());
        QCOMPARE(parsed.errors, 0U);
        QVERIFY(descriptionOf(*parsed.header) == description);
        QCOMPARE(parsed.frames.size(), packets.size());
        for (std::size_t i = 0; i < packets.size(); ++i) {
            QCOMPARE(parsed.frames[i].track, packets[i].track);
            QCOMPARE(parsed.frames[i].keyframe, packets[i].keyframe);
            QCOMPARE(parsed.frames[i].pts, packets[i].pts);
            QCOMPARE(parsed.frames[i].dts, packets[i].dts);
            QCOMPARE(parsed.frames[i].duration, packets[i].duration);
            QVERIFY(std::ranges::equal(parsed.frames[i].data(), packets[i].data()));
        }
    }

    /// Valid streams with a few bytes changed, in every chunking: nothing but values comes of it.
    void damagedStreams()
    {
        const Bytes sound = soundStream(30, 700);
        Bytes recording = dumpHeader();
        recording.insert(recording.end(), sound.begin() + 4096, sound.end());
        Random random(20171);
        std::size_t errors = 0;
        for (int i = 0; i < 20'000; ++i) {
            Bytes bytes = i % 2 ? recording : sound;
            for (std::uint32_t changes = 1 + random() % 6; changes > 0; --changes) {
                // where the structure is: headers, heads of blocks, and anywhere
                const std::uint32_t where = random() % 3;
                const std::size_t at = where == 0   ? random() % 420
                                       : where == 1 ? random() % (bytes.size() / 4096) * 4096 + random() % 40
                                                    : random() % bytes.size();
                bytes[at] = static_cast<std::uint8_t>(random() % 4 ? random() : 0xff);
            }
            bytes.resize(bytes.size() - random() % 100 * (random() % 2));
            const auto damage = random() % 2 ? FfmParser::Damage::IsError : FfmParser::Damage::IsSkipped;
            const Parsed parsed = parse(bytes, 1 + random() % 6000, damage);
            errors += parsed.error.empty() ? 0 : 1;
            for (const Packet &frame : parsed.frames) {
                QVERIFY(frame.track >= 0 &&
                        static_cast<std::size_t>(frame.track) < parsed.header->tracks.size());
                QVERIFY(frame.pts >= frame.dts);
                QVERIFY(frame.data().size() <= bytes.size());
            }
        }
        QVERIFY(errors > 1000 && errors < 19'000); // both ways were gone
    }
};

QTEST_GUILESS_MAIN(TestFfmParser)
#include "tst_ffmparser.moc"
