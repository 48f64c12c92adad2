// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/feeds/bitratehistory.h"

#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;

class TestBitrateHistory : public QObject
{
    Q_OBJECT

private slots:
    void newestValueOfAHalfSecondCounts()
    {
        BitrateHistory history;
        QVERIFY(history.add(100, at(0ms)));
        QVERIFY(!history.add(200, at(250ms)));
        QVERIFY(history.add(300, at(500ms)));
        QCOMPARE(history.count(), 2);
        QCOMPARE(history.at(0), 300);
        QCOMPARE(history.at(1), 200);
    }

    void missingHalfSecondsRepeatTheValueBefore()
    {
        BitrateHistory history;
        history.add(7, at(0ms));
        history.add(9, at(2000ms));
        QCOMPARE(history.count(), 5);
        QCOMPARE(history.at(1), 7);
        QCOMPARE(history.at(3), 7);
        QCOMPARE(history.mean(), (4 * 7 + 9) / 5);
    }

    void keepsOneMinute()
    {
        BitrateHistory history;
        for (int half = 0; half < 500; ++half) {
            history.add(half, at(half * 500ms));
        }
        QCOMPARE(history.count(), BitrateHistory::slotCount);
        QCOMPARE(history.at(0), 499);
        QCOMPARE(history.at(BitrateHistory::slotCount - 1), 380);
        QCOMPARE(history.peak(), 499);
        history.add(1, at(24h)); // a suspended laptop
        QCOMPARE(history.count(), BitrateHistory::slotCount);
        QCOMPARE(history.at(1), 499);
    }

    void aClockThatStandsStillAddsNothing()
    {
        BitrateHistory history;
        history.add(5, at(10s));
        QVERIFY(!history.add(6, at(9s)));
        QCOMPARE(history.count(), 1);
        QCOMPARE(history.peak(), 6);
    }

private:
    static BitrateHistory::TimePoint at(std::chrono::milliseconds since)
    {
        return BitrateHistory::TimePoint{} + 1000s + since;
    }
};

QTEST_GUILESS_MAIN(TestBitrateHistory)
#include "tst_bitratehistory.moc"
