// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/sinklist.h"
#include "tests/unit/feed/collectingsink.h"
#include "tests/unit/feed/testpackets.h"

#include <QTest>
#include <thread>

using namespace aspersor;

class TestSinkList : public QObject
{
    Q_OBJECT

private slots:
    void aLateSinkHearsTheDescriptionFirst()
    {
        SinkList sinks;
        sinks.description(videoAndSound());
        sinks.packet(testPacket(0, true, 0));
        sinks.packet(testPacket(0, false, 3000));
        const auto now = std::make_shared<CollectingSink>();
        const auto gop = std::make_shared<CollectingSink>();
        QVERIFY(sinks.add(now));
        QVERIFY(sinks.add(gop, SinkList::Begin::NewestGop));
        sinks.packet(testPacket(0, false, 6000));
        QCOMPARE(now->events(), QStringList{QStringLiteral("description")});
        QCOMPARE(now->packets().size(), std::size_t(1));
        QCOMPARE(gop->packets().size(), std::size_t(3));
        QVERIFY(gop->packets().front().keyframe);
    }

    void anEarlySinkHearsItOnce()
    {
        SinkList sinks;
        const auto sink = std::make_shared<CollectingSink>();
        QVERIFY(sinks.add(sink));
        sinks.idle();
        sinks.description(videoAndSound());
        sinks.packet(testPacket(0, true, 0));
        QCOMPARE(sink->events(), QStringList{QStringLiteral("description")});
        QCOMPARE(sink->idles(), 1);
    }

    void aRemovedSinkHearsNothingMore()
    {
        SinkList sinks;
        const auto sink = std::make_shared<CollectingSink>();
        QVERIFY(sinks.add(sink));
        sinks.description(videoAndSound());
        sinks.remove(sink.get());
        sinks.packet(testPacket(0, true, 0));
        sinks.ended();
        QVERIFY(sink->packets().empty());
        QVERIFY(!sink->events().contains(QStringLiteral("ended")));
        QCOMPARE(sink.use_count(), 1L);
    }

    void isBounded()
    {
        SinkList sinks;
        for (std::size_t i = 0; i < SinkList::maximum; ++i)
            QVERIFY(sinks.add(std::make_shared<CollectingSink>()));
        QVERIFY(!sinks.add(std::make_shared<CollectingSink>()));
    }

    void takesNoneAfterTheEnd()
    {
        SinkList sinks;
        const auto sink = std::make_shared<CollectingSink>();
        QVERIFY(sinks.add(sink));
        sinks.ended();
        QCOMPARE(sink->events(), QStringList{QStringLiteral("ended")});
        QCOMPARE(sink.use_count(), 1L);
        QVERIFY(!sinks.add(sink));
    }

    void changesFromAnotherThread()
    {
        SinkList sinks;
        sinks.description(videoAndSound());
        std::atomic<bool> done{false};
        std::jthread other([&] {
            for (int i = 0; i < 500; ++i) {
                const auto sink = std::make_shared<CollectingSink>();
                if (sinks.add(sink))
                    sinks.remove(sink.get());
            }
            done = true;
        });
        for (media::Ticks dts = 0; !done; dts += 3000)
            sinks.packet(testPacket(0, true, dts));
        other.join();
        sinks.idle();
        std::vector<int> descriptors;
        sinks.collectWriteDescriptors(descriptors);
        QVERIFY(descriptors.empty());
    }
};

QTEST_GUILESS_MAIN(TestSinkList)
#include "tst_sinklist.moc"
