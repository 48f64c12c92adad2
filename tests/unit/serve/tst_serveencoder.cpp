// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/avlog.h"
#include "core/serve/encoderqueue.h"
#include "core/serve/feedregistry.h"
#include "serveclip.h"

#include <QTest>
#include <atomic>

using namespace aspersor;
using namespace aspersor::serve;
using namespace aspersor::test;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 20'000;
using TimePoint = EncoderQueue::TimePoint;

/// An Observer for several threads.
class QuietObserver final : public Observer, public StreamListener
{
public:
    void feedChanged(const std::string &, FeedState) override {}
    void viewerJoined(const ViewerReport &) override {}
    void viewerLeft(const ViewerReport &, const std::string &) override {}
    void accessed(const AccessReport &) override {}
    void log(LogLevel level, const std::string &) override { warnings += level == LogLevel::Info ? 0 : 1; }
    void streamAdvanced(std::size_t, const std::shared_ptr<Stream> &) override {}

    std::atomic<int> warnings = 0;
};

media::StreamDescription pictureAndSound()
{
    media::StreamDescription description;
    description.tracks.resize(2);
    description.tracks[0].kind = media::TrackKind::Video;
    description.tracks[1].kind = media::TrackKind::Audio;
    return description;
}

media::Packet packetAt(int track, media::Ticks dts, bool keyframe, std::size_t bytes = 100)
{
    const std::vector<std::uint8_t> data(bytes);
    media::Packet packet = media::Packet::copyOf(data);
    packet.track = track;
    packet.dts = packet.pts = dts;
    packet.keyframe = keyframe;
    return packet;
}

} // namespace

class ServeEncoderTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void init();

    void aQueueKeepsTheOrder();
    void aLateEncoderGoesOnWithAKeyframe();
    void whatDoesNotHelpPauses();
    void soundAloneIsBounded();
    void bytesAreBounded();
    void changesAreBounded();

    void oneEncoderForAllFormats();
    void itEndsAfterTheLastViewer();
    void whatCannotBeEncodedIsRefused();
    void whatTheFormatCannotCarryIsRefused();
    void leftOutTracksNeedNoEncoder();
    void aFeedThatEndsEndsItsEncoders();
    void aChangeReachesTheStreams();
    void tooManyEncodersAreRefused();

private:
    static StreamSpec spec(const char *format, media::Encoding encoding);
    static media::Encoding small();
    std::shared_ptr<Stream> opened(const std::string &name, const StreamSpec &spec,
                                   OpenError *error = nullptr);
    void publish(std::size_t from, std::size_t to);
    [[nodiscard]] std::uint64_t pictures() const; // of the first encoder
    [[nodiscard]] std::uint64_t picturesIn(std::ptrdiff_t from, std::ptrdiff_t to) const;
    [[nodiscard]] static std::vector<BlockPtr> blocksOf(const Stream &stream, bool *ended = nullptr);

    ServeClip m_clip;
    QuietObserver m_observer;
    std::unique_ptr<EncoderPool> m_pool;
    std::unique_ptr<Feed> m_feed;
    std::shared_ptr<UploadTicket> m_ticket;
};

void ServeEncoderTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    QVERIFY(m_clip.packets.size() > 700);
    media::routeAvLog([](auto, auto, auto, auto) {}); // libx264 tells much
}

void ServeEncoderTest::init()
{
    m_observer.warnings = 0;
    m_feed.reset();
    m_pool = std::make_unique<EncoderPool>();
    m_ticket = std::make_shared<UploadTicket>();
    FeedLimits limits;
    limits.encoderQueue.lag = 60 * media::ticksPerSecond; // the tests publish as fast as they can
    m_feed = std::make_unique<Feed>("cam1", limits, 1, m_observer, m_observer, *m_pool);
    QVERIFY(m_feed->begin(m_ticket, {}) == Feed::Begin::Begun);
    QVERIFY(m_feed->describe(*m_ticket, m_clip.description));
    publish(0, 100);
}

StreamSpec ServeEncoderTest::spec(const char *format, media::Encoding encoding)
{
    return {.name = format, .format = formatByName(format), .encoding = std::move(encoding)};
}

media::Encoding ServeEncoderTest::small()
{
    return {.video = {.encoder = "libx264", .width = 160, .height = 90, .options = {{"preset", "ultrafast"}}},
            .audio = {}};
}

void ServeEncoderTest::publish(std::size_t from, std::size_t to)
{
    for (std::size_t i = from; i < to; ++i)
        QVERIFY(m_feed->publish(*m_ticket, m_clip.packets[i], TimePoint(1s)));
}

/// Asks until it is settled, as a connection does.
std::shared_ptr<Stream> ServeEncoderTest::opened(const std::string &name, const StreamSpec &spec,
                                                 OpenError *error)
{
    for (int tries = 0; tries < 5; ++tries) {
        std::atomic<bool> ready = false;
        auto stream = m_feed->open(name, spec, [&] { ready = true; });
        if (stream)
            return *stream;
        if (error)
            *error = stream.error();
        if (!stream.error().starting || !QTest::qWaitFor([&] { return ready.load(); }, patience))
            return nullptr;
    }
    return nullptr;
}

std::uint64_t ServeEncoderTest::pictures() const
{
    const FeedReport report = m_feed->report();
    return report.streams.empty() || !report.streams.front().encoder
               ? 0
               : report.streams.front().encoder->pictures;
}

std::uint64_t ServeEncoderTest::picturesIn(std::ptrdiff_t from, std::ptrdiff_t to) const
{
    return static_cast<std::uint64_t>(
        std::count_if(m_clip.packets.begin() + from, m_clip.packets.begin() + to,
                      [this](const media::Packet &packet) { return m_clip.isVideo(packet); }));
}

std::vector<BlockPtr> ServeEncoderTest::blocksOf(const Stream &stream, bool *ended)
{
    RingNews news;
    stream.ring().fetch(0, news);
    if (ended)
        *ended = news.ended;
    return news.blocks;
}

void ServeEncoderTest::aQueueKeepsTheOrder()
{
    EncoderQueue queue(pictureAndSound());
    const std::vector first{packetAt(0, 10, true)};
    queue.pushFirst(first);
    queue.push(packetAt(0, 20, false), {});
    queue.describe(pictureAndSound());
    queue.describe({}); // one change, not two
    queue.push(packetAt(1, 30, true), {});
    QStringList order;
    while (const auto item = queue.pop()) {
        if (const auto *packet = std::get_if<media::Packet>(&*item))
            order << QString::number(packet->dts);
        else
            order << QStringLiteral("tracks");
    }
    QCOMPARE(order.join(QLatin1Char(' ')), QStringLiteral("10 20 tracks 30"));
    QVERIFY(queue.empty());
}

void ServeEncoderTest::aLateEncoderGoesOnWithAKeyframe()
{
    EncoderQueueLimits limits;
    limits.lag = 960;
    EncoderQueue queue(pictureAndSound(), limits);
    for (int i = 0; i <= 9; ++i) {
        queue.push(packetAt(0, i * 100, i == 0), TimePoint(1s));
        queue.push(packetAt(1, i * 100 + 50, true), TimePoint(1s));
    }
    QCOMPARE(queue.state(TimePoint(1s)).count, std::uint64_t{0});
    queue.push(packetAt(0, 1000, false), TimePoint(1s)); // too late by now
    queue.push(packetAt(0, 1100, false), TimePoint(1s));
    queue.push(packetAt(0, 1200, true), TimePoint(1s));
    queue.push(packetAt(0, 1300, false), TimePoint(1s));
    ShedState state = queue.state(TimePoint(1s));
    QCOMPARE(state.count, std::uint64_t{1});
    QCOMPARE(state.pictures, std::uint64_t{12});
    QVERIFY(state.since && !state.paused);
    int sounds = 0;
    std::vector<media::Ticks> pictures;
    while (const auto item = queue.pop()) {
        const auto &packet = std::get<media::Packet>(*item);
        if (packet.track == 1)
            ++sounds;
        else
            pictures.push_back(packet.dts);
    }
    QCOMPARE(sounds, 10);
    QCOMPARE(pictures, (std::vector<media::Ticks>{1200, 1300}));
    queue.push(packetAt(0, 1400, false), TimePoint(12s)); // it keeps up again
    QVERIFY(!queue.state(TimePoint(12s)).since);
}

void ServeEncoderTest::whatDoesNotHelpPauses()
{
    EncoderQueueLimits limits;
    limits.lag = 900;
    EncoderQueue queue(pictureAndSound(), limits);
    const auto pushSeconds = [&](int from, int to) { // a keyframe each "second" of 10 pictures; none is taken
        for (int i = from * 10; i < to * 10; ++i)
            queue.push(packetAt(0, i * 100, i % 10 == 0), TimePoint(1s) + i * 100ms);
    };
    pushSeconds(0, 3);
    QVERIFY(!queue.state(TimePoint(4s)).paused);
    pushSeconds(3, 5);
    QCOMPARE(queue.state(TimePoint(6s)).count, std::uint64_t{3});
    QVERIFY(queue.state(TimePoint(6s)).paused);
    QVERIFY(queue.empty());
    queue.push(packetAt(1, 5'000, true), TimePoint(6s));
    QVERIFY(queue.pop()); // sound goes on
    pushSeconds(6, 9);    // the pause is over in between
    QVERIFY(!queue.empty());
    QVERIFY(queue.state(TimePoint(10s)).since && !queue.state(TimePoint(10s)).paused);
}

void ServeEncoderTest::soundAloneIsBounded()
{
    media::StreamDescription sound;
    sound.tracks.resize(1);
    sound.tracks[0].kind = media::TrackKind::Audio;
    EncoderQueue queue(sound);
    for (int i = 0; i < 1000; ++i)
        queue.push(packetAt(0, i * 2000, true), TimePoint(1s));
    int waiting = 0;
    while (queue.pop())
        ++waiting;
    QVERIFY2(waiting <= 91, QByteArray::number(waiting).constData());
}

void ServeEncoderTest::bytesAreBounded()
{
    EncoderQueueLimits limits;
    limits.bytes = 10'000;
    EncoderQueue queue(pictureAndSound(), limits);
    for (int i = 0; i < 100; ++i) { // sound that is not taken, and pictures
        queue.push(packetAt(i % 2, i, true, 900), TimePoint(1s));
        QVERIFY(queue.state(TimePoint(1s)).count <= static_cast<std::uint64_t>(i));
    }
    std::size_t bytes = 0;
    while (const auto item = queue.pop())
        bytes += std::get<media::Packet>(*item).data().size();
    QVERIFY(bytes > 0 && bytes <= limits.bytes);
}

void ServeEncoderTest::changesAreBounded()
{
    EncoderQueueLimits limits;
    limits.packets = 100;
    EncoderQueue queue(pictureAndSound(), limits);
    for (int i = 0; i < 10'000; ++i) { // a phone that turns with each picture
        queue.push(packetAt(0, i, true), TimePoint(1s));
        queue.describe(pictureAndSound());
    }
    int waiting = 0;
    while (queue.pop())
        ++waiting;
    QVERIFY2(waiting > 0 && waiting <= 101, QByteArray::number(waiting).constData());
}

void ServeEncoderTest::oneEncoderForAllFormats()
{
    const auto ts = opened("cam1.ts", spec("mpegts", small()));
    const auto flv = opened("cam1.flv", spec("flv", small()));
    QVERIFY(ts && flv);
    QCOMPARE(opened("cam1.ts", spec("mpegts", small())), ts);
    QCOMPARE(ts->viewers.load(), 2);
    publish(100, 400);
    QTRY_VERIFY_WITH_TIMEOUT(pictures() >= picturesIn(100, 400), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!blocksOf(*ts).empty() && !blocksOf(*flv).empty(), patience);
    QVERIFY(blocksOf(*ts).front()->start);
    QVERIFY(std::ranges::any_of(blocksOf(*flv), &Block::start));
    // A viewer begins now, not with the GOP that is over.
    QVERIFY(blocksOf(*ts).front()->time > m_clip.packets[90].dts - m_clip.packets[0].dts);
    const FeedReport report = m_feed->report();
    QCOMPARE(report.streams.size(), std::size_t{2});
    for (const StreamReport &stream : report.streams) {
        QVERIFY(stream.encoder);
        QCOMPARE(stream.encoder->video, std::string("libx264"));
        QCOMPARE(stream.encoder->width, 160);
        QCOMPARE(stream.encoder->leftOut, std::uint64_t{0});
        QCOMPARE(stream.encoder->pictures, report.streams.front().encoder->pictures);
    }
}

void ServeEncoderTest::itEndsAfterTheLastViewer()
{
    const auto stream = opened("cam1.ts", spec("mpegts", small()));
    QVERIFY(stream);
    QVERIFY(m_feed->tick(TimePoint(100s)));
    QVERIFY(m_feed->tick(TimePoint(200s)));
    QCOMPARE(m_feed->report().streams.size(), std::size_t{1}); // somebody watches
    --stream->viewers;
    QVERIFY(m_feed->tick(TimePoint(201s)));
    QVERIFY(m_feed->tick(TimePoint(204s)));
    QCOMPARE(m_feed->report().streams.size(), std::size_t{1});
    QVERIFY(m_feed->tick(TimePoint(206s)));
    const auto isEnded = [&] {
        bool ended = false;
        (void)blocksOf(*stream, &ended);
        return ended;
    };
    QTRY_VERIFY_WITH_TIMEOUT(isEnded(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(m_feed->report().streams.empty(), patience);
    // The next viewer has a new one.
    const auto again = opened("cam1.ts", spec("mpegts", small()));
    QVERIFY(again && again != stream);
    publish(100, 200);
    QTRY_VERIFY_WITH_TIMEOUT(pictures() >= picturesIn(100, 200), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!blocksOf(*again).empty(), patience);
}

void ServeEncoderTest::whatCannotBeEncodedIsRefused()
{
    OpenError error;
    QVERIFY(!opened("cam1.ts", spec("mpegts", {.video = {.encoder = "libx265x"}}), &error));
    QCOMPARE(error.status, 415);
    const QString reason = QString::fromStdString(error.reason);
    QVERIFY2(reason.contains(QStringLiteral("no encoder called libx265x")) &&
                 reason.endsWith(QLatin1Char('.')),
             qPrintable(reason));
    // It is remembered for a moment, then tried anew.
    QVERIFY(!m_feed->open("cam1.ts", spec("mpegts", {.video = {.encoder = "libx265x"}})).error().starting);
    QVERIFY(m_feed->tick(TimePoint(10s)));
    QVERIFY(m_feed->tick(TimePoint(20s)));
    QVERIFY(m_feed->open("cam1.ts", spec("mpegts", {.video = {.encoder = "libx265x"}})).error().starting);
}

void ServeEncoderTest::whatTheFormatCannotCarryIsRefused()
{
    OpenError error;
    const media::Encoding encoding{.video = {.leftOut = true}, .audio = {.encoder = "mp2"}};
    QVERIFY(!opened("cam1.flv", spec("flv", encoding), &error));
    QCOMPARE(error.status, 415);
    QVERIFY(QString::fromStdString(error.reason).contains(QStringLiteral("flv")));
    QVERIFY(opened("cam1.ts", spec("mpegts", encoding))); // the same encoder serves others
}

void ServeEncoderTest::leftOutTracksNeedNoEncoder()
{
    const auto stream = m_feed->open("cam1.ts", spec("mpegts", {.video = {.leftOut = true}, .audio = {}}));
    QVERIFY(stream);
    publish(100, 200);
    m_feed->idle(*m_ticket);
    QByteArray bytes;
    for (const BlockPtr &block : blocksOf(**stream))
        bytes.append(reinterpret_cast<const char *>(block->data.payload().data()),
                     static_cast<qsizetype>(block->data.size()));
    const ServeClip sound = demuxed(bytes, "mpegts");
    QCOMPARE(sound.description.tracks.size(), std::size_t{1});
    QVERIFY(!sound.description.hasVideo());
    QVERIFY(sound.packets.size() > 40);
    QVERIFY(!m_feed->report().streams.front().encoder);
}

void ServeEncoderTest::aFeedThatEndsEndsItsEncoders()
{
    const auto stream = opened("cam1.ts", spec("mpegts", small()));
    QVERIFY(stream);
    m_feed->end("kicked");
    const auto reason = [&] {
        RingNews news;
        stream->ring().fetch(0, news);
        return news.reason;
    };
    QTRY_COMPARE_WITH_TIMEOUT(reason(), std::string("kicked"), patience);
    m_feed.reset(); // the thread may still be there: the pool's
    m_pool->tick();
}

void ServeEncoderTest::aChangeReachesTheStreams()
{
    const media::Encoding likeFeed{.video = {.encoder = "libx264", .options = {{"preset", "ultrafast"}}},
                                   .audio = {}};
    const auto follows = opened("cam1.ts", spec("mpegts", likeFeed));
    const auto fixed = opened("cam1-s.mp4", spec("mp4", small()));
    QVERIFY(follows && fixed);
    media::StreamDescription turned = m_clip.description;
    for (media::TrackDescription &track : turned.tracks)
        std::swap(track.width, track.height);
    QVERIFY(m_feed->describe(*m_ticket, turned));
    publish(100, 300);
    const auto encoderOf = [&](const Stream &stream) {
        for (const StreamReport &report : m_feed->report().streams) {
            if (report.name == stream.name())
                return report.encoder.value_or(EncoderReport{});
        }
        return EncoderReport{};
    };
    QTRY_COMPARE_WITH_TIMEOUT(encoderOf(*follows).width, 360, patience);
    QCOMPARE(encoderOf(*follows).height, 640);
    // the first keyframe after a change is at most a GOP away
    QTRY_VERIFY_WITH_TIMEOUT(encoderOf(*follows).pictures >= picturesIn(100, 300) - 30, patience);
    QTRY_VERIFY_WITH_TIMEOUT(encoderOf(*fixed).pictures >= picturesIn(100, 300) - 30, patience);
    QCOMPARE(encoderOf(*fixed).width, 160);
    RingNews news;
    fixed->ring().fetch(0, news);
    QCOMPARE(news.epoch, 0U); // the same muxer all the time
    QVERIFY(!news.ended);
}

void ServeEncoderTest::tooManyEncodersAreRefused()
{
    OpenError error;
    for (std::size_t i = 0; i < EncoderPool::maxEncoders; ++i) {
        media::Encoding encoding{.video = {.leftOut = true}, .audio = {.encoder = "aac"}};
        encoding.audio.options.emplace_back("b", std::to_string(64'000 + i));
        QVERIFY(m_feed->open("cam1.ts", spec("mpegts", encoding)).error().starting);
    }
    QVERIFY(!opened("cam1.ts", spec("mpegts", small()), &error));
    QCOMPARE(error.status, 503);
    QVERIFY(!error.starting);
}

QTEST_GUILESS_MAIN(ServeEncoderTest)
#include "tst_serveencoder.moc"
