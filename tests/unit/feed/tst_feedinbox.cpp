// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedinbox.h"

#include <QTest>
#include <thread>

using namespace aspersor;
using namespace std::chrono_literals;
using Offer = FeedInbox::Offer;

namespace {

Upload upload(const char *address, bool segment, bool hasKey = true)
{
    Upload result;
    result.publisher = {QString::fromLatin1(address), QString::fromLatin1(address) + QStringLiteral(":1"),
                        hasKey};
    result.segment = segment;
    return result;
}

} // namespace

class TestFeedInbox : public QObject
{
    Q_OBJECT

    const FeedInbox::TimePoint m_start{1000s};

    Offer offer(FeedInbox &inbox, Upload one, std::chrono::milliseconds after)
    {
        return inbox.offer(one, m_start + after, 2s);
    }

private slots:
    void whoMayPublish_data()
    {
        QTest::addColumn<bool>("oldSegment");
        QTest::addColumn<bool>("released"); // the old connection is through
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<bool>("segment");
        QTest::addColumn<bool>("hasKey");
        QTest::addColumn<int>("silentMs");
        QTest::addColumn<bool>("accepted");
        QTest::addColumn<bool>("takeover");
        const QByteArray same = "a";
        const QByteArray other = "b";
        QTest::newRow("second publisher")
            << false << false << other << false << true << 1999 << false << false;
        QTest::newRow("from the same address")
            << false << false << same << false << true << 1999 << false << false;
        QTest::newRow("after 2 s of silence")
            << false << false << other << false << true << 2000 << true << true;
        QTest::newRow("stranger after silence")
            << false << false << other << false << false << 2000 << false << false;
        QTest::newRow("own address after silence")
            << false << false << same << false << false << 2000 << true << true;
        QTest::newRow("next segment, early") << true << false << same << true << true << 0 << true << false;
        QTest::newRow("other's segment, early")
            << true << false << other << true << true << 0 << false << false;
        QTest::newRow("feed during a segment")
            << true << false << same << false << true << 0 << false << false;
        QTest::newRow("segment during a feed")
            << false << false << same << true << true << 0 << false << false;
        QTest::newRow("next segment") << true << true << same << true << true << 0 << true << false;
        QTest::newRow("other's segment in between")
            << true << true << other << true << true << 1999 << false << false;
        QTest::newRow("other's segment after silence")
            << true << true << other << true << true << 2000 << true << true;
        QTest::newRow("stranger's segment after silence")
            << true << true << other << true << false << 2000 << false << false;
        QTest::newRow("feed after segments") << true << true << same << false << true << 0 << true << false;
    }
    void whoMayPublish()
    {
        QFETCH(bool, oldSegment);
        QFETCH(bool, released);
        QFETCH(QByteArray, address);
        QFETCH(bool, segment);
        QFETCH(bool, hasKey);
        QFETCH(int, silentMs);
        QFETCH(bool, accepted);
        QFETCH(bool, takeover);
        FeedInbox inbox;
        QCOMPARE(offer(inbox, upload("a", oldSegment), 0ms), Offer::Accepted);
        QVERIFY(inbox.take());
        if (released)
            inbox.release();
        const auto result =
            offer(inbox, upload(address.constData(), segment, hasKey), std::chrono::milliseconds(silentMs));
        QCOMPARE(result, accepted ? Offer::Accepted : Offer::Busy);
        QCOMPARE(inbox.takeoverPending(), takeover);
        QCOMPARE(inbox.hasNext(), accepted);
        QCOMPARE(inbox.nextContinues(), accepted && !takeover && segment);
        if (takeover) // one at a time
            QCOMPARE(offer(inbox, upload("a", segment), 10s), Offer::Busy);
    }

    void segmentsQueueUpWithinABound()
    {
        FeedInbox inbox;
        QCOMPARE(offer(inbox, upload("a", true), 0ms), Offer::Accepted);
        QVERIFY(inbox.take());
        for (std::size_t i = 0; i < FeedInbox::maxQueued; ++i)
            QCOMPARE(offer(inbox, upload("a", true), 0ms), Offer::Accepted);
        QCOMPARE(offer(inbox, upload("a", true), 0ms), Offer::Busy);
        inbox.release();
        QVERIFY(inbox.take());
        QCOMPARE(offer(inbox, upload("a", true), 0ms), Offer::Accepted);
    }

    void whoIsAwayIsForgotten()
    {
        FeedInbox inbox;
        QCOMPARE(offer(inbox, upload("a", true), 0ms), Offer::Accepted);
        QVERIFY(inbox.take());
        inbox.release();
        inbox.forgetPublisher();
        QCOMPARE(offer(inbox, upload("b", false, false), 0ms), Offer::Accepted);
        QVERIFY(!inbox.takeoverPending());
    }

    void theDoorCloses()
    {
        FeedInbox inbox;
        QCOMPARE(offer(inbox, upload("a", false), 0ms), Offer::Accepted);
        QVERIFY(!inbox.closeIfEmpty()); // somebody stands in it
        QVERIFY(inbox.take());
        inbox.release();
        QVERIFY(inbox.closeIfEmpty());
        QCOMPARE(offer(inbox, upload("a", false), 0ms), Offer::Closed);

        FeedInbox ended;
        QCOMPARE(offer(ended, upload("a", false), 0ms), Offer::Accepted);
        ended.end({FeedState::Kicked, 403, "x"});
        ended.end({FeedState::Ended, 503, "y"}); // the first order counts
        QCOMPARE(ended.ending()->state, FeedState::Kicked);
        QVERIFY(ended.attention());
        QCOMPARE(offer(ended, upload("a", false), 0ms), Offer::Closed);
        QCOMPARE(ended.close().size(), std::size_t(1));
    }

    void aRefusedUploadIsLeftAlone()
    {
        FeedInbox inbox;
        QCOMPARE(offer(inbox, upload("a", false), 0ms), Offer::Accepted);
        Upload second = upload("b", false);
        second.unread = {1, 2, 3};
        QCOMPARE(inbox.offer(second, m_start, 2s), Offer::Busy);
        QCOMPARE(second.unread.size(), std::size_t(3));
    }

    void waitEndsByACallOrInTime()
    {
        FeedInbox inbox;
        const auto now = std::chrono::steady_clock::now();
        QCOMPARE(inbox.wait(-1, {}, now - 1s), FeedInbox::Wake::TimedOut);
        QCOMPARE(inbox.wait(-1, {}, now + 30ms), FeedInbox::Wake::TimedOut);
        QVERIFY(std::chrono::steady_clock::now() >= now + 30ms);
        const std::jthread caller([&] { inbox.nudge(); });
        QCOMPARE(inbox.wait(-1, {}, now + 60s), FeedInbox::Wake::Woken);
        QCOMPARE(inbox.wait(-1, {}, now), FeedInbox::Wake::TimedOut); // a call counts once
    }
};

QTEST_GUILESS_MAIN(TestFeedInbox)
#include "tst_feedinbox.moc"
