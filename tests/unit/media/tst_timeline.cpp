// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/timeline.h"

#include <QTest>
#include <map>

using namespace aspersor::media;
using namespace std::chrono_literals;

class TimelineTest final : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void theOffsetOfSoundAndPictureIsKept();
    void wrapsAt33Bits();
    void aRestartAtZeroGoesOn();
    void aJumpForwardIsClosed();
    void tracksMayJumpOneAfterTheOther();
    void aReconnectGoesOnByTheWallClock();
    void aReconnectWithAClockThatWentOnKeepsItsPlace();
    void aTrackThatBeginsLateFits();
    void aTrackThatWasSilentFits();
    void missingTimestampsFollow();
    void disorderIsStraightened();
    void reorderedPicturesKeepTheirOrder();
    void anythingAtAllComesOutMonotonic();

private:
    struct Placed {
        Ticks pts;
        Ticks dts;
    };
    Placed put(int track, Ticks dts, Ticks pts = noTicks)
    {
        Packet packet;
        packet.track = track;
        packet.dts = dts;
        packet.pts = pts == noTicks ? dts : pts;
        m_timeline.place(packet, m_now);
        const bool monotonic = !m_last.contains(track) || packet.dts > m_last[track];
        m_last[track] = packet.dts;
        m_sound = m_sound && monotonic && packet.pts >= packet.dts && packet.duration > 0;
        return {packet.pts, packet.dts};
    }

    Timeline m_timeline;
    Timeline::TimePoint m_now{};
    std::map<int, Ticks> m_last;
    bool m_sound = true;
};

void TimelineTest::init()
{
    m_timeline = Timeline();
    m_now = Timeline::TimePoint(1h);
    m_last.clear();
    m_sound = true;
}

void TimelineTest::theOffsetOfSoundAndPictureIsKept()
{
    const Ticks video = put(0, 500'000).dts;
    QCOMPARE(put(1, 499'000).dts - video, Ticks{-1'000});
    QCOMPARE(put(0, 503'000).dts - video, Ticks{3'000});
    QVERIFY(video > 0);
    QVERIFY(m_sound);
}

void TimelineTest::wrapsAt33Bits()
{
    constexpr Ticks wrap = Ticks{1} << 33;
    const Ticks first = put(0, wrap - 6'000).dts;
    for (int i = 1; i < 100; ++i) {
        QCOMPARE(put(0, (wrap - 6'000 + i * 3'000) % wrap).dts - first, Ticks{i * 3'000});
        QCOMPARE(put(1, (wrap - 7'000 + i * 3'000) % wrap).dts - first, Ticks{i * 3'000 - 1'000});
    }
    QVERIFY(m_sound);
    QCOMPARE(m_timeline.jumps(), std::uint64_t{0});
    // and a picture whose pts has wrapped while its dts has not
    const Placed split = put(2, wrap - 100, 5'900);
    QCOMPARE(split.pts - split.dts, Ticks{6'000});
}

void TimelineTest::aRestartAtZeroGoesOn()
{
    Ticks last = 0;
    for (int i = 0; i < 300; ++i)
        last = put(0, 900'000 + i * 3'000).dts;
    QCOMPARE(put(0, 0).dts - last, Ticks{3'000});
    QCOMPARE(put(0, 3'000).dts - last, Ticks{6'000});
    QCOMPARE(m_timeline.jumps(), std::uint64_t{1});
}

void TimelineTest::aJumpForwardIsClosed()
{
    const Ticks first = put(0, 0).dts;
    put(0, 3'000);
    QCOMPARE(put(0, 90'000'000).dts - first, Ticks{6'000});
    QCOMPARE(put(0, 90'003'000).dts - first, Ticks{9'000});
}

void TimelineTest::tracksMayJumpOneAfterTheOther()
{
    const auto source = [](int i) { return Ticks{i * 3'000}; };
    const Ticks first = put(0, source(0)).dts;
    for (int i = 1; i < 100; ++i) {
        put(0, source(i));
        put(1, source(i) - 1'500);
    }
    // picture restarts at 0; ten sound packets of the old time follow, then sound restarts too
    Ticks picture = put(0, 0).dts;
    QCOMPARE(picture - first, Ticks{300'000});
    for (int i = 100; i < 110; ++i) {
        QCOMPARE(put(1, source(i) - 1'500).dts - first, source(i) - 1'500);
        picture = put(0, source(i - 99)).dts;
    }
    QCOMPARE(picture - put(1, source(10) - 1'500).dts, Ticks{1'500});
    QCOMPARE(m_timeline.jumps(), std::uint64_t{1});
    QVERIFY(m_sound);
}

void TimelineTest::aReconnectGoesOnByTheWallClock()
{
    Ticks last = 0;
    for (int i = 0; i < 100; ++i, m_now += 33ms)
        last = put(0, 900'000 + i * 3'000).dts;
    m_now += 5s - 33ms;
    m_timeline.newSource(m_now);
    const Ticks next = put(0, 7'000).dts;
    QVERIFY(std::abs(next - last - 5 * ticksPerSecond) < 100);
    QCOMPARE(put(1, 6'500).dts, next - 500);
    QVERIFY(m_sound);
}

void TimelineTest::aReconnectWithAClockThatWentOnKeepsItsPlace()
{
    const Ticks first = put(0, 900'000).dts;
    for (int i = 1; i < 60; ++i)
        put(0, 900'000 + i * 3'000);
    m_now += 7s;
    m_timeline.newSource(m_now);
    QCOMPARE(put(0, 900'000 + 800'000).dts - first, Ticks{800'000});
    // the next segment in a request of its own
    m_timeline.newSource(m_now);
    QCOMPARE(put(0, 900'000 + 803'000).dts - first, Ticks{803'000});
    QCOMPARE(put(1, 900'000 + 801'000).dts - first, Ticks{801'000});
    QVERIFY(m_sound);
}

void TimelineTest::aTrackThatBeginsLateFits()
{
    const Ticks first = put(0, 0).dts;
    for (int i = 1; i < 900; ++i)
        put(0, i * 3'000);
    QCOMPARE(put(1, 899 * 3'000).dts - first, Ticks{899 * 3'000});
    QCOMPARE(m_timeline.jumps(), std::uint64_t{0});
}

void TimelineTest::aTrackThatWasSilentFits()
{
    const Ticks first = put(1, 0).dts;
    for (int i = 0; i < 900; ++i)
        put(0, i * 3'000);
    QCOMPARE(put(1, 899 * 3'000).dts - first, Ticks{899 * 3'000});
    QCOMPARE(m_timeline.jumps(), std::uint64_t{0});
}

void TimelineTest::missingTimestampsFollow()
{
    put(0, 0);
    const Ticks second = put(0, 3'000).dts;
    QCOMPARE(put(0, noTicks).dts - second, Ticks{3'000});
    QCOMPARE(put(0, noTicks).dts - second, Ticks{6'000});
    QCOMPARE(put(0, 12'000).dts - second, Ticks{9'000});
    put(5, noTicks); // a track without any timestamp at all
    QVERIFY(m_sound);
}

void TimelineTest::disorderIsStraightened()
{
    for (const Ticks dts : {0, 3'000, 3'000, 2'000, 6'000, 5'999, 9'000})
        put(0, dts);
    QVERIFY(m_sound);
    QCOMPARE(m_timeline.jumps(), std::uint64_t{0});
}

void TimelineTest::reorderedPicturesKeepTheirOrder()
{
    const Placed a = put(0, 0, 6'000);
    const Placed b = put(0, 3'000, 15'000);
    const Placed c = put(0, 6'000, 9'000);
    QCOMPARE(b.pts - a.pts, Ticks{9'000});
    QCOMPARE(c.pts - a.pts, Ticks{3'000});
}

void TimelineTest::anythingAtAllComesOutMonotonic()
{
    quint64 state = 42;
    for (int i = 0; i < 200'000; ++i) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        const auto pick = static_cast<int>(state >> 60);
        const auto raw = static_cast<Ticks>((state >> 20) & ((1ULL << 33) - 1));
        if (pick == 0)
            m_timeline.newSource(m_now);
        m_now += std::chrono::milliseconds(pick);
        const Ticks dts = pick == 1 ? noTicks : pick == 2 ? INT64_MAX - 1 : pick == 3 ? INT64_MIN + 1 : raw;
        put(pick % 4, dts, pick == 4 ? INT64_MAX - 7 : static_cast<Ticks>(state & 0x1ffffffff));
    }
    QVERIFY(m_sound);
}

QTEST_GUILESS_MAIN(TimelineTest)
#include "tst_timeline.moc"
