// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/floodlimiter.h"

#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;

class TestFloodLimiter : public QObject
{
    Q_OBJECT

private slots:
    void aBurstPassesThenASteadyRate()
    {
        FloodLimiter limiter({10, 5, 4});
        const FloodLimiter::TimePoint start{};
        QCOMPARE(admitted(limiter, cam1, start, 100), 10);
        QCOMPARE(admitted(limiter, cam1, start + 1s, 100), 5);
        QCOMPARE(admitted(limiter, cam1, start + 1100ms, 100), 0);
        QCOMPARE(admitted(limiter, cam1, start + 1h, 100), 10);
    }

    void oneFloodDoesNotSilenceOthers()
    {
        FloodLimiter limiter({10, 5, 4});
        const FloodLimiter::TimePoint start{};
        QCOMPARE(admitted(limiter, cam1, start, 100), 10);
        QCOMPARE(admitted(limiter, {QStringLiteral("feed"), QStringLiteral("cam2")}, start, 3), 3);
        QCOMPARE(admitted(limiter, {QStringLiteral("ingest"), QStringLiteral("cam1")}, start, 3), 3);
    }

    void refusedLinesAreCountedOnce()
    {
        FloodLimiter limiter({10, 5, 4});
        QVERIFY(!limiter.hasSuppressed());
        QCOMPARE(admitted(limiter, cam1, {}, 100), 10);
        QVERIFY(limiter.hasSuppressed());
        const auto suppressed = limiter.takeSuppressed();
        QCOMPARE(suppressed.size(), std::size_t{1});
        QCOMPARE(suppressed[0].source, cam1);
        QCOMPARE(suppressed[0].lines, 90);
        QVERIFY(!limiter.hasSuppressed());
        QVERIFY(limiter.takeSuppressed().empty());
    }

    void manySourcesAreBoundedAndStillCounted()
    {
        FloodLimiter limiter({2, 1, 3});
        int passed = 0;
        for (int i = 0; i < 1000; ++i)
            passed += admitted(limiter, {QStringLiteral("feed"), QString::number(i)}, {}, 1);
        QCOMPARE(passed, 3 + 2); // three sources with room, and one bucket for all the rest
        qint64 lines = 0;
        for (const auto &one : limiter.takeSuppressed())
            lines += one.lines;
        QCOMPARE(lines, 995);
        // Long after, the old sources have made room.
        QCOMPARE(admitted(limiter, {QStringLiteral("new"), {}}, FloodLimiter::TimePoint{} + 1h, 5), 2);
    }

private:
    static int admitted(FloodLimiter &limiter, const FloodLimiter::Source &source,
                        FloodLimiter::TimePoint now, int lines)
    {
        int passed = 0;
        for (int i = 0; i < lines; ++i)
            passed += limiter.admit(source, now) ? 1 : 0;
        return passed;
    }

    const FloodLimiter::Source cam1{QStringLiteral("feed"), QStringLiteral("cam1")};
};

QTEST_GUILESS_MAIN(TestFloodLimiter)
#include "tst_floodlimiter.moc"
