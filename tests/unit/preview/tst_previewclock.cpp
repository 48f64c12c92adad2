// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/previewclock.h"

#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;

using TimePoint = PreviewClock::TimePoint;
using Ticks = PreviewClock::Ticks;

namespace {

constexpr Ticks ms = 90;
const TimePoint start{100s};

/// Milliseconds that what is shown at `now` lies behind `newest`.
double behind(const PreviewClock &clock, Ticks newest, TimePoint now)
{
    return static_cast<double>(newest - clock.position(now).value()) / ms;
}

} // namespace

class TestPreviewClock : public QObject
{
    Q_OBJECT

private slots:
    void knowsNoTimeBeforeTheFirstPacket()
    {
        PreviewClock clock;
        QVERIFY(!clock.position(start));
        QVERIFY(!clock.soundTarget(start));
        QVERIFY(!clock.dueAt(0, start));
        QVERIFY(!clock.arrived(media::noTicks, start));
        QVERIFY(!clock.position(start));
    }

    void anEvenFeedPlaysAMarginBehindLive()
    {
        PreviewClock clock;
        TimePoint now = start;
        Ticks pts = 12345;
        for (int i = 0; i < 300; ++i, now += 33ms, pts += 33 * ms) {
            QCOMPARE(clock.arrived(pts, now), i == 0);
            QVERIFY(std::abs(behind(clock, pts, now) - 120) < 1);
        }
        const Ticks due = pts + 500 * ms;
        const TimePoint at = clock.dueAt(due, now).value();
        QVERIFY(std::abs(std::chrono::duration<double, std::milli>(at - now).count() - 620) < 1);
    }

    void whatAViewerGetsOfThePastIsNotTakenForJitter()
    {
        PreviewClock clock;
        TimePoint now = start;
        Ticks pts = 0;
        for (int i = 0; i < 60; ++i, pts += 33 * ms, now += 100us) // two seconds of backlog
            clock.arrived(pts, now);
        for (int i = 0; i < 30; ++i, pts += 33 * ms, now += 33ms)
            clock.arrived(pts, now);
        QVERIFY2(behind(clock, pts, now) < 200, qPrintable(QString::number(behind(clock, pts, now))));
        QVERIFY2(behind(clock, pts, now) > 100, qPrintable(QString::number(behind(clock, pts, now))));
    }

    void aPhoneThatSendsPiecesPlaysEvenly_data()
    {
        QTest::addColumn<int>("pieceMs");
        QTest::newRow("half a second") << 500;
        QTest::newRow("two seconds") << 2000;
        QTest::newRow("six seconds") << 6000;
    }

    void aPhoneThatSendsPiecesPlaysEvenly()
    {
        QFETCH(const int, pieceMs);
        PreviewClock clock;
        TimePoint now = start;
        Ticks pts = 0;
        Ticks last = 0;
        bool first = true;
        for (int piece = 0; piece < 12; ++piece) {
            const Ticks end = pts + pieceMs * ms;
            for (; pts < end; pts += 20 * ms)
                clock.arrived(pts, now);
            if (piece == 1)
                last = clock.position(now).value();
            // From the second piece on time runs without a jump, and what it asks for has arrived.
            for (int step = 0; step < pieceMs; step += 20, now += 20ms) {
                const Ticks position = clock.position(now).value();
                if (piece < 1)
                    continue;
                QVERIFY2(position <= pts, qPrintable(QStringLiteral("piece %1").arg(piece)));
                if (!first)
                    QVERIFY2(std::abs(position - last - 20 * ms) < 2 * ms,
                             qPrintable(QStringLiteral("piece %1 step %2: %3 ms")
                                            .arg(piece)
                                            .arg(step)
                                            .arg((position - last) / ms)));
                last = position;
                first = false;
            }
        }
    }

    void aStallIsForgotten()
    {
        PreviewClock clock;
        TimePoint now = start;
        Ticks pts = 0;
        const auto even = [&](int pictures) {
            for (int i = 0; i < pictures; ++i, pts += 33 * ms, now += 33ms)
                clock.arrived(pts, now);
        };
        even(100);
        for (int i = 0; i < 30; ++i, pts += 33 * ms) { // a second's pictures come together, a second late
            if (i == 0)
                now += 990ms;
            clock.arrived(pts, now);
        }
        QVERIFY(behind(clock, pts, now) > 990);
        even(200);
        QVERIFY2(behind(clock, pts, now) < 250, qPrintable(QString::number(behind(clock, pts, now))));
    }

    void aJumpStartsANewLine_data()
    {
        QTest::addColumn<qint64>("jump");
        QTest::newRow("forward") << qint64{3600} * 1000 * ms;
        QTest::newRow("back") << qint64{-3600} * 1000 * ms;
    }

    void aJumpStartsANewLine()
    {
        QFETCH(const qint64, jump);
        PreviewClock clock;
        TimePoint now = start;
        Ticks pts = 7200 * 1000 * ms;
        for (int i = 0; i < 30; ++i, pts += 33 * ms, now += 33ms)
            clock.arrived(pts, now);
        pts += jump;
        QVERIFY(clock.arrived(pts, now));
        QVERIFY(std::abs(behind(clock, pts, now) - 120) < 1);
    }

    void timeGoesOnAfterAnAbsence()
    {
        PreviewClock clock;
        TimePoint now = start;
        QVERIFY(clock.arrived(1000, now));
        clock.restart();
        QVERIFY(!clock.position(now));
        now += 5s;
        QVERIFY(clock.arrived(1000 + 5200 * ms, now));
        QVERIFY(std::abs(behind(clock, 1000 + 5200 * ms, now) - 120) < 1);
    }

    void whatDecoderAndDeviceNeedComesOnTop()
    {
        PreviewClock clock;
        clock.setNeed(80ms);
        clock.arrived(0, start);
        QVERIFY(std::abs(behind(clock, 0, start) - 200) < 1);
        clock.setNeed(40ms);
        QVERIFY(std::abs(behind(clock, 0, start) - 160) < 1);
    }

    void picturesFollowWhatIsHeard()
    {
        PreviewClock clock;
        TimePoint now = start;
        clock.arrived(0, now);
        clock.heard(-150 * ms, now); // 30 ms behind the line
        QVERIFY(std::abs(behind(clock, 0, now) - 150) < 1);
        QCOMPARE(clock.soundTarget(now).value(), -120 * ms);
        // The device reads in jerks: 10 ms to either side do not shake the pictures.
        for (int i = 1; i < 100; ++i) {
            now += 20ms;
            clock.heard(-150 * ms + i * 20 * ms + (i % 2 ? 10 : -10) * ms, now);
            QVERIFY(std::abs(behind(clock, i * 20 * ms, now) - 150) < 3);
        }
        // The device falls silent: the wall clock leads.
        now += 1s;
        QVERIFY(std::abs(static_cast<double>(*clock.position(now) - *clock.soundTarget(now))) < ms);
    }
};

QTEST_GUILESS_MAIN(TestPreviewClock)
#include "tst_previewclock.moc"
