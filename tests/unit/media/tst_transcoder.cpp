// SPDX-License-Identifier: GPL-3.0-or-later
#include "clips.h"

#include "core/media/avlog.h"
#include "core/media/framepacer.h"
#include "core/media/muxer.h"
#include "core/media/timeline.h"
#include "core/media/transcoder.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <map>
#include <random>

using namespace aspersor;
using namespace aspersor::media;
using namespace aspersor::test;

namespace {

constexpr int clipSeconds = 3;
constexpr Ticks pictureTicks = ticksPerSecond / 30;
constexpr int firstOnes = 2; // packets that an encoder dates before its first frame

/// Keeps what a transcoder makes, and its promises in mind.
class Made final : public TranscoderOutput
{
public:
    void described(const StreamDescription &description) override
    {
        descriptions.push_back(description);
        lastDts.resize(std::max(lastDts.size(), description.tracks.size()), noTicks);
    }
    void made(const Packet &packet) override
    {
        const auto track = static_cast<std::size_t>(packet.track);
        if (descriptions.empty() || track >= descriptions.back().tracks.size() || packet.pts < packet.dts ||
            (lastDts[track] != noTicks && packet.dts <= lastDts[track]))
            ++faults;
        else
            lastDts[track] = packet.dts;
        if (newest != noTicks && packet.dts < newest)
            ++outOfOrder;
        newest = std::max(newest, packet.dts);
        packets.push_back(packet);
    }
    [[nodiscard]] std::vector<Packet> ofKind(TrackKind kind) const
    {
        std::vector<Packet> chosen;
        for (const Packet &packet : packets) {
            if (descriptions.back().tracks[static_cast<std::size_t>(packet.track)].kind == kind)
                chosen.push_back(packet);
        }
        return chosen;
    }
    /// As a file of `format`; nothing when the muxer refuses.
    [[nodiscard]] QByteArray muxed(const std::string &format) const
    {
        QByteArray bytes;
        auto muxer = Muxer::open(format, descriptions.back(), [&](std::span<const std::uint8_t> some) {
            bytes.append(reinterpret_cast<const char *>(some.data()), static_cast<qsizetype>(some.size()));
        });
        for (const Packet &packet : packets) {
            if (!muxer || !(*muxer)->write(packet) || !(*muxer)->flush())
                return {};
        }
        return muxer && (*muxer)->finish() ? bytes : QByteArray();
    }

    std::vector<StreamDescription> descriptions;
    std::vector<Packet> packets;
    std::vector<Ticks> lastDts; // by track
    Ticks newest = noTicks;
    int faults = 0;     // times that do not grow, unknown tracks
    int outOfOrder = 0; // between the tracks
};

struct Source {
    StreamDescription description;
    std::vector<Packet> packets;

    [[nodiscard]] int trackOf(TrackKind kind) const
    {
        for (std::size_t i = 0; i < description.tracks.size(); ++i) {
            if (description.tracks[i].kind == kind)
                return static_cast<int>(i);
        }
        return -1;
    }
};

Source load(const QByteArray &clip)
{
    PieceSource bytes(clip);
    auto demuxer = Demuxer::open(bytes, {});
    if (!demuxer)
        return {};
    Source loaded{.description = {}, .packets = readAll(**demuxer)};
    loaded.description = (*demuxer)->description();
    Timeline timeline;
    for (Packet &packet : loaded.packets)
        timeline.place(packet, {});
    // libav's MPEG-TS muxer gathers sound, so that it comes later than it should
    std::ranges::stable_sort(loaded.packets, {}, &Packet::dts);
    measureFrameRates(loaded.description, loaded.packets);
    return loaded;
}

QByteArray turnedClip()
{
    bool ok = false;
    const QByteArray clip =
        run(QStringLiteral("ffmpeg"),
            QStringLiteral(
                "-v error -f lavfi -i testsrc2=size=360x640:rate=30 -f lavfi -i "
                "sine=sample_rate=48000 -t 2 -c:v libx264 -preset veryfast -bf 0 -pix_fmt yuv420p -g 30 "
                "-c:a aac -ac 2 -f mpegts -")
                .split(QLatin1Char(' ')),
            {}, &ok);
    return ok ? clip : QByteArray();
}

/// What ffprobe decodes of the first stream of a kind ("v", "a").
QJsonObject probed(const QByteArray &file, const char *kind)
{
    bool ok = false;
    const QByteArray json = run(
        QStringLiteral("ffprobe"),
        {QStringLiteral("-v"), QStringLiteral("error"), QStringLiteral("-count_frames"),
         QStringLiteral("-select_streams"), QString::fromLatin1(kind) + QStringLiteral(":0"),
         QStringLiteral("-show_streams"), QStringLiteral("-of"), QStringLiteral("json"), QStringLiteral("-")},
        file, &ok);
    return QJsonDocument::fromJson(json)[QStringLiteral("streams")][0].toObject();
}

int framesOf(const QJsonObject &stream)
{
    return stream[QStringLiteral("nb_read_frames")].toString().toInt();
}

QString text(const QJsonObject &stream, const char *key)
{
    return stream[QLatin1String(key)].toVariant().toString();
}

} // namespace

Q_DECLARE_METATYPE(aspersor::media::Encoding)

class TranscoderTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void ffprobeReadsWhatIsEncoded_data();
    void ffprobeReadsWhatIsEncoded();
    void picturesKeepTheirTimesAndComeAtOnce();
    void reorderedPicturesComeInOrder();
    void aRateIsKept_data();
    void aRateIsKept();
    void keyframesComeOften();
    void copiedPacketsAreShared();
    void whatIsLeftOutIsGone();
    void itBeginsWithAKeyframe();
    void itBeginsWhereItIsTold();
    void soundFillsGaps();
    void aTurnedPhoneKeepsANamedSize();
    void aTurnedPhoneTurnsTheStream();
    void refusalsSayWhy_data();
    void refusalsSayWhy();
    void damagedPacketsCostTheirFramesOnly();

private:
    static bool pass(const Source &source, const Encoding &encoding, Made &made);
    Source m_plain;
    Source m_reordered;
    Source m_turned;
};

void TranscoderTest::initTestCase()
{
    routeAvLog([](auto, auto, auto, auto) {}); // what it says of damaged packets
    m_plain = load(makeClip({QStringLiteral("-bf"), QStringLiteral("0")}, clipSeconds));
    m_reordered = load(makeClip({QStringLiteral("-bf"), QStringLiteral("2")}, clipSeconds, 44'100));
    m_turned = load(turnedClip());
    QCOMPARE(m_plain.description.first(TrackKind::Video)->frameRateNum, 30);
    QCOMPARE(m_plain.description.first(TrackKind::Video)->frameRateDen, 1);
    QVERIFY(m_plain.packets.size() > 200 && m_reordered.packets.size() > 200 &&
            m_turned.packets.size() > 100);
}

bool TranscoderTest::pass(const Source &source, const Encoding &encoding, Made &made)
{
    auto transcoder = Transcoder::open(source.description, encoding, made);
    if (!transcoder)
        return false;
    for (const Packet &packet : source.packets) {
        if (!(*transcoder)->send(packet))
            return false;
    }
    return (*transcoder)->finish().has_value();
}

void TranscoderTest::ffprobeReadsWhatIsEncoded_data()
{
    QTest::addColumn<Encoding>("encoding");
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("videoCodec");
    QTest::addColumn<QString>("audioCodec");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");

    const TrackEncoding small{
        .encoder = "libx264", .width = 320, .height = 180, .options = {{"b", "200000"}, {"g", "15"}}};
    const TrackEncoding mp2{.encoder = "mp2", .sampleRate = 44'100, .options = {{"b", "64000"}}};
    const TrackEncoding aac{.encoder = "aac", .channels = 1};
    const TrackEncoding mp3{.encoder = "libmp3lame", .sampleRate = 44'100};
    const TrackEncoding none{.leftOut = true};
    const auto row = [](const char *name, const TrackEncoding &video, const TrackEncoding &audio,
                        const char *format, const char *videoCodec, const char *audioCodec, int width,
                        int height) {
        QTest::newRow(name) << Encoding{video, audio} << QString::fromLatin1(format)
                            << QString::fromLatin1(videoCodec) << QString::fromLatin1(audioCodec) << width
                            << height;
    };
    row("ts, sound copied", small, {}, "mpegts", "h264", "aac", 320, 180);
    row("flv", small, mp3, "flv", "h264", "mp3", 320, 180);
    row("mp4", small, aac, "mp4", "h264", "aac", 320, 180);
    row("matroska, picture copied", {}, mp3, "matroska", "h264", "mp3", 640, 360);
    row("MPEG-1", {.encoder = "mpeg1video", .width = 352, .height = 288, .options = {{"b", "400k"}}}, mp2,
        "mpegts", "mpeg1video", "mp2", 352, 288);
    row("MPEG-4", {.encoder = "mpeg4", .height = 180}, aac, "matroska", "mpeg4", "aac", 320, 180);
    row("JPEG", {.encoder = "mjpeg", .width = 320}, none, "matroska", "mjpeg", "", 320, 180);
    row("VP8, Vorbis", {.encoder = "libvpx", .width = 160, .height = 90}, {.encoder = "libvorbis"},
        "matroska", "vp8", "vorbis", 160, 90);
    row("HEVC", {.encoder = "libx265", .width = 160, .height = 90}, {.encoder = "libopus"}, "matroska",
        "hevc", "opus", 160, 90);
    row("by the codec's name", {.encoder = "h264", .width = 160, .height = 90}, none, "mpegts", "h264", "",
        160, 90);
    row("B-frames", {.encoder = "libx264", .options = {{"bf", "2"}, {"tune", "film"}}}, {}, "mp4", "h264",
        "aac", 640, 360);
}

void TranscoderTest::ffprobeReadsWhatIsEncoded()
{
    QFETCH(const Encoding, encoding);
    QFETCH(const QString, format);
    QFETCH(const QString, videoCodec);
    QFETCH(const QString, audioCodec);
    QFETCH(const int, width);
    QFETCH(const int, height);

    Made made;
    QVERIFY(pass(m_plain, encoding, made));
    QCOMPARE(made.descriptions.size(), std::size_t{1});
    QCOMPARE(made.faults, 0);
    if (encoding.video.copies() != encoding.audio.copies())
        QVERIFY(made.outOfOrder <= firstOnes);
    const QByteArray file = made.muxed(format.toStdString());
    QVERIFY(!file.isEmpty());
    const QJsonObject video = probed(file, "v");
    QCOMPARE(text(video, "codec_name"), videoCodec);
    QCOMPARE(text(video, "width").toInt(), width);
    QCOMPARE(text(video, "height").toInt(), height);
    QCOMPARE(framesOf(video), clipSeconds * 30);
    if (audioCodec.isEmpty())
        return;
    const QJsonObject audio = probed(file, "a");
    QCOMPARE(text(audio, "codec_name"), audioCodec);
    const int samples = framesOf(audio) * made.descriptions.back().first(TrackKind::Audio)->frameSize;
    const int rate = text(audio, "sample_rate").toInt();
    if (audioCodec != QStringLiteral("vorbis")) // has frames of several sizes
        QVERIFY2(std::abs(samples - clipSeconds * rate) < rate / 5, QByteArray::number(samples).constData());
}

void TranscoderTest::picturesKeepTheirTimesAndComeAtOnce()
{
    Made made;
    auto transcoder = Transcoder::open(m_plain.description,
                                       {.video = {.encoder = "libx264", .width = 320}, .audio = {}}, made);
    QVERIFY(transcoder);
    const int video = m_plain.trackOf(TrackKind::Video);
    for (const Packet &packet : m_plain.packets) {
        const std::size_t before = made.packets.size();
        QVERIFY((*transcoder)->send(packet));
        QVERIFY(made.packets.size() > before); // no delay, of copied sound either
        if (packet.track == video)
            QCOMPARE(made.packets.back().pts, packet.pts);
    }
    QCOMPARE((*transcoder)->counters().pictures, std::uint64_t{clipSeconds * 30});
    QCOMPARE((*transcoder)->counters().errors, std::uint64_t{0});
}

void TranscoderTest::reorderedPicturesComeInOrder()
{
    Made made;
    QVERIFY(pass(m_reordered, {.video = {.encoder = "libx264", .width = 320}, .audio = {}}, made));
    QCOMPARE(made.faults, 0);
    QVERIFY(made.outOfOrder <= firstOnes);
    const std::vector<Packet> pictures = made.ofKind(TrackKind::Video);
    QCOMPARE(pictures.size(), std::size_t{clipSeconds * 30});
    for (std::size_t i = 1; i < pictures.size(); ++i)
        QCOMPARE(pictures[i].pts - pictures[i - 1].pts, pictureTicks);
}

void TranscoderTest::aRateIsKept_data()
{
    QTest::addColumn<int>("rate");
    QTest::addColumn<QString>("encoder");
    QTest::newRow("fewer") << 10 << QStringLiteral("libx264");
    QTest::newRow("odd") << 25 << QStringLiteral("libx264");
    QTest::newRow("more") << 60 << QStringLiteral("libx264");
    QTest::newRow("MPEG-1") << 25 << QStringLiteral("mpeg1video");
    QTest::newRow("MPEG-4") << 15 << QStringLiteral("mpeg4");
}

void TranscoderTest::aRateIsKept()
{
    QFETCH(const int, rate);
    QFETCH(const QString, encoder);
    Made made;
    const TrackEncoding video{
        .encoder = encoder.toStdString(), .width = 160, .height = 90, .frameRateNum = rate};
    QVERIFY(pass(m_plain, {.video = video, .audio = {.leftOut = true}}, made));
    QCOMPARE(made.faults, 0);
    QVERIFY(std::abs(static_cast<int>(made.packets.size()) - clipSeconds * rate) <= 1);
    for (std::size_t i = 1; i < made.packets.size(); ++i)
        QVERIFY(std::abs(made.packets[i].pts - made.packets[i - 1].pts - ticksPerSecond / rate) <= 1);
}

void TranscoderTest::keyframesComeOften()
{
    Made made;
    QVERIFY(pass(m_plain, {.video = {.encoder = "libx264", .width = 160}, .audio = {}}, made));
    Ticks lastKeyframe = noTicks;
    int keyframes = 0;
    for (const Packet &packet : made.ofKind(TrackKind::Video)) {
        if (packet.keyframe) {
            lastKeyframe = packet.pts;
            ++keyframes;
        }
        QVERIFY(lastKeyframe != noTicks && packet.pts - lastKeyframe <= 2 * ticksPerSecond);
    }
    QVERIFY(keyframes >= 2);

    Made asked;
    auto transcoder = Transcoder::open(m_plain.description,
                                       {.video = {.encoder = "libx264", .width = 160}, .audio = {}}, asked);
    QVERIFY(transcoder);
    for (std::size_t i = 0; i < 40; ++i) {
        if (i == 20)
            (*transcoder)->forceKeyframe();
        QVERIFY((*transcoder)->send(m_plain.packets[i]));
    }
    const std::vector<Packet> pictures = asked.ofKind(TrackKind::Video);
    QCOMPARE(std::ranges::count(pictures, true, &Packet::keyframe), 2);
}

void TranscoderTest::copiedPacketsAreShared()
{
    Made made;
    QVERIFY(pass(m_plain, {.video = {.encoder = "libx264", .width = 160}, .audio = {}}, made));
    const std::vector<Packet> sent = ofTrack(m_plain.packets, m_plain.trackOf(TrackKind::Audio));
    const std::vector<Packet> came = made.ofKind(TrackKind::Audio);
    QCOMPARE(came.size(), sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        QCOMPARE(came[i].data().data(), sent[i].data().data());
        QCOMPARE(came[i].dts, sent[i].dts);
    }
}

void TranscoderTest::whatIsLeftOutIsGone()
{
    Made made;
    QVERIFY(pass(m_plain, {.video = {.leftOut = true}, .audio = {.encoder = "mp2"}}, made));
    QCOMPARE(made.descriptions.back().tracks.size(), std::size_t{1});
    QVERIFY(!made.descriptions.back().hasVideo());
    QVERIFY(!made.packets.empty());
}

void TranscoderTest::itBeginsWithAKeyframe()
{
    Made made;
    auto transcoder = Transcoder::open(m_plain.description,
                                       {.video = {.encoder = "mjpeg"}, .audio = {.leftOut = true}}, made);
    QVERIFY(transcoder);
    const std::vector<Packet> pictures = ofTrack(m_plain.packets, m_plain.trackOf(TrackKind::Video));
    for (std::size_t i = 5; i < 40; ++i)
        QVERIFY((*transcoder)->send(pictures[i]));
    QCOMPARE(made.packets.size(), std::size_t{10}); // the keyframe is number 30
    QCOMPARE(made.packets.front().pts, pictures[30].pts);
    QCOMPARE((*transcoder)->counters().errors, std::uint64_t{0});
}

void TranscoderTest::itBeginsWhereItIsTold()
{
    Made made;
    auto transcoder = Transcoder::open(m_plain.description,
                                       {.video = {.encoder = "libx264", .width = 160}, .audio = {}}, made);
    QVERIFY(transcoder);
    const Ticks begin = m_plain.packets[60].dts;
    (*transcoder)->beginAt(begin);
    for (const Packet &packet : m_plain.packets)
        QVERIFY((*transcoder)->send(packet));
    const std::vector<Packet> pictures = made.ofKind(TrackKind::Video);
    QVERIFY(pictures.front().keyframe);
    QVERIFY(pictures.front().pts >= begin && pictures.front().pts < begin + pictureTicks);
    QVERIFY(std::ranges::min(made.packets, {}, &Packet::dts).dts >= begin);
}

void TranscoderTest::soundFillsGaps()
{
    Made made;
    auto transcoder = Transcoder::open(m_plain.description,
                                       {.video = {.leftOut = true}, .audio = {.encoder = "mp2"}}, made);
    QVERIFY(transcoder);
    const std::vector<Packet> sound = ofTrack(m_plain.packets, m_plain.trackOf(TrackKind::Audio));
    constexpr Ticks away = 20 * ticksPerSecond; // a phone that was gone
    for (std::size_t i = 0; i < sound.size(); ++i) {
        if (i >= 40 && i < 55) // a third of a second was lost
            continue;
        Packet packet = sound[i];
        if (i >= 80) {
            packet.dts += away;
            packet.pts += away;
        }
        QVERIFY((*transcoder)->send(packet));
    }
    QCOMPARE(made.faults, 0);
    constexpr Ticks length = 1152 * ticksPerSecond / 48'000; // of a packet
    int gaps = 0;
    for (std::size_t i = 1; i < made.packets.size(); ++i) {
        const Ticks distance = made.packets[i].pts - made.packets[i - 1].pts;
        if (distance == length)
            continue;
        ++gaps;
        QVERIFY(distance > away - ticksPerSecond / 10 && distance < away + ticksPerSecond / 10);
    }
    QCOMPARE(gaps, 1);
}

void TranscoderTest::aTurnedPhoneKeepsANamedSize()
{
    Made made;
    auto transcoder = Transcoder::open(
        m_plain.description,
        {.video = {.encoder = "libx264", .width = 320, .height = 180}, .audio = {.encoder = "mp2"}}, made);
    QVERIFY(transcoder);
    for (const Packet &packet : m_plain.packets)
        QVERIFY((*transcoder)->send(packet));
    QVERIFY((*transcoder)->redescribe(m_turned.description));
    for (Packet packet : m_turned.packets) {
        packet.dts += 10 * ticksPerSecond;
        packet.pts += 10 * ticksPerSecond;
        QVERIFY((*transcoder)->send(packet));
    }
    QVERIFY((*transcoder)->finish());
    QCOMPARE(made.descriptions.size(), std::size_t{1});
    QCOMPARE(made.faults, 0);
    QCOMPARE((*transcoder)->counters().errors, std::uint64_t{0});
    const QByteArray file = made.muxed("mp4");
    QCOMPARE(framesOf(probed(file, "v")), (clipSeconds + 2) * 30);
    // The picture keeps its shape: 101 columns of it between black bars.
    bool ok = false;
    const QByteArray last =
        run(QStringLiteral("ffmpeg"),
            QStringLiteral("-v error -i - -vf select=gte(n\\,100),format=gray -frames:v 1 -f "
                           "rawvideo -")
                .split(QLatin1Char(' ')),
            file, &ok);
    QCOMPARE(last.size(), 320 * 180);
    const auto brightness = [&](int x) {
        int sum = 0;
        for (int y = 0; y < 180; ++y)
            sum += static_cast<unsigned char>(last[y * 320 + x]);
        return sum / 180;
    };
    constexpr int black = 24; // limited range: 16
    QVERIFY(brightness(20) < black && brightness(300) < black);
    const int middle = (brightness(130) + brightness(160) + brightness(190)) / 3;
    QVERIFY2(middle > 2 * black, QByteArray::number(middle).constData());
}

void TranscoderTest::aTurnedPhoneTurnsTheStream()
{
    Made made;
    auto transcoder =
        Transcoder::open(m_plain.description,
                         {.video = {.encoder = "libx264", .options = {{"b", "300k"}}}, .audio = {}}, made);
    QVERIFY(transcoder);
    for (const Packet &packet : m_plain.packets)
        QVERIFY((*transcoder)->send(packet));
    QVERIFY((*transcoder)->redescribe(m_turned.description));
    const std::size_t before = made.packets.size();
    QCOMPARE(made.descriptions.size(), std::size_t{2});
    QCOMPARE(made.descriptions.back().first(TrackKind::Video)->width, 360);
    QCOMPARE(made.descriptions.back().first(TrackKind::Video)->height, 640);
    for (Packet packet : m_turned.packets) {
        packet.dts += 10 * ticksPerSecond;
        packet.pts += 10 * ticksPerSecond;
        QVERIFY((*transcoder)->send(packet));
    }
    QCOMPARE(made.faults, 0);
    made.packets.erase(made.packets.begin(), made.packets.begin() + static_cast<std::ptrdiff_t>(before));
    const QJsonObject video = probed(made.muxed("mpegts"), "v");
    QCOMPARE(text(video, "width").toInt(), 360);
    QCOMPARE(framesOf(video), 60);
}

void TranscoderTest::refusalsSayWhy_data()
{
    QTest::addColumn<Encoding>("encoding");
    QTest::addColumn<QString>("words");
    const auto row = [](const char *name, const TrackEncoding &video, const TrackEncoding &audio,
                        const char *words) {
        QTest::newRow(name) << Encoding{video, audio} << QString::fromLatin1(words);
    };
    row("unknown", {.encoder = "libx263"}, {}, "no encoder called libx263");
    row("sound for pictures", {.encoder = "aac"}, {}, "not one for pictures");
    row("pictures for sound", {}, {.encoder = "mjpeg"}, "not one for sound");
    row("option", {.encoder = "libx264", .options = {{"prset", "fast"}}}, {}, "no option called prset");
    row("value", {.encoder = "libx264", .options = {{"preset", "slowest"}}}, {}, "libx264");
    row("pixel format", {.encoder = "libx264", .pixelFormat = "yuv421p"}, {},
        "no pixel format called yuv421p");
    row("nothing left", {.leftOut = true}, {.leftOut = true}, "nothing of the feed is left");
}

void TranscoderTest::refusalsSayWhy()
{
    QFETCH(const Encoding, encoding);
    QFETCH(const QString, words);
    Made made;
    const auto transcoder = Transcoder::open(m_plain.description, encoding, made);
    QVERIFY(!transcoder);
    const QString message = QString::fromStdString(transcoder.error().message);
    QVERIFY2(message.contains(words), qPrintable(message));
    QVERIFY(!message.endsWith(QLatin1Char('.')));
    QVERIFY(made.packets.empty());
}

void TranscoderTest::damagedPacketsCostTheirFramesOnly()
{
    std::mt19937 random(4711); // NOLINT(cert-msc51-cpp): the same damage in each run
    const Encoding all{
        .video = {.encoder = "libx264", .width = 160, .height = 90, .options = {{"preset", "ultrafast"}}},
        .audio = {.encoder = "mp2"}};
    for (int round = 0; round < 8; ++round) {
        const Source &source = round % 2 == 0 ? m_plain : m_reordered;
        Made made;
        auto transcoder = Transcoder::open(source.description, all, made);
        QVERIFY(transcoder);
        for (const Packet &packet : source.packets) {
            std::vector<std::uint8_t> bytes(packet.data().begin(), packet.data().end());
            switch (random() % 8) {
            case 0:
                bytes.resize(random() % bytes.size());
                break;
            case 1:
            case 2:
                for (std::size_t i = 0; i < 1 + bytes.size() / 50; ++i)
                    bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
                break;
            case 3:
                std::ranges::generate(bytes, [&] { return static_cast<std::uint8_t>(random()); });
                break;
            default:
                break;
            }
            Packet damaged = Packet::copyOf(bytes);
            damaged.track = packet.track;
            damaged.keyframe = packet.keyframe || random() % 10 == 0;
            damaged.pts = packet.pts;
            damaged.dts = packet.dts;
            QVERIFY((*transcoder)->send(damaged));
        }
        // And then it goes on as if nothing had been.
        const std::size_t before = made.ofKind(TrackKind::Video).size();
        for (Packet packet : source.packets) {
            packet.dts += 10 * ticksPerSecond;
            packet.pts += 10 * ticksPerSecond;
            QVERIFY((*transcoder)->send(packet));
        }
        QVERIFY((*transcoder)->finish());
        QCOMPARE(made.faults, 0);
        QVERIFY((*transcoder)->counters().errors > 0);
        QVERIFY(made.ofKind(TrackKind::Video).size() - before >= clipSeconds * 30 - 5);
    }
}

QTEST_GUILESS_MAIN(TranscoderTest)
#include "tst_transcoder.moc"
