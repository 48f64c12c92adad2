// SPDX-License-Identifier: GPL-3.0-or-later
// The real ffserver encodes: with real viewers, turned phones, and more work than the machine can do.
#include "ffserverrun.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace aspersor;
using namespace aspersor::test;

namespace {

constexpr int patience = 60'000;

constexpr const char *variants = R"(
<Stream *-small.ts>
Feed *
VideoCodec libx264
VideoSize 320x180
VideoBitRate 200
AVOptionVideo preset ultrafast
</Stream>
<Stream *-small.flv>
Feed *
VideoCodec libx264
VideoSize 320x180
VideoBitRate 200
AVOptionVideo preset ultrafast
</Stream>
<Stream *-mp3.flv>
Feed *
VideoCodec libx264
VideoSize 160x90
VideoFrameRate 10
AVOptionVideo preset ultrafast
AudioCodec libmp3lame
AudioSampleRate 44100
</Stream>
<Stream *-aac.mp4>
Feed *
VideoCodec copy
AudioCodec aac
AudioBitRate 48
AudioChannels 1
</Stream>
<Stream *-old.ts>
Feed *
VideoCodec mpeg1video
VideoSize 352x288
VideoFrameRate 25
VideoBitRate 400
AudioCodec mp2
AudioBitRate 64
</Stream>
<Stream *-old.mpg>
Feed *
VideoSize 352x288
VideoFrameRate 25
VideoBitRate 400
AudioBitRate 64
</Stream>
<Stream *-motion.jpegs>
Feed *
Format mpjpeg
VideoSize 160x90
VideoFrameRate 10
</Stream>
<Stream *-jpeg.mkv>
Feed *
VideoCodec mjpeg
VideoSize 160x90
NoAudio
</Stream>
<Stream *-follows.ts>
Feed *
VideoCodec libx264
VideoBitRate 300
AVOptionVideo preset ultrafast
</Stream>
<Stream *-never.ts>
Feed *
VideoCodec h264_vaapi
</Stream>
)";

QByteArray ffmpeg(const QString &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.start(QStringLiteral("ffmpeg"), arguments.split(QLatin1Char(' ')));
    process.write(input);
    process.closeWriteChannel();
    return process.waitForFinished(2 * patience) && process.exitCode() == 0 ? process.readAllStandardOutput()
                                                                            : QByteArray();
}

/// A clip on a repaired timeline.
ServeClip placed(const QByteArray &bytes)
{
    ServeClip clip = demuxed(bytes, "mpegts");
    media::Timeline timeline;
    for (media::Packet &packet : clip.packets)
        timeline.place(packet, {});
    return clip;
}

struct Probed {
    QString codec;
    int width = 0;
    int height = 0;
    int frames = 0;     // decoded
    bool grows = true;  // the times of the packets
    double seconds = 0; // from the first to the last packet
};

/// What ffprobe makes of a kind ("v", "a") of a stream.
Probed probed(const QByteArray &bytes, const char *kind)
{
    QProcess process;
    process.start(
        QStringLiteral("ffprobe"),
        QStringLiteral("-v error -count_frames -show_streams -show_packets -of json -select_streams %1:0 -")
            .arg(QLatin1String(kind))
            .split(QLatin1Char(' ')));
    process.write(bytes);
    process.closeWriteChannel();
    Probed result;
    if (!process.waitForFinished(patience))
        return result;
    const QJsonObject all = QJsonDocument::fromJson(process.readAllStandardOutput()).object();
    const QJsonObject stream = all[QStringLiteral("streams")][0].toObject();
    result.codec = stream[QStringLiteral("codec_name")].toString();
    result.width = stream[QStringLiteral("width")].toInt();
    result.height = stream[QStringLiteral("height")].toInt();
    result.frames = stream[QStringLiteral("nb_read_frames")].toString().toInt();
    double first = -1;
    double last = -1;
    for (const QJsonValue &packet : all[QStringLiteral("packets")].toArray()) {
        if (!packet.toObject().contains(QStringLiteral("dts_time"))) // MPEG-PS has no time for each
            continue;
        const double time = packet[QStringLiteral("dts_time")].toString().toDouble();
        result.grows = result.grows && time > last;
        first = first < 0 ? time : first;
        last = time;
    }
    result.seconds = last - first;
    return result;
}

/// The names of the server's threads that encode.
int encoderThreads(FfserverRun &server)
{
    int count = 0;
    const QDir tasks(QStringLiteral("/proc/%1/task").arg(server.process().processId()));
    for (const QString &task : tasks.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile name(tasks.filePath(task + QStringLiteral("/comm")));
        if (name.open(QIODevice::ReadOnly) && name.readAll().trimmed() == "encoder")
            ++count;
    }
    return count;
}

QJsonObject streamOf(FfserverRun &server, const char *name)
{
    const QJsonObject status = server.status();
    for (const QJsonValue &stream : status[QStringLiteral("feeds")][0][QStringLiteral("streams")].toArray()) {
        if (stream[QStringLiteral("name")].toString() == QLatin1String(name))
            return stream.toObject();
    }
    return {};
}

} // namespace

class FfserverEncodingTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void variantsOfOneFeed();
    void whatTheOriginalsSampleAsksFor();
    void jpegsAtARate();
    void oneThreadWhileSomebodyWatches();
    void whatCannotBeEncodedIsRefused();
    void aTurnedPhone();
    void tooMuchWorkHarmsNoCopy();

private:
    ServeClip m_clip;
};

void FfserverEncodingTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    QVERIFY(m_clip.packets.size() > 700);
}

void FfserverEncodingTest::variantsOfOneFeed()
{
    struct Variant {
        const char *path;
        const char *video;
        const char *audio;
        int width;
        int height;
        double rate;
    };
    constexpr std::array expected{
        Variant{"/cam1-small.ts", "h264", "aac", 320, 180, 30},
        Variant{"/cam1-small.flv", "h264", "aac", 320, 180, 30},
        Variant{"/cam1-mp3.flv", "h264", "mp3", 160, 90, 10},
        Variant{"/cam1-aac.mp4", "h264", "aac", 640, 360, 30},
        Variant{"/cam1-old.ts", "mpeg1video", "mp2", 352, 288, 25},
        Variant{"/cam1-old.mpg", "mpeg1video", "mp2", 352, 288, 25},
        Variant{"/cam1-jpeg.mkv", "mjpeg", "", 160, 90, 30},
    };
    FfserverRun server(variants);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    std::vector<std::unique_ptr<RawViewer>> viewers;
    for (const Variant &variant : expected)
        viewers.push_back(std::make_unique<RawViewer>(server, variant.path));
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), expected.size(), patience);
    QCOMPARE(encoderThreads(server), 5); // the small ones share one, and so do the old ones
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    QJsonObject shown = streamOf(server, "cam1-small.ts")[QStringLiteral("encoder")].toObject();
    QCOMPARE(shown[QStringLiteral("video")].toString(), QStringLiteral("libx264"));
    QCOMPARE(shown[QStringLiteral("width")].toInt(), 320);
    QVERIFY(shown[QStringLiteral("pictures")].toInt() > 100);
    QVERIFY(!streamOf(server, "cam1-aac.mp4").isEmpty());
    std::vector<int> leftOut;
    for (const Variant &variant : expected)
        leftOut.push_back(
            streamOf(server, variant.path + 1)[QStringLiteral("encoder")][QStringLiteral("leftOut")].toInt());
    feeder.endBody();
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("away")), patience);
    feeder.socket().write("DELETE /cam1 HTTP/1.1\r\nHost: x\r\n\r\n");
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const Variant &variant = expected[i];
        QTRY_VERIFY_WITH_TIMEOUT(!viewers[i]->connected(), patience);
        QCOMPARE(viewers[i]->status(), 200);
        const Probed video = probed(viewers[i]->body(), "v");
        QCOMPARE(video.codec, QLatin1String(variant.video));
        QCOMPARE(video.width, variant.width);
        QCOMPARE(video.height, variant.height);
        QVERIFY2(video.grows, variant.path);
        const QByteArray found = QByteArray(variant.path) + ": " + QByteArray::number(video.frames) +
                                 " pictures in " + QByteArray::number(video.seconds) + " s";
        QVERIFY2(video.seconds > 5, found.constData());
        if (leftOut[i] == 0)
            QVERIFY2(std::abs(video.frames - (video.seconds * variant.rate + 1)) < 2, found.constData());
        if (*variant.audio == '\0')
            continue;
        const Probed audio = probed(viewers[i]->body(), "a");
        QCOMPARE(audio.codec, QLatin1String(variant.audio));
        QVERIFY2(audio.grows, variant.path);
        QVERIFY2(audio.seconds > 5, variant.path);
    }
    QVERIFY2(!server.errors().contains("[error]"), server.errors().constData());
}

/// A video buffer without a rate at which it fills, codecs whose sizes or packets are particular: as people
/// wrote it.
void FfserverEncodingTest::whatTheOriginalsSampleAsksFor()
{
    FfserverRun server(R"(
<Stream *.mpg>
Feed *
Format mpeg
AudioBitRate 32
AudioChannels 1
AudioSampleRate 44100
VideoBitRate 64
VideoBufferSize 40
VideoFrameRate 25
VideoSize 160x128
VideoGopSize 12
</Stream>
<Stream *.asf>
Feed *
Format asf
VideoFrameRate 15
VideoSize 352x240
VideoBitRate 256
VideoBufferSize 40
VideoGopSize 30
AudioBitRate 64
</Stream>
<Stream *.rm>
Feed *
Format rm
AudioBitRate 32
VideoBitRate 128
VideoFrameRate 25
VideoGopSize 25
</Stream>
)");
    struct Expected {
        const char *path;
        const char *video;
        const char *audio;
        int width;
        int height;
    };
    constexpr std::array expected{Expected{"/cam1.mpg", "mpeg1video", "mp2", 160, 128},
                                  Expected{"/cam1.asf", "msmpeg4v3", "wmav2", 352, 240},
                                  Expected{"/cam1.rm", "rv10", "ac3", 640, 368}};
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    std::vector<std::unique_ptr<RawViewer>> viewers;
    for (const Expected &stream : expected)
        viewers.push_back(std::make_unique<RawViewer>(server, stream.path));
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.endBody();
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("away")), patience);
    feeder.socket().write("DELETE /cam1 HTTP/1.1\r\nHost: x\r\n\r\n");
    for (std::size_t i = 0; i < expected.size(); ++i) {
        QTRY_VERIFY_WITH_TIMEOUT(!viewers[i]->connected(), patience);
        QVERIFY2(viewers[i]->status() == 200, viewers[i]->body().left(300).constData());
        const Probed video = probed(viewers[i]->body(), "v");
        QCOMPARE(video.codec, QLatin1String(expected[i].video));
        QCOMPARE(video.width, expected[i].width);
        QCOMPARE(video.height, expected[i].height);
        QVERIFY2(video.frames > 50, expected[i].path);
        const Probed audio = probed(viewers[i]->body(), "a");
        QCOMPARE(audio.codec, QLatin1String(expected[i].audio));
        QVERIFY2(audio.frames > 100 && audio.seconds > 5, QByteArray::number(audio.frames));
    }
}

void FfserverEncodingTest::jpegsAtARate()
{
    FfserverRun server(variants);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    const RawViewer viewer(server, "/cam1-motion.jpegs");
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().count("Content-Type: image/jpeg") >= 50, patience);
    const qsizetype begin = viewer.body().indexOf("\xff\xd8\xff");
    const Probed picture =
        probed(viewer.body().mid(begin, viewer.body().indexOf("\r\n--", begin) - begin), "v");
    QCOMPARE(picture.width, 160);
    QCOMPARE(picture.height, 90);
}

void FfserverEncodingTest::oneThreadWhileSomebodyWatches()
{
    FfserverRun server(variants);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    QCOMPARE(encoderThreads(server), 0);
    const qint64 threads = server.fromProc("Threads");
    {
        const RawViewer copied(server, "/cam1.ts");
        QTRY_VERIFY_WITH_TIMEOUT(copied.body().size() > 10'000, patience);
        QCOMPARE(encoderThreads(server), 0);
        const RawViewer first(server, "/cam1-small.ts");
        const RawViewer second(server, "/cam1-small.ts");
        const RawViewer third(server, "/cam1-small.flv");
        QTRY_VERIFY_WITH_TIMEOUT(first.body().size() > 10'000 && second.body().size() > 10'000 &&
                                     third.body().size() > 10'000,
                                 patience);
        QCOMPARE(encoderThreads(server), 1);
    }
    QTRY_COMPARE_WITH_TIMEOUT(encoderThreads(server), 0, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.fromProc("Threads"), threads, patience);
}

void FfserverEncodingTest::whatCannotBeEncodedIsRefused()
{
    if (QFile::exists(QStringLiteral("/dev/dri/renderD128")))
        QSKIP("this machine may have the device");
    FfserverRun server(variants);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    const RawViewer viewer(server, "/cam1-never.ts");
    QTRY_VERIFY_WITH_TIMEOUT(!viewer.connected(), patience);
    QCOMPARE(viewer.status(), 415);
    QVERIFY2(viewer.body().contains("h264_vaapi"), viewer.body().constData());
    QTRY_COMPARE_WITH_TIMEOUT(encoderThreads(server), 0, patience);
}

void FfserverEncodingTest::aTurnedPhone()
{
    const ServeClip turned = placed(
        ffmpeg(QStringLiteral("-v error -f lavfi -i testsrc2=size=360x640:rate=30 -f lavfi -i "
                              "sine=sample_rate=48000 -t 4 -c:v libx264 "
                              "-preset veryfast -bf 0 -pix_fmt yuv420p -g 30 -c:a aac -ac 2 -f mpegts -")));
    QVERIFY(turned.packets.size() > 200);
    FfserverRun server(variants);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 2);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer fixed(server, "/cam1-small.flv");
    RawViewer follows(server, "/cam1-follows.ts");
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{2}, patience);
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.endBody();
    feeder.use(turned);
    feeder.startBody();
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.endBody();
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("away")), patience);
    QVERIFY(fixed.connected() && follows.connected());
    feeder.socket().write("DELETE /cam1 HTTP/1.1\r\nHost: x\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(!fixed.connected() && !follows.connected(), patience);

    const Probed same = probed(fixed.body(), "v");
    QCOMPARE(same.width, 320);
    QCOMPARE(same.height, 180);
    QVERIFY(same.grows);
    // More than the turned clip has: it went on. How many came before depends on when the encoder was ready.
    QVERIFY2(same.frames > 150, QByteArray::number(same.frames).constData());
    // ffmpeg scales to the first size; what the pictures are is told by the decoder.
    QCOMPARE(unexplainedGaps(follows.body()), 0);
    const Probed changed = probed(follows.body(), "v");
    QVERIFY(changed.grows);
    QVERIFY2(changed.frames > 150, QByteArray::number(changed.frames).constData());
    QProcess sizes;
    sizes.start(QStringLiteral("ffprobe"),
                QStringLiteral("-v error -select_streams v:0 -show_entries frame=width,height -of csv=p=0 -")
                    .split(QLatin1Char(' ')));
    sizes.write(follows.body());
    sizes.closeWriteChannel();
    QVERIFY(sizes.waitForFinished(patience));
    const QByteArray list = sizes.readAllStandardOutput();
    QVERIFY(list.startsWith("640,360"));
    QVERIFY2(list.count("360,640") >= 115, QByteArray::number(list.count("360,640")).constData());
}

void FfserverEncodingTest::tooMuchWorkHarmsNoCopy()
{
    QByteArray config;
    for (int i = 1; i <= 5; ++i)
        config += "<Stream *-" + QByteArray::number(i) +
                  ".ts>\nFeed *\nVideoCodec libx264\nAVOptionVideo preset veryslow\nVideoBitRate " +
                  QByteArray::number(1000 * i) + "\n</Stream>\n";
    const ServeClip large = placed(ffmpeg(QStringLiteral(
        "-v error -f lavfi -i testsrc2=size=1920x1080:rate=30 -f lavfi -i sine=sample_rate=48000 -t 8 -c:v "
        "libx264 "
        "-preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 30 -b:v 4M -c:a aac -ac 2 -f mpegts -")));
    QVERIFY(large.packets.size() > 500);
    FfserverRun server(config);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", large);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer ts(server, "/cam1.ts");
    RawViewer flv(server, "/cam1.flv");
    std::vector<std::unique_ptr<RawViewer>> encoded;
    for (int i = 1; i <= 5; ++i)
        encoded.push_back(std::make_unique<RawViewer>(server, "/cam1-" + QByteArray::number(i) + ".ts"));
    QTRY_VERIFY_WITH_TIMEOUT(ts.body().size() > 10'000 && flv.body().size() > 10'000, patience);
    QTRY_COMPARE_WITH_TIMEOUT(encoderThreads(server), 5, patience);
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    int shed = 0;
    for (int i = 1; i <= 5; ++i) {
        const QJsonObject encoder =
            streamOf(server, ("cam1-" + QByteArray::number(i) + ".ts").constData())[QStringLiteral("encoder")]
                .toObject();
        const QJsonObject mark = encoder[QStringLiteral("shed")].toObject();
        if (mark[QStringLiteral("count")].toInt() > 0 && encoder[QStringLiteral("leftOut")].toInt() > 0 &&
            mark[QStringLiteral("sinceMs")].isDouble())
            ++shed;
    }
    QVERIFY2(shed > 0, server.errors().constData());
    QVERIFY2(server.errors().contains("cannot keep up"), server.errors().constData());
    feeder.endBody();
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("away")), patience);
    feeder.socket().write("DELETE /cam1 HTTP/1.1\r\nHost: x\r\n\r\n");
    QTRY_VERIFY_WITH_TIMEOUT(!ts.connected() && !flv.connected(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(encoderThreads(server), 0, patience);

    // The copies are whole, from the keyframe they began with to the end.
    QCOMPARE(unexplainedGaps(ts.body()), 0);
    for (const auto &[body, format] : {std::pair{ts.body(), "mpegts"}, std::pair{flv.body(), "flv"}}) {
        const ServeClip got = demuxed(body, format);
        for (const auto kind : {media::TrackKind::Video, media::TrackKind::Audio}) {
            const auto sizesOf = [&](const ServeClip &clip) {
                std::vector<media::Ticks> times;
                for (const media::Packet &packet : clip.packets) {
                    if (clip.description.tracks[static_cast<std::size_t>(packet.track)].kind == kind)
                        times.push_back(packet.dts);
                }
                return times;
            };
            const auto source = sizesOf(large);
            const auto came = sizesOf(got);
            const auto count = static_cast<std::ptrdiff_t>(came.size());
            QVERIFY2(came.size() > source.size() / 2,
                     QByteArray::number(static_cast<qulonglong>(count)).constData());
            // the same distances as the source's last so many (FLV counts milliseconds)
            const auto begin = source.end() - count;
            for (std::ptrdiff_t i = 0; i < count; ++i) {
                const media::Ticks off =
                    (came[static_cast<std::size_t>(i)] - came.front()) - (begin[i] - *begin);
                QVERIFY2(std::abs(off) <= 180, (QByteArray(format) + " misses packets").constData());
            }
        }
    }
}

QTEST_GUILESS_MAIN(FfserverEncodingTest)
#include "tst_ffserverencoding.moc"
