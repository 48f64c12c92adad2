// SPDX-License-Identifier: GPL-3.0-or-later
// What the directives of a <Stream> make of its encoding. Only encoders that every libav has are named,
// unless a row is about one that may be missing.
#include "core/media/capabilities.h"
#include "core/serve/configparser.h"
#include "core/serve/configprinter.h"

#include <QByteArray>
#include <QTest>

using namespace aspersor;
using namespace aspersor::serve;
using media::TrackKind;

class ServeEncodingTest final : public QObject
{
    Q_OBJECT

private slots:
    void directivesBecomeOptions_data();
    void directivesBecomeOptions();
    void problemsAreNamedWithTheirPlace_data();
    void problemsAreNamedWithTheirPlace();
    void aStreamThatNamesNothingIsCopied();
    void defaultsAreForWhatFollows();
    void theOtherKindIsCopiedWhereItCanBe();
    void formatsHaveTheirUsualEncoders();
    void lostEncodersHaveSuccessors();
    void presetsAreFilesOrTheEncodersOwn();
    void hostNamesAreLookedUpOnce();
};

namespace {

ParsedConfig parseStream(const QByteArray &lines, const QByteArray &format = "matroska",
                         const ConfigSources &sources = {})
{
    const QByteArray text = "<Stream a>\nFeed a\nFormat " + format + '\n' + lines + "\n</Stream>\n";
    return parseConfig({text.constData(), static_cast<std::size_t>(text.size())}, "x.conf", sources);
}

QByteArray allOf(const Diagnostics &diagnostics)
{
    QByteArray text;
    for (const Diagnostic &diagnostic : diagnostics)
        text += QByteArray::fromStdString(diagnostic.oneLine()) + '\n';
    return text;
}

/// "mpeg4 640x360 25/1 yuv420p b=5 g=1", as it stands in the value.
QByteArray asText(const media::TrackEncoding &track)
{
    if (track.leftOut)
        return "left out";
    QByteArray text = QByteArray::fromStdString(track.encoder);
    if (track.width > 0)
        text += ' ' + QByteArray::number(track.width) + 'x' + QByteArray::number(track.height);
    if (track.frameRateNum > 0)
        text += ' ' + QByteArray::number(track.frameRateNum) + '/' + QByteArray::number(track.frameRateDen);
    if (!track.pixelFormat.empty())
        text += ' ' + QByteArray::fromStdString(track.pixelFormat);
    if (track.sampleRate > 0)
        text += ' ' + QByteArray::number(track.sampleRate) + "Hz";
    if (track.channels > 0)
        text += ' ' + QByteArray::number(track.channels) + "ch";
    for (const auto &[key, value] : track.options)
        text += ' ' + QByteArray::fromStdString(key) + '=' + QByteArray::fromStdString(value);
    return text;
}

} // namespace

void ServeEncodingTest::directivesBecomeOptions_data()
{
    QTest::addColumn<QByteArray>("lines");
    QTest::addColumn<QByteArray>("video");
    QTest::addColumn<QByteArray>("audio");
    const auto row = [](const char *name, const char *lines, const char *video, const char *audio) {
        QTest::newRow(name) << QByteArray(lines) << QByteArray(video) << QByteArray(audio);
    };
    row("codec", "VideoCodec mpeg4", "mpeg4", "");
    row("codec after its options", "VideoBitRate 500\nVideoCodec mpeg4", "mpeg4 b=500000", "");
    row("copy", "VideoCodec copy\nAudioCodec Copy", "", "");
    row("left out", "NoAudio\nVideoCodec mpeg4", "mpeg4", "left out");
    row("audio", "AudioCodec mp2\nAudioBitRate 64.5\nAudioChannels 2\nAudioSampleRate 44100", "",
        "mp2 44100Hz 2ch b=64500");
    row("picture", "VideoCodec mpeg4\nVideoSize hd720\nVideoFrameRate 25\nPixelFormat yuv420p",
        "mpeg4 1280x720 25/1 yuv420p", "");
    row("odd frame rate", "VideoCodec mpeg4\nVideoFrameRate 30000/1001", "mpeg4 30000/1001", "");
    row("rates", "VideoCodec mpeg4\nVideoBitRateRange 100-400\nVideoBitRateTolerance 50\nVideoBufferSize 40",
        "mpeg4 minrate=100000 maxrate=400000 bt=50000 bufsize=327680", "");
    row("pictures", "VideoCodec mpeg4\nVideoGopSize 12\nVideoQMin 2\nVideoQMax 31\nVideoQDiff 3",
        "mpeg4 g=12 qmin=2 qmax=31 qdiff=3", "");
    row("intra only", "VideoCodec mpeg4\nVideoIntraOnly", "mpeg4 g=1", "");
    row("masks", "VideoCodec mpeg4\nLumiMask 0.5\nDarkMask 0.25", "mpeg4 lumi_mask=0.5 dark_mask=0.25", "");
    row("four vectors", "VideoCodec mpeg4\nVideo4MotionVector", "mpeg4 mbd=bits flags=+mv4", "");
    row("flags add up", "VideoCodec mpeg4\nVideo4MotionVector\nQscale 3\nBitExact\nAVOptionVideo flags -loop",
        "mpeg4 mbd=bits flags=+mv4+qscale+bitexact-loop global_quality=354", "");
    row("transforms", "VideoCodec mpeg4\nDctFastint\nIdctSimple", "mpeg4 dct=fastint idct=simple", "");
    row("for both", "VideoCodec mpeg4\nAudioCodec mp2\nStrict -1\nDebug 0\nBitExact",
        "mpeg4 strict=-1 debug=0 flags=+bitexact", "mp2 strict=-1 debug=0 flags=+bitexact");
    row("libav's options", "VideoCodec mpeg4\nAVOptionVideo bf 2\nAVOptionVideo mpeg4:data_partitioning 1",
        "mpeg4 bf=2 data_partitioning=1", "");
    row("libav's names for a size",
        "VideoCodec mpeg4\nAVOptionVideo s 64x48\nAVOptionVideo pix_fmt yuv420p\nAVOptionVideo time_base "
        "1001/30000\n"
        "AudioCodec mp2\nAVOptionAudio ar 0x5622\nAVOptionAudio ac 1\nAVOptionAudio ab 64k",
        "mpeg4 64x48 30000/1001 yuv420p", "mp2 22050Hz 1ch b=64k");
    row("no defaults", "NoDefaults\nVideoCodec mpeg4", "mpeg4", "");
    row("defaults", "UseDefaults\nVideoCodec mpeg4\nAudioCodec mp2",
        "mpeg4 160x128 5/1 b=64000 bt=16000 maxrate=128000 bufsize=128000", "mp2 22050Hz 1ch b=64000");
    row("what is set goes before defaults",
        "VideoCodec mpeg4\nVideoSize 64x48\nVideoFrameRate 3\nVideoBitRate 120\nAudioCodec copy\nUseDefaults",
        "mpeg4 64x48 3/1 b=120000 bt=40000 maxrate=240000 bufsize=240000", "");
    row("defaults of what is left in", "UseDefaults\nNoVideo\nAudioCodec mp2\nAudioChannels 2", "left out",
        "mp2 22050Hz 2ch b=64000");
    row("defaults taken back", "UseDefaults\nVideoCodec mpeg4\nNoDefaults", "mpeg4", "");
}

void ServeEncodingTest::directivesBecomeOptions()
{
    QFETCH(QByteArray, lines);
    QFETCH(QByteArray, video);
    QFETCH(QByteArray, audio);
    const ParsedConfig parsed = parseStream(lines);
    QVERIFY2(parsed.diagnostics.empty(), allOf(parsed.diagnostics).constData());
    QCOMPARE(asText(parsed.config.streams.front().encoding.video), video);
    QCOMPARE(asText(parsed.config.streams.front().encoding.audio), audio);
    const std::string printed = printConfig(parsed.config);
    QVERIFY2(parseConfig(printed, "printed").config == parsed.config, printed.c_str());
}

void ServeEncodingTest::problemsAreNamedWithTheirPlace_data()
{
    QTest::addColumn<QByteArray>("lines"); // from line 4 on
    QTest::addColumn<bool>("isError");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::addColumn<QByteArray>("fragment");
    const auto row = [](const char *name, const char *lines, bool isError, int line, int column,
                        const char *fragment) {
        QTest::newRow(name) << QByteArray(lines) << isError << line << column << QByteArray(fragment);
    };
    row("no such encoder", "VideoCodec mpeg5", true, 4, 12, "Did you mean mpeg4?");
    row("encoder of the other kind", "VideoCodec mp2", true, 4, 12, "no video encoder");
    row("two encoders", "VideoCodec mpeg4\nVideoCodec mjpeg", true, 5, 1, "line 4");
    row("an option twice", "VideoCodec mpeg4\nVideoBitRate 100\nAVOptionVideo b 5", true, 6, 1,
        "line 5 (VideoBitRate)");
    row("an option twice by its encoder", "VideoCodec mpeg4\nVideoBitRate 100\nAVOptionVideo mpeg4:b 5", true,
        6, 15, "already set");
    row("both of the old qualities", "VideoCodec mpeg4\nVideoHighQuality\nVideo4MotionVector", true, 6, 1,
        "mbd");
    row("no number", "VideoCodec mpeg4\nVideoBitRate fast", true, 5, 14, "\"fast\"");
    row("fraction of an integer", "VideoCodec mpeg4\nVideoBitRate 1.5", true, 5, 14, "\"1.5\"");
    row("out of range", "AudioCodec mp2\nAudioChannels 65", true, 5, 15, "from 1 to 64");
    row("range", "VideoCodec mpeg4\nVideoBitRateRange 400-100", true, 5, 19, "100-400");
    row("half a range", "VideoCodec mpeg4\nVideoBitRateRange 400", true, 5, 19, "100-400");
    row("size", "VideoCodec mpeg4\nVideoSize 640*360", true, 5, 11, "640x360");
    row("odd size", "VideoCodec mpeg4\nVideoSize 641x360", false, 5, 11, "even");
    row("frame rate", "VideoCodec mpeg4\nVideoFrameRate often", true, 5, 16, "30000/1001");
    row("time base", "VideoCodec mpeg4\nAVOptionVideo time_base 25", true, 5, 25, "1/25");
    row("pixel format", "VideoCodec mpeg4\nPixelFormat yuv421p", true, 5, 13, "yuv420p");
    row("old tolerance", "VideoCodec mpeg4\nVideoBitRateRangeTolerance 5", false, 5, 1,
        "VideoBitRateTolerance");
    row("tag", "VideoCodec mpeg4\nVideoTag DX50", false, 5, 10, "ignored");
    row("tag of three", "VideoCodec mpeg4\nVideoTag DX5", false, 5, 10, "four letters");
    row("unknown option", "VideoCodec mpeg4\nAVOptionVideo qmn 5", false, 5, 1, "Did you mean qmin?");
    row("unknown to this encoder", "AudioCodec pcm_s16le\nAVOptionAudio preset 1", false, 5, 1,
        "no option \"preset\"");
    row("another encoder's option", "VideoCodec mpeg4\nAVOptionVideo libx264:preset fast", false, 5, 15,
        "the encoder is mpeg4");
    row("bad value", "VideoCodec mpeg4\nAVOptionVideo bf x", true, 5, 18, "encoder=mpeg4");
    row("option without value", "VideoCodec mpeg4\nAVOptionVideo bf", true, 5, 1, "a value");
    row("time base of sound", "AudioCodec mp2\nAVOptionAudio time_base 1/44100", false, 5, 15, "follows");
    row("option of a copy", "VideoCodec copy\nVideoBitRate 5", false, 5, 1, "copied (line 4)");
    row("option of what is left out", "NoVideo\nVideoBitRate 5", false, 5, 1, "left out (line 4)");
    row("nothing left", "NoVideo\nNoAudio", true, 5, 1, "nothing is left");
    row("strict copy", "Strict -2", false, 4, 1, "Nothing is encoded");
    row("unknown preset", "VideoCodec mpeg4\nAVPresetVideo hq", false, 5, 15, "own defaults");
}

void ServeEncodingTest::problemsAreNamedWithTheirPlace()
{
    QFETCH(QByteArray, lines);
    QFETCH(bool, isError);
    QFETCH(int, line);
    QFETCH(int, column);
    QFETCH(QByteArray, fragment);
    const ParsedConfig parsed = parseStream(lines);
    const QByteArray all = allOf(parsed.diagnostics);
    QVERIFY2(parsed.diagnostics.size() == 1, all.constData());
    const Diagnostic &diagnostic = parsed.diagnostics.front();
    QCOMPARE(diagnostic.severity == Diagnostic::Severity::Error, isError);
    QVERIFY2(diagnostic.message.find(fragment.toStdString()) != std::string::npos, all.constData());
    QCOMPARE(diagnostic.line, line);
    QCOMPARE(diagnostic.column, column);
}

void ServeEncodingTest::aStreamThatNamesNothingIsCopied()
{
    for (const char *format : {"mpegts", "flv", "matroska", "mp4", "adts"}) {
        const ParsedConfig parsed = parseStream("NoDefaults", format);
        QVERIFY2(parsed.diagnostics.empty(), allOf(parsed.diagnostics).constData());
        QCOMPARE(parsed.config.streams.front().encoding, media::Encoding{});
    }
}

void ServeEncodingTest::defaultsAreForWhatFollows()
{
    const ParsedConfig parsed =
        parseConfig("<Stream a.ts>\nFeed a\n</Stream>\nUseDefaults\n"
                    "<Stream b.ts>\nFeed a\nVideoCodec mpeg4\nAudioCodec mp2\n</Stream>\n"
                    "<Stream s.html>\nFormat status\n</Stream>\n"
                    "<Stream c.ts>\nFeed a\nNoDefaults\n</Stream>\nNoDefaults\n"
                    "<Stream d.ts>\nFeed a\n</Stream>\n"
                    "<Stream e.ts>\nFeed a\nUseDefaults\n</Stream>\n",
                    "x");
    QVERIFY2(!hasErrors(parsed.diagnostics), allOf(parsed.diagnostics).constData());
    QByteArray encoded;
    for (const StreamSpec &stream : parsed.config.streams) {
        if (!stream.encoding.onlyCopies())
            encoded += stream.name.c_str();
    }
    QCOMPARE(encoded, QByteArray("b.tse.ts"));
}

void ServeEncodingTest::theOtherKindIsCopiedWhereItCanBe()
{
    QCOMPARE(parseStream("VideoCodec mpeg4", "mpegts").config.streams.front().encoding.audio,
             media::TrackEncoding{});
    // What a format does not have is said, and not made.
    const ParsedConfig sound = parseStream("VideoCodec mpeg4\nVideoBitRate 5\nAudioBitRate 64", "adts");
    QCOMPARE(sound.diagnostics.size(), std::size_t{2});
    QCOMPARE(sound.config.streams.front().encoding.video, media::TrackEncoding{});
    QCOMPARE(asText(sound.config.streams.front().encoding.audio), QByteArray("aac b=64000"));
    if (!formatByName("webm"))
        return;
    const ParsedConfig webm = parseStream("VideoBitRate 500", "webm");
    QVERIFY2(webm.diagnostics.empty(), allOf(webm.diagnostics).constData());
    QCOMPARE(asText(webm.config.streams.front().encoding.video), QByteArray("libvpx b=500000"));
    QCOMPARE(asText(webm.config.streams.front().encoding.audio), QByteArray("libvorbis"));
    QVERIFY(parseStream("VideoBitRate 500\nAudioCodec copy", "webm")
                .config.streams.front()
                .encoding.audio.encoder.empty());
}

void ServeEncodingTest::formatsHaveTheirUsualEncoders()
{
    const std::string h264 = media::encoderFor("libx264", TrackKind::Video).empty()
                                 ? media::encoderFor("h264", TrackKind::Video)
                                 : "libx264";
    if (h264.empty())
        QSKIP("no encoder for H.264 on this machine");
    const struct {
        const char *format;
        QByteArray video;
        QByteArray audio;
    } all[] = {
        {"mpegts", QByteArray::fromStdString(h264), "aac"},
        {"flv", QByteArray::fromStdString(h264), "aac"},
        {"mp4", QByteArray::fromStdString(h264), "aac"},
        {"adts", {}, "aac"},
        {"mpeg", "mpeg1video", "mp2"},
        {"mpjpeg", "mjpeg", {}},
        {"asf", "msmpeg4", "wmav2"},
        {"mp2", {}, "mp2"},
    };
    int tried = 0;
    for (const auto &one : all) {
        if (!formatByName(one.format))
            continue; // not made by this version
        ++tried;
        const ParsedConfig parsed = parseStream("VideoFrameRate 5\nAudioChannels 1", one.format);
        QVERIFY2(!hasErrors(parsed.diagnostics), allOf(parsed.diagnostics).constData());
        const media::Encoding &encoding = parsed.config.streams.front().encoding;
        QCOMPARE(QByteArray::fromStdString(encoding.video.encoder), one.video);
        QCOMPARE(QByteArray::fromStdString(encoding.audio.encoder), one.audio);
    }
    QVERIFY(tried >= 4);
    QCOMPARE(media::encoderFor("h264", TrackKind::Audio), std::string());
    QCOMPARE(media::encoderFor("", TrackKind::Video), std::string());
}

void ServeEncodingTest::lostEncodersHaveSuccessors()
{
    const ParsedConfig parsed = parseStream("AudioCodec libfaac\nVideoCodec libxvid");
    QVERIFY2(!hasErrors(parsed.diagnostics), allOf(parsed.diagnostics).constData());
    QCOMPARE(parsed.config.streams.front().encoding.audio.encoder, std::string("aac"));
    QVERIFY(allOf(parsed.diagnostics).contains("libfaac is no longer there; aac takes its place"));
}

void ServeEncodingTest::presetsAreFilesOrTheEncodersOwn()
{
    const ConfigSources sources{.preset = [](const std::string &encoder, const std::string &preset) {
        return encoder == "mpeg4" && preset == "camera"
                   ? std::optional<std::string>("# a preset\nvcodec=mpeg4\nqmin=3\nbf=2\nqmax = 20\ns=1x1\n")
                   : std::nullopt;
    }};
    const ParsedConfig file =
        parseStream("VideoCodec mpeg4\nAVPresetVideo camera\nVideoQMin 5", "matroska", sources);
    QCOMPARE(asText(file.config.streams.front().encoding.video), QByteArray("mpeg4 qmin=5 bf=2 qmax=20"));
    QCOMPARE(file.diagnostics.size(), std::size_t{1});
    QVERIFY(allOf(file.diagnostics).contains("\"s=1x1\""));
    if (media::encoderFor("libx264", TrackKind::Video) != "libx264")
        QSKIP("no libx264 on this machine");
    const ParsedConfig own =
        parseStream("VideoCodec libx264\nAVPresetVideo libx264-veryfast", "matroska", sources);
    QVERIFY2(own.diagnostics.empty(), allOf(own.diagnostics).constData());
    QCOMPARE(asText(own.config.streams.front().encoding.video), QByteArray("libx264 preset=veryfast"));
    const ParsedConfig profile = parseStream("VideoCodec libx264\nAVPresetVideo baseline");
    QCOMPARE(asText(profile.config.streams.front().encoding.video), QByteArray("libx264 profile=baseline"));
}

void ServeEncodingTest::hostNamesAreLookedUpOnce()
{
    const ConfigSources sources{.host = [](const std::string &host) {
        return host == "studio.example" ? std::vector{boost::asio::ip::make_address("::ffff:10.0.0.7"),
                                                      boost::asio::ip::make_address("2001:db8::7")}
                                        : std::vector<boost::asio::ip::address>();
    }};
    const ParsedConfig parsed = parseStream("ACL allow studio.example", "matroska", sources);
    QVERIFY(!hasErrors(parsed.diagnostics));
    QVERIFY2(allOf(parsed.diagnostics).contains("it is 10.0.0.7, 2001:db8::7."),
             allOf(parsed.diagnostics).constData());
    const Acl &acl = parsed.config.streams.front().acl;
    QVERIFY(acl.allows(boost::asio::ip::make_address("10.0.0.7")));
    QVERIFY(acl.allows(boost::asio::ip::make_address("2001:db8::7")));
    QVERIFY(!acl.allows(boost::asio::ip::make_address("10.0.0.8")));
    QVERIFY(hasErrors(parseStream("ACL allow other.example", "matroska", sources).diagnostics));
}

QTEST_GUILESS_MAIN(ServeEncodingTest)
#include "tst_serveencoding.moc"
