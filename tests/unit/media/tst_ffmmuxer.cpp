// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffm.h"
#include "core/media/ffmcodecs.h"
#include "core/media/ffmheader.h"
#include "ffmbuild.h"

#include <QTest>

extern "C" {
#include <libavcodec/codec_id.h>
}

using namespace aspersor;
using namespace aspersor::media;
using namespace ffmtest;

namespace {

TrackDescription phoneVideo()
{
    TrackDescription track;
    track.kind = TrackKind::Video;
    track.codecId = AV_CODEC_ID_H264;
    track.width = 640;
    track.height = 360;
    track.bitRate = 1'800'000;
    track.extradata = dumpExtradata;
    return track;
}

TrackDescription phoneAudio()
{
    TrackDescription track;
    track.kind = TrackKind::Audio;
    track.codecId = AV_CODEC_ID_AAC;
    track.sampleRate = 44100;
    track.channels = 2;
    track.frameSize = 1024;
    track.bitRate = 128'000;
    track.extradata = {0x12, 0x10};
    return track;
}

Packet packetOf(int track, Ticks pts, Ticks dts, Ticks duration, const Bytes &data, bool keyframe = true)
{
    Packet packet = Packet::copyOf(data);
    packet.track = track;
    packet.pts = pts;
    packet.dts = dts;
    packet.duration = duration;
    packet.keyframe = keyframe;
    return packet;
}

/// What a muxer hands on.
struct Written {
    std::vector<Bytes> blocks;
    FfmMuxer muxer{[this](std::span<const std::uint8_t, ffmBlockBytes> block) {
        blocks.emplace_back(block.begin(), block.end());
    }};
};

} // namespace

class TestFfmMuxer : public QObject
{
    Q_OBJECT

private slots:
    void headerOfAnOldRecording()
    {
        FfmHeader header;
        header.tracks = {{phoneVideo(), std::string(dumpVideoText), {}},
                         {phoneAudio(), std::string(dumpAudioText), {}}};
        header.tracks[0].description.bitRate = 0;
        header.tracks[1].description.bitRate = 132644;
        header.tracks[1].description.extradata.clear();
        const auto bytes = ffmHeaderBytes(header);
        QVERIFY(bytes);
        QCOMPARE(*bytes, dumpHeader());
    }

    void headerOfALiveFeed()
    {
        Written written;
        const StreamDescription description{{phoneVideo(), phoneAudio()}};
        QVERIFY(written.muxer.open(description, {.tracks = ffmSoundFirst(description)}));
        Builder b;
        b.text("FFM2").u32(4096).u64(0).text("MAIN").u32(8).u32(2).u32(1'928'000);
        b.text("COMM")
            .u32(27)
            .u32(0x15002)
            .u8(1)
            .u32(128'000)
            .u32(0x00400000)
            .u32(0)
            .u32(0)
            .u32(2)
            .raw({0x12, 0x10});
        b.text("S2AU").u32(49).text("b=128000,ab=128000,ar=44100,ac=2,frame_size=1024").u8(0);
        const std::string video = "b=1800000,pixel_format=yuv420p,video_size=640x360";
        b.text("COMM")
            .u32(79)
            .u32(28)
            .u8(0)
            .u32(1'800'000)
            .u32(0x00400000)
            .u32(0)
            .u32(0)
            .u32(54)
            .raw(dumpExtradata);
        b.text("S2VI").u32(video.size() + 1).text(video).u8(0).zeros(8).padTo(4096);
        QCOMPARE(written.blocks.size(), 1U);
        QCOMPARE(written.blocks[0], b.out);
    }

    void privateOptionsGoInTheirOwnChunk()
    {
        FfmHeader header;
        header.writeIndex = 0x123456789a;
        header.tracks = {{phoneAudio(), "b=1", "x=2"}};
        header.tracks[0].description.extradata.clear();
        Builder b;
        b.text("FFM2").u32(4096).u64(0x123456789a).text("MAIN").u32(8).u32(1).u32(128'000);
        b.text("COMM").u32(21).u32(0x15002).u8(1).u32(128'000).zeros(12);
        b.text("S2AU").u32(4).text("b=1").u8(0).text("CPRV").u32(4).text("x=2").u8(0).zeros(8).padTo(4096);
        QCOMPARE(ffmHeaderBytes(header).value(), b.out);
    }

    void largeParametersTakeMoreBlocks()
    {
        FfmHeader header{0, {{phoneVideo(), "b=1", {}}}};
        header.tracks[0].description.extradata.assign(5000, 0xaa);
        QCOMPARE(ffmHeaderBytes(header)->size(), 8192U);
        Written written;
        const auto opened = written.muxer.open(descriptionOf(header), {});
        QVERIFY(!opened);
        QCOMPARE(opened.error().kind, Error::Kind::LimitExceeded);
        QVERIFY(written.blocks.empty());
    }

    void framesInABlock()
    {
        Written written;
        QVERIFY(
            written.muxer.open({{phoneVideo(), phoneAudio()}}, {.startMicroseconds = 0x000660E502F1BFAA}));
        const Bytes sound(345, 0x21);
        const Bytes picture(100, 0x65);
        QVERIFY(written.muxer.write(packetOf(1, 0, 0, 2089, sound)));
        // 3600 ticks are 40 ms; shown 80 ms after it is decoded
        QVERIFY(written.muxer.write(packetOf(0, 10800, 3600, 3600, picture, false)));
        written.muxer.finish();
        Builder payload;
        payload.u8(1).u8(0x01).u24(345).u24(23211).i64(0x000660E502F1BFAA).raw(sound);
        payload.u8(0).u8(0x02).u24(100).u24(40000).i64(0x000660E502F1BFAA + 120000).u32(80000).raw(picture);
        QCOMPARE(payload.out.size(), 16U + 345 + 20 + 100);
        QCOMPARE(written.blocks.size(), 2U);
        QCOMPARE(written.blocks[1], Builder().block(4082 - 481, 0x000660E502F1BFAA, 0x800e, payload.out).out);
    }

    void framesAcrossBlocks()
    {
        Written written;
        QVERIFY(written.muxer.open({{phoneVideo()}}, {}));
        const Bytes large(9000, 0x41);
        const Bytes small(10, 0x42);
        QVERIFY(written.muxer.write(packetOf(0, 900, 900, 0, large)));
        QVERIFY(written.muxer.write(packetOf(0, 1800, 1800, 0, small)));
        written.muxer.flush();
        written.muxer.flush(); // nothing is waiting: nothing comes
        QVERIFY(written.muxer.write(packetOf(0, 2700, 2700, 0, small)));
        written.muxer.finish();
        Builder stream;
        stream.u8(0).u8(1).u24(9000).u24(0).i64(10000).raw(large);
        stream.u8(0).u8(1).u24(10).u24(0).i64(20000).raw(small);
        const std::span bytes(stream.out);
        const std::size_t second = 9016 - 2 * 4082; // in the third block's payload
        Builder after;
        after.u8(0).u8(1).u24(10).u24(0).i64(30000).raw(small);
        QCOMPARE(written.blocks.size(), 5U);
        QCOMPARE(written.blocks[1], Builder().block(0, 10000, 0x800e, bytes.first(4082)).out);
        QCOMPARE(written.blocks[2], Builder().block(0, 10000, 0, bytes.subspan(4082, 4082)).out);
        const auto rest = bytes.subspan(8164);
        QCOMPARE(written.blocks[3], Builder()
                                        .block(static_cast<std::uint16_t>(4082 - rest.size()), 20000,
                                               static_cast<std::uint16_t>(14 + second), rest)
                                        .out);
        QCOMPARE(written.blocks[4], Builder().block(4082 - 26, 30000, 14, after.out).out);
    }

    void aBlockLeavesTheMomentItIsFull()
    {
        Written written;
        QVERIFY(written.muxer.open({{phoneVideo()}}, {}));
        QVERIFY(written.muxer.write(packetOf(0, 0, 0, 0, Bytes(4081 - 16, 1))));
        QCOMPARE(written.blocks.size(), 1U);
        QVERIFY(written.muxer.write(packetOf(0, 9, 9, 0, Bytes(1, 2)))); // one byte of its head fits
        QCOMPARE(written.blocks.size(), 2U);
        written.muxer.finish();
        QCOMPARE(written.blocks.size(), 3U);
        QCOMPARE(written.blocks[2][13], 0); // no frame starts in it
        QVERIFY(written.muxer.open({{phoneVideo()}}, {}));
        QVERIFY(written.muxer.write(packetOf(0, 0, 0, 0, Bytes(4082 - 16, 1))));
        QCOMPARE(written.blocks.size(), 5U); // the header and the block
        written.muxer.finish();
        QCOMPARE(written.blocks.size(), 5U);
    }

    void longDurationsAndNegativeTimes()
    {
        Written written;
        QVERIFY(written.muxer.open({{phoneVideo()}}, {}));
        QVERIFY(written.muxer.write(packetOf(0, 0, -7200, 90'000'000, Bytes(1, 7))));
        written.muxer.finish();
        const Bytes payload =
            Builder().u8(0).u8(3).u24(1).u24(0xffffff).i64(0).u32(80000).u8(7).out; // as the old recordings
        QCOMPARE(written.blocks[1], Builder().block(4082 - 21, -80000, 0x800e, payload).out);
    }

    void refusesWhatTheFormatCannotHold()
    {
        Written written;
        QVERIFY(!written.muxer.open({}, {}));
        QVERIFY(!written.muxer.open({{phoneVideo()}}, {.tracks = {1}}));
        QVERIFY(!written.muxer.open({std::vector(21, phoneVideo())}, {}));
        TrackDescription other = phoneVideo();
        other.codecId = AV_CODEC_ID_AV1;
        const auto opened = written.muxer.open({{other}}, {});
        QCOMPARE(opened.error().message, std::string("FFM, the old feed format, does not know av1"));
        QVERIFY(written.blocks.empty());

        QVERIFY(written.muxer.open({{phoneVideo(), phoneAudio()}}, {.tracks = {1}}));
        const Bytes data(3, 1);
        QVERIFY(written.muxer.write(packetOf(0, 0, 0, 0, data))); // left out: not a fault
        QVERIFY(!written.muxer.write(packetOf(2, 0, 0, 0, data)));
        QVERIFY(!written.muxer.write(packetOf(-1, 0, 0, 0, data)));
        QVERIFY(!written.muxer.write(packetOf(1, 0, 9, 0, data)));
        QVERIFY(!written.muxer.write(packetOf(1, noTicks, 0, 0, data)));
        QVERIFY(!written.muxer.write(packetOf(1, 0, noTicks, 0, data)));
        QVERIFY(!written.muxer.write(packetOf(1, INT64_MAX, INT64_MAX, 0, data)));
        QVERIFY(!written.muxer.write(packetOf(1, 5000 * ticksPerSecond, 0, 0, data)));
        QVERIFY(!written.muxer.write(packetOf(1, 0, 0, 0, Bytes(1 << 24, 1))));
        written.muxer.finish();
        QCOMPARE(written.blocks.size(), 1U); // the header only
        QVERIFY(written.muxer.write(packetOf(1, 0, 0, 0, Bytes((1 << 24) - 1, 1))));
        written.muxer.finish();
        QCOMPARE(written.blocks.size(), 1U + ((1U << 24) + 15 + 4081) / 4082);
    }

    void timesKeepTheirTicks()
    {
        for (Ticks ticks = -2000; ticks < 2000; ++ticks)
            QCOMPARE(ffmTicks(ffmMicroseconds(ticks)), ticks);
        QCOMPARE(ffmMicroseconds(ticksPerSecond), 1'000'000);
        QCOMPARE(ffmMicroseconds(-ticksPerSecond), -1'000'000);
        QCOMPARE(ffmTicks(23211), 2089);
        QCOMPARE(ffmMicroseconds(INT64_MAX), INT64_MAX); // saturates
        QVERIFY(ffmTicks(INT64_MIN) < -INT64_MAX / 100);
        QCOMPARE(ffmTicks(ffmMicroseconds(INT64_MAX / 200)), INT64_MAX / 200);
    }

    void textsOfOptions()
    {
        const FfmOptions options{{"b", "128000"}, {"rc_eq", "tex^qComp"}, {"x", "a=b,c\\d'e"}, {"empty", ""}};
        const std::string text = "b=128000,rc_eq=tex^qComp,x=a\\=b\\,c\\\\d\\'e,empty=";
        QCOMPARE(ffmText(options), text);
        QCOMPARE(ffmOptions(text), options);
        QCOMPARE(ffmOptions("a"), (FfmOptions{{"a", ""}}));
        QCOMPARE(ffmOptions(",,=x,\\"), (FfmOptions{{"\\", ""}}));
        QCOMPARE(ffmOptions("a=b=c"), (FfmOptions{{"a", "b=c"}}));
    }

    void codecNumbers()
    {
        QCOMPARE(ffmCodec(28)->codecId, static_cast<int>(AV_CODEC_ID_H264));
        QCOMPARE(ffmCodec(27)->codecId, static_cast<int>(AV_CODEC_ID_H264)); // as later releases count
        QCOMPARE(ffmCodecOf(AV_CODEC_ID_H264)->id, 28U);
        QCOMPARE(ffmCodec(0x15002)->codecId, static_cast<int>(AV_CODEC_ID_AAC));
        QVERIFY(ffmCodec(0x15002)->kind == TrackKind::Audio);
        QCOMPARE(ffmCodecOf(AV_CODEC_ID_OPUS)->id, 0x1503dU);
        QCOMPARE(ffmCodecOf(AV_CODEC_ID_HEVC)->id, 174U);
        QVERIFY(!ffmCodec(0));
        QVERIFY(!ffmCodecOf(AV_CODEC_ID_NONE));
    }
};

QTEST_GUILESS_MAIN(TestFfmMuxer)
#include "tst_ffmmuxer.moc"
