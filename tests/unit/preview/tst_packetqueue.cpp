// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/packetqueue.h"

#include <QTest>

using namespace aspersor;

namespace {

PacketQueue::Item item(media::Ticks pts, bool keyframe, std::size_t size = 100)
{
    auto packet = std::make_shared<media::Packet>(
        media::Packet::copyOf(std::vector<std::uint8_t>(size, std::uint8_t{7})));
    packet->pts = packet->dts = pts;
    packet->keyframe = keyframe;
    return {std::move(packet), std::make_shared<media::StreamDescription>()};
}

} // namespace

class TestPacketQueue : public QObject
{
    Q_OBJECT

private slots:
    void startsWithAKeyframe()
    {
        PacketQueue queue;
        QVERIFY(!queue.push(item(1, false)));
        QVERIFY(queue.isEmpty());
        QVERIFY(queue.push(item(2, true)));
        QVERIFY(queue.push(item(3, false)));
        QCOMPARE(queue.dropped(), 1U);
        QCOMPARE(queue.pop()->packet->pts, 2);
        QCOMPARE(queue.pop()->packet->pts, 3);
        QVERIFY(!queue.pop());
        QCOMPARE(queue.bytes(), 0U);
    }

    void pastItsBoundItDropsToTheNextKeyframe_data()
    {
        QTest::addColumn<int>("packets");
        QTest::addColumn<int>("bytes");
        QTest::newRow("number") << 25 << 1'000'000;
        QTest::newRow("bytes") << 1000 << 2500;
    }

    void pastItsBoundItDropsToTheNextKeyframe()
    {
        QFETCH(const int, packets);
        QFETCH(const int, bytes);
        PacketQueue queue({static_cast<std::size_t>(packets), static_cast<std::size_t>(bytes)});
        for (int i = 0; i < 26; ++i) // keyframes at 0, 10, 20
            queue.push(item(i, i % 10 == 0));
        QCOMPARE(queue.frontPts(), 10);
        QCOMPARE(queue.size(), 16U);
        QCOMPARE(queue.dropped(), 10U);
    }

    void withoutAKeyframeInItItWaitsForOne()
    {
        PacketQueue queue({10, 1'000'000});
        bool kept = true;
        for (int i = 0; i < 11; ++i)
            kept = queue.push(item(i, i == 0));
        QVERIFY(!kept);
        QVERIFY(queue.isEmpty());
        QVERIFY(!queue.push(item(11, false)));
        QVERIFY(queue.push(item(12, true)));
        QCOMPARE(queue.frontPts(), 12);
    }

    void aPacketLargerThanTheBoundIsDropped()
    {
        PacketQueue queue({10, 1000});
        QVERIFY(!queue.push(item(0, true, 5000)));
        QVERIFY(queue.isEmpty());
        QCOMPARE(queue.bytes(), 0U);
    }

    void skipsToTheNewestKeyframeThatIsDue()
    {
        PacketQueue queue;
        for (int i = 0; i < 40; ++i)
            queue.push(item(i, i % 10 == 0));
        QVERIFY(queue.skipTo(25));
        QCOMPARE(queue.frontPts(), 20);
        QVERIFY(!queue.skipTo(29));
        QCOMPARE(queue.frontPts(), 20);
    }

    void clearedItWantsAKeyframe()
    {
        PacketQueue queue;
        queue.push(item(0, true));
        queue.clear();
        QVERIFY(queue.isEmpty());
        QVERIFY(!queue.push(item(1, false)));
        QCOMPARE(queue.dropped(), 2U);
    }
};

QTEST_GUILESS_MAIN(TestPacketQueue)
#include "tst_packetqueue.moc"
