// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/soundbuffer.h"

#include <QTest>
#include <algorithm>

using namespace aspersor;

namespace {

constexpr media::Ticks ms = 90;
constexpr std::size_t msFrames = 48;

std::vector<std::int16_t> samples(int milliseconds, std::int16_t left, std::int16_t right)
{
    std::vector<std::int16_t> all;
    for (std::size_t i = 0; i < static_cast<std::size_t>(milliseconds) * msFrames; ++i) {
        all.push_back(left);
        all.push_back(right);
    }
    return all;
}

std::vector<std::int16_t> room(int milliseconds)
{
    return samples(milliseconds, 77, 77);
}

} // namespace

class TestSoundBuffer : public QObject
{
    Q_OBJECT

private slots:
    void isSilentWhenEmpty()
    {
        SoundBuffer buffer;
        auto out = room(10);
        QVERIFY(!buffer.read(out, 0));
        QVERIFY(std::all_of(out.begin(), out.end(), [](auto s) { return s == 0; }));
        QCOMPARE(buffer.endPts(), media::noTicks);
    }

    void startsWhereTheTimeSaysSo()
    {
        SoundBuffer buffer;
        buffer.push(1000 * ms, samples(20, 5, 6));
        auto out = room(10);
        const auto heard = buffer.read(out, 996 * ms); // 4 ms early: silence first
        QVERIFY(heard);
        QCOMPARE(heard->frame, 4 * msFrames);
        QCOMPARE(heard->pts, 1000 * ms);
        QCOMPARE(out[2 * (4 * msFrames) - 1], 0);
        QCOMPARE(out[2 * (4 * msFrames)], 5);
        QCOMPARE(out[2 * (4 * msFrames) + 1], 6);
        QCOMPARE(buffer.frames(), 14 * msFrames);
    }

    void dropsWhatIsLate()
    {
        SoundBuffer buffer;
        for (int i = 0; i < 10; ++i)
            buffer.push(i * 20 * ms, samples(20, static_cast<std::int16_t>(i), 0));
        auto out = room(10);
        const auto heard = buffer.read(out, 105 * ms);
        QVERIFY(heard);
        QCOMPARE(heard->pts, 105 * ms);
        QCOMPARE(out.front(), 5);
        QCOMPARE(buffer.frames(), (200 - 115) * msFrames);
    }

    void runsOnWhenTheClocksDiffer()
    {
        SoundBuffer buffer;
        for (int i = 0; i < 20; ++i)
            buffer.push(i * 20 * ms, samples(20, 1, 1));
        auto out = room(20);
        media::Ticks expected = 0;
        for (int i = 0; i < 5; ++i, expected += 20 * ms) { // 10 ms too slow each time, up to 40
            const auto heard = buffer.read(out, expected + i * 10 * ms);
            QVERIFY(heard);
            QCOMPARE(heard->pts, expected);
            QCOMPARE(heard->frame, 0U);
        }
        const auto heard = buffer.read(out, expected + 70 * ms); // too far: put right
        QVERIFY(heard);
        QCOMPARE(heard->pts, expected + 70 * ms);
    }

    void aHoleIsSilent()
    {
        SoundBuffer buffer;
        buffer.push(0, samples(20, 9, 9));
        buffer.push(120 * ms, samples(20, 9, 9));
        auto out = room(140);
        QVERIFY(buffer.read(out, 0));
        const auto loud = std::count(out.begin(), out.end(), std::int16_t{9});
        QCOMPARE(static_cast<std::size_t>(loud), 40 * msFrames * 2);
        QCOMPARE(out[70 * msFrames * 2], 0);
        QCOMPARE(out[130 * msFrames * 2], 9);
    }

    void keepsASecondAtMost()
    {
        SoundBuffer buffer;
        for (int i = 0; i < 200; ++i)
            buffer.push(i * 20 * ms, samples(20, 1, 1));
        QVERIFY(buffer.frames() <= 48'000);
        QCOMPARE(buffer.endPts(), 4000 * ms);
    }

    void metersWhatLeaves()
    {
        SoundBuffer buffer;
        buffer.push(0, samples(20, 16384, -32768));
        QCOMPARE(buffer.takePeaks().left, 0.0F);
        buffer.discardUntil(10 * ms);
        QCOMPARE(buffer.frames(), 10 * msFrames);
        const auto peaks = buffer.takePeaks();
        QCOMPARE(peaks.left, 0.5F);
        QCOMPARE(peaks.right, 1.0F);
        QCOMPARE(buffer.takePeaks().right, 0.0F);
    }

    void oddRequestsAreHarmless()
    {
        SoundBuffer buffer;
        buffer.push(0, {});
        buffer.push(0, std::vector<std::int16_t>(1));
        QCOMPARE(buffer.frames(), 0U);
        std::vector<std::int16_t> none;
        QVERIFY(!buffer.read(none, 0));
        buffer.discardUntil(1'000'000);
    }
};

QTEST_GUILESS_MAIN(TestSoundBuffer)
#include "tst_soundbuffer.moc"
