// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/gopcache.h"
#include "tests/unit/feed/testpackets.h"

#include <QTest>

using namespace aspersor;

class TestGopCache : public QObject
{
    Q_OBJECT

private slots:
    void keepsTheNewestGopWithItsSound()
    {
        GopCache cache;
        cache.setDescription(videoAndSound());
        cache.add(testPacket(0, false, 0)); // before the first keyframe
        cache.add(testPacket(1, true, 0));
        QVERIFY(cache.packets().empty());
        cache.add(testPacket(0, true, 3000));
        cache.add(testPacket(1, true, 3500)); // sound does not begin a GOP
        cache.add(testPacket(0, false, 6000));
        QCOMPARE(cache.packets().size(), std::size_t(3));
        QCOMPARE(cache.bytes(), std::size_t(300));
        cache.add(testPacket(0, true, 9000));
        QCOMPARE(cache.packets().size(), std::size_t(1));
        QCOMPARE(cache.packets().front()->dts, media::Ticks(9000));
        QCOMPARE(cache.bytes(), std::size_t(100));
    }

    void dropsWhatIsTooLong_data()
    {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("step"); // ms
        QTest::newRow("bytes") << 300 << 33;
        QTest::newRow("time") << 1 << 400;
    }
    void dropsWhatIsTooLong()
    {
        QFETCH(int, size);
        QFETCH(int, step);
        GopCache cache(GopCache::Limits{1000, media::ticksPerSecond});
        cache.setDescription(videoAndSound());
        for (int i = 0; i < 4; ++i)
            cache.add(testPacket(0, i == 0, i * step * 90, std::size_t(size)));
        QVERIFY(cache.packets().empty());
        QCOMPARE(cache.bytes(), std::size_t(0));
        cache.add(testPacket(0, false, 1'000'000));
        QVERIFY(cache.packets().empty()); // nothing until the next keyframe
        cache.add(testPacket(0, true, 1'003'000));
        QCOMPARE(cache.packets().size(), std::size_t(1));
    }

    void soundAloneBeginsAnywhere()
    {
        media::StreamDescription sound = videoAndSound();
        sound.tracks.erase(sound.tracks.begin());
        GopCache cache;
        cache.setDescription(sound);
        cache.add(testPacket(0, true, 0));
        cache.add(testPacket(0, true, 1920));
        QCOMPARE(cache.packets().size(), std::size_t(1));
        QVERIFY(cache.isBeginning(*testPacket(0, true, 0)));
    }

    void newParametersForgetTheOldPackets()
    {
        GopCache cache;
        cache.setDescription(videoAndSound());
        cache.add(testPacket(0, true, 0));
        cache.setDescription(videoAndSound(1280));
        QVERIFY(cache.packets().empty());
    }
};

QTEST_GUILESS_MAIN(TestGopCache)
#include "tst_gopcache.moc"
