// SPDX-License-Identifier: GPL-3.0-or-later
// The real program and real players: every format of a feed at once, and what a change of the feed does to
// them.
#include "ffserverrun.h"

#include <QJsonArray>
#include <QSet>
#include <QTest>

using namespace aspersor;
using namespace aspersor::test;

namespace {

constexpr int patience = 60'000;
constexpr int gop = 30; // pictures, of the clip

/// A section for each extension; "mpg" without the sound that a program stream cannot carry.
QByteArray streams(const QByteArrayList &extensions)
{
    QByteArray config;
    for (const QByteArray &extension : extensions) {
        config += "<Stream *." + extension + ">\nFeed *\n";
        if (extension == "mpg")
            config += "NoAudio\n";
        if (extension == "mpjpeg")
            config += "Format mpjpeg\n";
        config += "</Stream>\n";
    }
    return config;
}

/// What a program says and complains about; empty complaints are wanted.
struct Said {
    QByteArray output;
    QByteArray errors;
    bool ended = false;
};

Said say(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    const bool ended = QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, patience);
    return {process.readAllStandardOutput(), process.readAllStandardError(),
            ended && process.exitCode() == 0};
}

QStringList words(const char *text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

/// ffprobe on what a viewer is sent, until it ends.
class Probe final : public QObject
{
    Q_OBJECT

public:
    Probe(const QString &url, const char *entries)
    {
        m_process.start(QStringLiteral("ffprobe"), words("-v warning -count_frames -of csv=p=0 -show_entries")
                                                       << QString::fromLatin1(entries) << url);
    }
    ~Probe() override
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    [[nodiscard]] bool waitForEnd()
    {
        return QTest::qWaitFor([&] { return m_process.state() == QProcess::NotRunning; }, patience);
    }
    [[nodiscard]] QByteArray output()
    {
        m_output += m_process.readAllStandardOutput();
        return m_output;
    }
    [[nodiscard]] QByteArray errors()
    {
        m_errors += m_process.readAllStandardError();
        return m_errors;
    }

private:
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

} // namespace

class ServeFormatsTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();

    void everyFormatShowsWhatWasSent();
    void aTurnedPhoneIsFollowed();
    void anotherSamplingRateIsFollowedOrEndsTheViewer();
    void otherCodecsFindTheirContainers_data();
    void otherCodecsFindTheirContainers();
    void refusalsNameWhatWouldWork();
    void theNewestPictureIsAJpeg();
    void theTitleIsInTheContainer();

private:
    [[nodiscard]] static bool joined(const FfserverRun &server, int viewers)
    {
        return QTest::qWaitFor(
            [&] {
                const auto events = server.events("viewer");
                return std::ranges::count_if(events, [](const QJsonObject &event) {
                           return event[QStringLiteral("state")].toString() == QLatin1String("joined");
                       }) >= viewers;
            },
            patience);
    }
    [[nodiscard]] static QString whyLeft(const FfserverRun &server, const QString &stream)
    {
        for (const QJsonObject &event : server.events("viewer")) {
            if (event[QStringLiteral("stream")].toString() == stream &&
                event[QStringLiteral("state")].toString() == QLatin1String("left"))
                return event[QStringLiteral("reason")].toString();
        }
        return {};
    }
    [[nodiscard]] static bool start(FfserverRun &server)
    {
        server.config.replace("#FeedGrace 30", "FeedGrace 1");
        return server.start();
    }
    [[nodiscard]] ServeClip made(const char *size, const char *rate);
    void watchAChange(const ServeClip &next, const QByteArrayList &extensions,
                      const QSet<QByteArray> &ending);

    QTemporaryDir m_folder;
    ServeClip m_clip;
    QByteArrayList m_pictures; // of the clip
};

/// Three seconds with a keyframe every second.
ServeClip ServeFormatsTest::made(const char *size, const char *rate)
{
    const QString path =
        m_folder.filePath(QStringLiteral("%1-%2.ts").arg(QLatin1String(size), QLatin1String(rate)));
    const Said said =
        say(QStringLiteral("ffmpeg"),
            words("-v error -nostdin -y -f lavfi -i")
                << QStringLiteral("testsrc2=size=%1:rate=30").arg(QLatin1String(size)) << words("-f lavfi -i")
                << QStringLiteral("sine=sample_rate=%1").arg(QLatin1String(rate))
                << words("-t 3 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -bf 0 -g 30 -threads 1 "
                         "-c:a aac -ac 2 -f mpegts")
                << path);
    return said.ended ? loadServeClip(path.toUtf8().constData()) : ServeClip();
}

void ServeFormatsTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    QVERIFY(m_clip.packets.size() > 700);
    Player source(QStringLiteral(ASPERSOR_CLIP));
    QVERIFY(source.waitForEnd(patience));
    m_pictures = source.pictures();
    QCOMPARE(m_pictures.size(), 300);
}

void ServeFormatsTest::everyFormatShowsWhatWasSent()
{
    const QByteArrayList extensions{"mov", "3gp", "mpg", "asf", "avi", "nut", "h264", "mpjpeg"};
    FfserverRun server(streams(extensions));
    QVERIFY2(start(server), server.errors().constData());
    LinkFeeder feeder(server, "cam", m_clip, 1.5);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam"), QStringLiteral("live"), patience);
    const QByteArrayList all = extensions + QByteArrayList{"ts", "flv", "mkv", "mp4"};
    std::map<QByteArray, std::unique_ptr<Player>> players;
    for (const QByteArray &extension : all)
        players[extension] =
            std::make_unique<Player>(server.url(QStringLiteral("cam.") + QString::fromLatin1(extension)));
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    QVERIFY(joined(server, static_cast<int>(all.size())));
    feeder.endBody();
    for (const auto &[extension, player] : players) {
        QVERIFY2(player->waitForEnd(patience), extension.constData());
        QByteArray faults = player->faults();
        // Raw H.264 has no times, and multipart no end that libav would not call invalid: it is cut off
        // there.
        if (extension == "h264" || (extension == "mpjpeg" && faults.count('\n') == 1 &&
                                    faults.contains("Invalid data found when processing input")))
            faults.clear();
        QVERIFY2(faults.isEmpty(), (extension + ": " + faults).constData());
        const QByteArrayList seen = player->pictures();
        if (extension == "mpjpeg") {
            QVERIFY2(seen.size() >= 2 && seen.size() <= 10, QByteArray::number(seen.size()).constData());
            continue;
        }
        // from a keyframe to the end, without a gap
        QVERIFY2(!seen.isEmpty() && seen.size() % gop == 0,
                 (extension + ' ' + QByteArray::number(seen.size())).constData());
        QVERIFY2(seen == m_pictures.last(seen.size()), extension.constData());
        QVERIFY2(player->timeGrows(), extension.constData());
    }
    QCOMPARE(server.process().state(), QProcess::Running);
}

/// Watches the clip and then `next` in one connection; those of `ending` are ended in between.
void ServeFormatsTest::watchAChange(const ServeClip &next, const QByteArrayList &extensions,
                                    const QSet<QByteArray> &ending)
{
    const ServeClip first = made("320x240", "48000");
    QVERIFY(!first.packets.empty() && !next.packets.empty());
    FfserverRun server(streams({"mov", "asf", "avi", "nut", "h264", "mpjpeg"}));
    QVERIFY2(start(server), server.errors().constData());
    LinkFeeder feeder(server, "cam", first);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam"), QStringLiteral("live"), patience);
    std::map<QByteArray, std::unique_ptr<Probe>> probes;
    for (const QByteArray &extension : extensions)
        probes[extension] = std::make_unique<Probe>(
            server.url(QStringLiteral("cam.") + QString::fromLatin1(extension)),
            extension == "aac" ? "frame=sample_rate,nb_samples" : "frame=width,height");
    QVERIFY(joined(server, static_cast<int>(extensions.size())));
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.endBody();
    feeder.use(next);
    feeder.startBody();
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
    feeder.endBody();
    const media::TrackDescription &track = *next.description.first(media::TrackKind::Video);
    const QByteArray newSize = QByteArray::number(track.width) + ',' + QByteArray::number(track.height);
    for (const auto &[extension, probe] : probes) {
        QVERIFY2(probe->waitForEnd(), extension.constData());
        const QString why = whyLeft(server, QStringLiteral("cam.") + QString::fromLatin1(extension));
        const auto count = probe->output().count(newSize);
        if (ending.contains(extension)) {
            QVERIFY2(why.contains(QLatin1String("changed")), qPrintable(why));
            QCOMPARE(probe->errors(), QByteArray());
            continue;
        }
        QCOMPARE(why, QStringLiteral("the feed did not come back"));
        QByteArray errors = probe->errors();
        if (extension == "mp4" || extension == "mov") { // ffmpeg keeps to the first; browsers take the second
            QVERIFY(errors.contains("duplicated MOOV"));
            errors.clear();
        }
        if (extension == "aac")
            continue;
        QVERIFY2(errors.isEmpty(), (extension + ": " + errors).constData());
        QVERIFY2(extension == "mpjpeg" ? count >= 1 : count == 90,
                 (extension + ' ' + QByteArray::number(count)).constData());
    }
}

void ServeFormatsTest::aTurnedPhoneIsFollowed()
{
    watchAChange(made("240x320", "48000"),
                 {"ts", "flv", "mkv", "mp4", "mov", "asf", "avi", "nut", "h264", "mpjpeg", "aac"}, {});
}

void ServeFormatsTest::anotherSamplingRateIsFollowedOrEndsTheViewer()
{
    watchAChange(made("240x320", "44100"),
                 {"ts", "flv", "mkv", "mp4", "mov", "asf", "avi", "nut", "h264", "aac"},
                 {"mkv", "mp4", "mov", "asf", "avi", "nut"});
}

void ServeFormatsTest::otherCodecsFindTheirContainers_data()
{
    QTest::addColumn<QByteArray>("encoding");
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArrayList>("extensions");
    QTest::addColumn<QByteArrayList>("codecs");
    QTest::newRow("mpeg1video, mp2") << QByteArray("-c:v mpeg1video -c:a mp2 -f mpegts")
                                     << QByteArray("video/mp2t") << QByteArrayList{"mpg", "mkv", "m1v"}
                                     << QByteArrayList{"mpeg1video"};
    QTest::newRow("mp2") << QByteArray("-vn -c:a mp2 -f mpegts") << QByteArray("video/mp2t")
                         << QByteArrayList{"mp2", "ts"} << QByteArrayList{"mp2"};
    QTest::newRow("mp3") << QByteArray("-vn -c:a libmp3lame -f mpegts") << QByteArray("video/mp2t")
                         << QByteArrayList{"mp3", "mkv"} << QByteArrayList{"mp3"};
    QTest::newRow("vp8, opus") << QByteArray("-c:v libvpx -deadline realtime -cpu-used 8 -c:a libopus -f nut")
                               << QByteArray("video/x-nut") << QByteArrayList{"webm", "mkv", "nut"}
                               << QByteArrayList{"vp8", "opus"};
    QTest::newRow("theora, vorbis") << QByteArray("-c:v libtheora -c:a libvorbis -f matroska")
                                    << QByteArray("video/x-matroska") << QByteArrayList{"ogv", "mkv"}
                                    << QByteArrayList{"theora", "vorbis"};
    QTest::newRow("wmv2, wmav2") << QByteArray("-c:v wmv2 -c:a wmav2 -f matroska")
                                 << QByteArray("video/x-matroska") << QByteArrayList{"asf"}
                                 << QByteArrayList{"wmv2", "wmav2"};
    QTest::newRow("mjpeg, pcm") << QByteArray("-c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le -f matroska")
                                << QByteArray("video/x-matroska") << QByteArrayList{"mpjpeg"}
                                << QByteArrayList{"mjpeg"};
}

void ServeFormatsTest::otherCodecsFindTheirContainers()
{
    QFETCH(QByteArray, encoding);
    QFETCH(QByteArray, type);
    QFETCH(QByteArrayList, extensions);
    QFETCH(QByteArrayList, codecs);
    const Said clip = say(QStringLiteral("ffmpeg"),
                          words("-v error -nostdin -f lavfi -i testsrc2=size=160x120:rate=25 -f lavfi -i "
                                "sine=sample_rate=48000 -t 2 -ac 2 -g 100 -threads 1")
                              << words(encoding.constData()) << QStringLiteral("-"));
    QVERIFY2(clip.ended && !clip.output.isEmpty(), clip.errors.constData());
    QByteArray config;
    for (const QByteArray &extension : extensions) // copied, whatever the format's usual encoder
        config += "<Stream *." + extension + ">\nFeed *\nVideoCodec copy\nAudioCodec copy\n" +
                  (extension == "mpjpeg" ? "Format mpjpeg\n" : "") + "</Stream>\n";
    FfserverRun server;
    server.config = "HTTPPort 0\nFeedGrace 1\n" + config;
    QVERIFY2(server.start(), server.errors().constData());
    QLocalSocket link;
    link.connectToServer(server.socketPath());
    QVERIFY(link.waitForConnected(patience));
    link.write("POST /cam HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: " + type +
               "\r\n\r\n" + QByteArray::number(clip.output.size(), 16) + "\r\n" + clip.output + "\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam"), QStringLiteral("live"), patience);
    std::map<QByteArray, std::unique_ptr<Probe>> probes;
    for (const QByteArray &extension : extensions)
        probes[extension] =
            std::make_unique<Probe>(server.url(QStringLiteral("cam.") + QString::fromLatin1(extension)),
                                    "stream=codec_name,nb_read_frames");
    QVERIFY(joined(server, static_cast<int>(extensions.size())));
    link.write("0\r\n\r\n");
    for (const auto &[extension, probe] : probes) {
        QVERIFY2(probe->waitForEnd(), extension.constData());
        QVERIFY2(probe->errors().isEmpty(), (extension + ": " + probe->errors()).constData());
        for (const QByteArray &codec : codecs)
            QVERIFY2(probe->output().contains(codec + ','), (extension + ": " + probe->output()).constData());
        QVERIFY2(!probe->output().contains("N/A"), (extension + ": " + probe->output()).constData());
    }
}

void ServeFormatsTest::refusalsNameWhatWouldWork()
{
    FfserverRun server(
        "<Stream *.mp3>\nFeed *\nAudioCodec copy\n</Stream>\n<Stream *.swf>\nFeed *\n</Stream>\n"
        "<Stream *.mpg>\nFeed *\nVideoCodec copy\nAudioCodec copy\n</Stream>\n");
    QVERIFY2(start(server), server.errors().constData());
    QVERIFY(server.errors().contains("swf cannot be served"));
    LinkFeeder feeder(server, "cam", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam"), QStringLiteral("live"), patience);
    for (const auto &[path, reason] : {std::pair("/cam.mp3", "aac sound"), std::pair("/cam.mpg", "aac sound"),
                                       std::pair("/cam.swf", "written to a file")}) {
        RawViewer viewer(server, path);
        QTRY_VERIFY_WITH_TIMEOUT(!viewer.connected(), patience);
        QCOMPARE(viewer.status(), 415);
        QVERIFY2(viewer.body().contains(reason), viewer.body().constData());
        QVERIFY2(viewer.body().contains("/cam.ts, /cam.flv, /cam.mkv, /cam.mp4, /cam.aac."),
                 viewer.body().constData());
    }
}

void ServeFormatsTest::theNewestPictureIsAJpeg()
{
    FfserverRun server("<Stream *.jpg>\nFeed *\n</Stream>\n");
    QVERIFY2(start(server), server.errors().constData());
    LinkFeeder feeder(server, "cam", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam"), QStringLiteral("live"), patience);
    std::vector<std::unique_ptr<RawViewer>> many;
    for (int i = 0; i < 20; ++i)
        many.push_back(std::make_unique<RawViewer>(server, "/cam.jpg"));
    for (const auto &viewer : many) {
        QTRY_VERIFY_WITH_TIMEOUT(!viewer->connected(), patience);
        QCOMPARE(viewer->status(), 200);
        QVERIFY(viewer->head().contains("Content-Type: image/jpeg"));
        QVERIFY(viewer->body().startsWith("\xff\xd8") && viewer->body().endsWith("\xff\xd9"));
        QVERIFY(viewer->head().contains("Content-Length: " + QByteArray::number(viewer->body().size())));
    }
    const Said size =
        say(QStringLiteral("ffprobe"), words("-v error -of csv=p=0 -show_entries frame=width,height")
                                           << server.url(QStringLiteral("cam.jpg")));
    QCOMPARE(size.output.trimmed(), QByteArray("640,360"));
    RawViewer none(server, "/nobody.jpg");
    QTRY_VERIFY_WITH_TIMEOUT(!none.connected(), patience);
    QCOMPARE(none.status(), 404);
}

void ServeFormatsTest::theTitleIsInTheContainer()
{
    QByteArray config;
    for (const char *extension : {"mkv", "flv", "asf"})
        config += QByteArray("<Stream titled.") + extension +
                  ">\nFeed cam\nMetadata title \"At the door\"\n</Stream>\n";
    FfserverRun server(config);
    QVERIFY2(start(server), server.errors().constData());
    LinkFeeder feeder(server, "cam", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam"), QStringLiteral("live"), patience);
    for (const char *extension : {"mkv", "flv", "asf"}) {
        const Said title = say(QStringLiteral("ffprobe"),
                               words("-v error -of csv=p=0 -show_entries format_tags=title")
                                   << server.url(QStringLiteral("titled.") + QLatin1String(extension)));
        QCOMPARE(title.output.trimmed(), QByteArray("At the door"));
    }
    const QJsonArray feeds = server.status()[QStringLiteral("feeds")].toArray();
    QVERIFY(!feeds.isEmpty());
    QCOMPARE(feeds[0][QStringLiteral("streams")][0][QStringLiteral("title")].toString(),
             QStringLiteral("At the door"));
}

QTEST_GUILESS_MAIN(ServeFormatsTest)
#include "tst_serveformats.moc"
