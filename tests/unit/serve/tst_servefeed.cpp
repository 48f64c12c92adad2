// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/feed.h"
#include "core/serve/feedregistry.h"
#include "serveclip.h"
#include "serverecorder.h"

#include <QTest>

using namespace aspersor;
using namespace aspersor::serve;
using namespace aspersor::test;
using namespace std::chrono_literals;

class ServeFeedTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void init();

    void aFeedIsLiveWithItsFirstPacket();
    void aStreamCannotBeOpenedBeforeThereIsSomething();
    void aStreamBeginsWithTheNewestGop();
    void whatDoesNotFitIsRefused();
    void aSecondUploadTakesOver();
    void timeGoesOnAfterAReconnect();
    void picturesBeginWithAKeyframe();
    void theGraceTimeEndsAFeed();
    void muxersRunOnlyWhileSomebodyWatches();
    void endingIsAtOnce();
    void theGopKeptIsBounded();
    void feedsAreFoundByName();
    void tooManyFeedsAreRefused();

private:
    using TimePoint = Feed::TimePoint;
    std::unique_ptr<Feed> makeFeed(FeedLimits limits = {});
    void publish(Feed &feed, const UploadTicket &ticket, int from, int to, TimePoint now = {});
    static std::size_t blocksOf(const Stream &stream, bool *ended = nullptr);

    static StreamSpec specOf(const char *format) { return {.name = format, .format = formatByName(format)}; }

    ServeClip m_clip;
    Recorder m_recorder;
    EncoderPool m_encoders;
    std::shared_ptr<UploadTicket> m_ticket;
};

void ServeFeedTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    QVERIFY(m_clip.packets.size() > 700);
}

void ServeFeedTest::init()
{
    m_recorder.feedStates.clear();
    m_recorder.logged.clear();
    m_ticket = std::make_shared<UploadTicket>();
}

std::unique_ptr<Feed> ServeFeedTest::makeFeed(FeedLimits limits)
{
    auto feed = std::make_unique<Feed>("cam1", limits, 1, m_recorder, m_recorder, m_encoders);
    return feed->begin(m_ticket, {}) == Feed::Begin::Begun && feed->describe(*m_ticket, m_clip.description)
               ? std::move(feed)
               : nullptr;
}

void ServeFeedTest::publish(Feed &feed, const UploadTicket &ticket, int from, int to, TimePoint now)
{
    for (int i = from; i < to; ++i) {
        QVERIFY(feed.publish(ticket, m_clip.packets[static_cast<std::size_t>(i)], now));
        feed.idle(ticket);
    }
}

std::size_t ServeFeedTest::blocksOf(const Stream &stream, bool *ended)
{
    RingNews news;
    stream.ring().fetch(0, news);
    if (ended)
        *ended = news.ended;
    return news.blocks.size();
}

void ServeFeedTest::aFeedIsLiveWithItsFirstPacket()
{
    const auto feed = makeFeed();
    QVERIFY(feed);
    QVERIFY(m_recorder.feedStates.isEmpty());
    publish(*feed, *m_ticket, 0, 20);
    QCOMPARE(m_recorder.feedStates, QStringList{QStringLiteral("cam1 live")});
    feed->finish(*m_ticket, TimePoint(1s));
    feed->finish(*m_ticket, TimePoint(1s));
    QCOMPARE(m_recorder.feedStates.last(), QStringLiteral("cam1 away"));
    QCOMPARE(m_recorder.feedStates.size(), 2);
    const FeedReport report = feed->report();
    QCOMPARE(report.state, FeedState::Away);
    QCOMPARE(report.tracks.size(), std::size_t{2});
}

void ServeFeedTest::aStreamCannotBeOpenedBeforeThereIsSomething()
{
    Feed feed("cam1", {}, 1, m_recorder, m_recorder, m_encoders);
    const auto opened = feed.open("cam1.ts", specOf("mpegts"));
    QVERIFY(!opened);
    QCOMPARE(opened.error().status, 503);
    QVERIFY(opened.error().reason.ends_with('.'));
}

void ServeFeedTest::aStreamBeginsWithTheNewestGop()
{
    const auto feed = makeFeed();
    QVERIFY(feed);
    publish(*feed, *m_ticket, 0, 400);
    const auto opened = feed->open("cam1.flv", specOf("flv"));
    QVERIFY(opened);
    RingNews news;
    (*opened)->ring().fetch(0, news);
    QVERIFY(!news.blocks.empty());
    QVERIFY(news.blocks.front()->start);
    QVERIFY(news.header && news.header->size() > 13);
    media::Ticks newestKey = 0;
    for (std::size_t i = 0; i < 400; ++i) {
        if (m_clip.isVideo(m_clip.packets[i]) && m_clip.packets[i].keyframe)
            newestKey = m_clip.packets[i].dts - m_clip.packets.front().dts;
    }
    const media::Ticks first = media::ticksPerSecond; // where a timeline begins
    QVERIFY(std::abs(news.blocks.front()->time - first - newestKey) < media::ticksPerSecond / 10);
    // the second viewer shares the muxer
    const auto again = feed->open("cam1.flv", specOf("flv"));
    QVERIFY(again);
    QCOMPARE(again->get(), opened->get());
    QCOMPARE((*again)->viewers.load(), 2);
}

void ServeFeedTest::whatDoesNotFitIsRefused()
{
    ServeClip silent = m_clip;
    Feed feed("cam1", {}, 1, m_recorder, m_recorder, m_encoders);
    QVERIFY(feed.begin(m_ticket, {}) == Feed::Begin::Begun);
    media::StreamDescription pictures;
    for (const auto &track : m_clip.description.tracks) {
        if (track.kind == media::TrackKind::Video)
            pictures.tracks.push_back(track);
    }
    QVERIFY(feed.describe(*m_ticket, pictures));
    const auto opened = feed.open("cam1.aac", specOf("adts"));
    QVERIFY(!opened);
    QCOMPARE(opened.error().status, 415);
}

void ServeFeedTest::aSecondUploadTakesOver()
{
    const auto feed = makeFeed();
    QVERIFY(feed);
    publish(*feed, *m_ticket, 0, 50);
    const auto second = std::make_shared<UploadTicket>();
    QVERIFY(feed->begin(second, {}) == Feed::Begin::Begun);
    QVERIFY(m_ticket->revoked);
    QCOMPARE(net::waitReadable(-1, m_ticket->waker, 0ms), net::Wait::Woken);
    QVERIFY(!feed->publish(*m_ticket, m_clip.packets[50], {}));
    QVERIFY(!feed->describe(*m_ticket, m_clip.description));
    feed->finish(*m_ticket, {}); // too late to make it away
    QVERIFY(feed->describe(*second, m_clip.description));
    publish(*feed, *second, 0, 10);
    QCOMPARE(m_recorder.feedStates, QStringList{QStringLiteral("cam1 live")});
    // the same upload goes on with its next request
    QVERIFY(feed->begin(second, {}) == Feed::Begin::Begun);
    QVERIFY(!second->revoked);
}

void ServeFeedTest::timeGoesOnAfterAReconnect()
{
    const auto feed = makeFeed();
    QVERIFY(feed);
    publish(*feed, *m_ticket, 0, 200, TimePoint(1s));
    const auto opened = feed->open("cam1.ts", specOf("mpegts"));
    QVERIFY(opened);
    feed->finish(*m_ticket, TimePoint(2s));
    const auto second = std::make_shared<UploadTicket>();
    QVERIFY(feed->begin(second, TimePoint(7s)) == Feed::Begin::Begun);
    QVERIFY(feed->describe(*second, m_clip.description));
    publish(*feed, *second, 0, 200, TimePoint(7s)); // the same times again
    RingNews news;
    (*opened)->ring().fetch(0, news);
    QVERIFY(!news.ended);
    media::Ticks last = 0;
    for (const BlockPtr &block : news.blocks) {
        QVERIFY(block->time > last - media::ticksPerSecond); // sound may be a little behind
        last = std::max(last, block->time);
    }
    QVERIFY(last > 6 * media::ticksPerSecond); // the time away has passed
    QCOMPARE(m_recorder.feedStates.join(QLatin1Char(',')), QStringLiteral("cam1 live,cam1 away,cam1 live"));
}

void ServeFeedTest::picturesBeginWithAKeyframe()
{
    const auto feed = makeFeed();
    QVERIFY(feed);
    const auto opened = feed->open("cam1.ts", specOf("mpegts"));
    QVERIFY(opened);
    std::size_t between = 1; // a picture that is no keyframe
    while (!m_clip.isVideo(m_clip.packets[between]) || m_clip.packets[between].keyframe)
        ++between;
    for (std::size_t i = between; i < 130; ++i) {
        if (m_clip.isVideo(m_clip.packets[i])) {
            QVERIFY(feed->publish(*m_ticket, m_clip.packets[i], {}));
            feed->idle(*m_ticket);
        }
    }
    RingNews news;
    (*opened)->ring().fetch(0, news);
    QVERIFY(!news.blocks.empty());
    QCOMPARE(news.first, std::uint64_t{0});
    QVERIFY(news.blocks.front()->start);
}

void ServeFeedTest::theGraceTimeEndsAFeed()
{
    FeedLimits limits;
    limits.grace = 30s;
    const auto feed = makeFeed(limits);
    QVERIFY(feed);
    publish(*feed, *m_ticket, 0, 100);
    const auto opened = feed->open("cam1.ts", specOf("mpegts"));
    QVERIFY(opened);
    QVERIFY(feed->tick(TimePoint(1000s))); // live: however long
    feed->finish(*m_ticket, TimePoint(1000s));
    QVERIFY(feed->tick(TimePoint(1029s)));
    bool ended = true;
    (void)blocksOf(**opened, &ended);
    QVERIFY(!ended);
    QVERIFY(!feed->tick(TimePoint(1030s)));
    (void)blocksOf(**opened, &ended);
    QVERIFY(ended);
    QCOMPARE(m_recorder.feedStates.last(), QStringLiteral("cam1 ended"));
    QVERIFY(feed->begin(std::make_shared<UploadTicket>(), TimePoint(1031s)) == Feed::Begin::Ended);
    QCOMPARE(feed->open("cam1.ts", specOf("mpegts")).error().status, 404);
}

void ServeFeedTest::muxersRunOnlyWhileSomebodyWatches()
{
    FeedLimits limits;
    limits.muxerLinger = 5s;
    const auto feed = makeFeed(limits);
    QVERIFY(feed);
    publish(*feed, *m_ticket, 0, 100);
    QVERIFY(feed->report().streams.empty());
    {
        const auto opened = feed->open("cam1.ts", specOf("mpegts"));
        QVERIFY(opened);
        QVERIFY(feed->tick(TimePoint(1s)));
        QVERIFY(feed->tick(TimePoint(100s)));
        QCOMPARE(feed->report().streams.size(), std::size_t{1});
        --(*opened)->viewers;
    }
    QVERIFY(feed->tick(TimePoint(101s)));
    QVERIFY(feed->tick(TimePoint(105s)));
    QCOMPARE(feed->report().streams.size(), std::size_t{1});
    // somebody comes in time: it goes on
    const auto again = feed->open("cam1.ts", specOf("mpegts"));
    QVERIFY(again);
    QVERIFY(feed->tick(TimePoint(107s)));
    QCOMPARE(feed->report().streams.size(), std::size_t{1});
    --(*again)->viewers;
    QVERIFY(feed->tick(TimePoint(108s)));
    QVERIFY(feed->tick(TimePoint(113s)));
    QVERIFY(feed->report().streams.empty());
}

void ServeFeedTest::endingIsAtOnce()
{
    const auto feed = makeFeed();
    QVERIFY(feed);
    publish(*feed, *m_ticket, 0, 100);
    const auto opened = feed->open("cam1.mkv", specOf("matroska"));
    QVERIFY(opened);
    feed->end("kicked");
    QVERIFY(m_ticket->revoked);
    RingNews news;
    (*opened)->ring().fetch(0, news);
    QVERIFY(news.ended);
    QCOMPARE(news.reason, std::string("kicked"));
    QVERIFY(!feed->publish(*m_ticket, m_clip.packets[100], {}));
    QVERIFY(!feed->tick({}));
}

void ServeFeedTest::theGopKeptIsBounded()
{
    FeedLimits limits;
    limits.gopBytes = 30'000;
    const auto feed = makeFeed(limits);
    QVERIFY(feed);
    publish(*feed, *m_ticket, 0, 60); // a second of 1 Mbit/s and more: too much to keep
    const auto opened = feed->open("cam1.ts", specOf("mpegts"));
    QVERIFY(opened);
    std::size_t bytes = 0;
    RingNews news;
    (*opened)->ring().fetch(0, news);
    for (const BlockPtr &block : news.blocks)
        bytes += block->data.size();
    QVERIFY2(bytes < 60'000, QByteArray::number(static_cast<qulonglong>(bytes)).constData());
}

void ServeFeedTest::feedsAreFoundByName()
{
    FeedRegistry registry({}, 1, m_recorder, m_recorder);
    QVERIFY(!registry.find("cam1"));
    const auto feed = registry.claim("cam1", m_ticket, {}).value_or(nullptr);
    QVERIFY(feed);
    QCOMPARE(registry.find("cam1"), feed);
    QCOMPARE(registry.claim("cam1", m_ticket, {}).value_or(nullptr), feed);
    QVERIFY(registry.claim("cam0", m_ticket, {}).value_or(nullptr) != feed);
    QCOMPARE(registry.names(), (std::vector<std::string>{"cam0", "cam1"}));
    QVERIFY(registry.end("cam1", "x"));
    QVERIFY(!registry.end("cam1", "x"));
    QVERIFY(!registry.find("cam1"));
    QVERIFY(registry.claim("cam1", m_ticket, {}).value_or(nullptr) != feed); // a new one
    registry.tick(TimePoint(1000s));                                         // nobody finished: they stay
    QCOMPARE(registry.names().size(), std::size_t{2});
    registry.endAll("over");
    QVERIFY(registry.names().empty());
}

void ServeFeedTest::tooManyFeedsAreRefused()
{
    FeedRegistry registry({}, 1, m_recorder, m_recorder);
    for (std::size_t i = 0; i < FeedRegistry::maxFeeds; ++i)
        QVERIFY(registry.claim(std::to_string(i), m_ticket, {}));
    QVERIFY(!registry.claim("one more", m_ticket, {}));
    QVERIFY(registry.claim("7", m_ticket, {})); // a known one
    QCOMPARE(registry.names().size(), FeedRegistry::maxFeeds);
}

QTEST_GUILESS_MAIN(ServeFeedTest)
#include "tst_servefeed.moc"
