// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedmeter.h"

#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;

class TestFeedMeter : public QObject
{
    Q_OBJECT

    const FeedMeter::TimePoint m_start{1000s};

private slots:
    void meanOverTheWindow_data()
    {
        QTest::addColumn<int>("bytesPerStep"); // one step every 100 ms
        QTest::addColumn<int>("steps");
        QTest::addColumn<qint64>("expectedBps");
        QTest::newRow("silence") << 0 << 50 << qint64(0);
        QTest::newRow("2 Mb/s phone") << 25'000 << 50 << qint64(2'000'000);
        QTest::newRow("2 Mb/s phone after 1 s") << 25'000 << 11 << qint64(2'200'000); // 11 steps in 1 s
        QTest::newRow("100 Mb/s phone for a day") << 1'250'000 << 864'000 << qint64(100'000'000);
    }
    void meanOverTheWindow()
    {
        QFETCH(int, bytesPerStep);
        QFETCH(int, steps);
        QFETCH(qint64, expectedBps);
        FeedMeter meter(m_start);
        auto now = m_start;
        for (int i = 0; i < steps; ++i) {
            now = m_start + i * 100ms;
            meter.addBytes(std::size_t(bytesPerStep), now);
        }
        const auto measured = meter.bitrateBps(now);
        QVERIFY2(std::abs(measured - expectedBps) <= expectedBps / 20, qPrintable(QString::number(measured)));
        QCOMPARE(meter.totalBytes(), std::uint64_t(bytesPerStep) * std::uint64_t(steps));
    }

    void fallsToZeroAfterTheWindow()
    {
        FeedMeter meter(m_start);
        meter.addBytes(100'000, m_start);
        meter.addPicture(m_start);
        QVERIFY(meter.bitrateBps(m_start + 1900ms) > 0);
        QCOMPARE(meter.bitrateBps(m_start + 2100ms), 0);
        QCOMPARE(meter.fps(m_start + 2100ms), 0.0);
        QCOMPARE(meter.bitrateBps(m_start + 1000h), 0);
        QCOMPARE(meter.totalBytes(), std::uint64_t(100'000));
    }

    void picturesPerSecond()
    {
        FeedMeter meter(m_start);
        auto now = m_start;
        for (int i = 0; i < 150; ++i) {
            now = m_start + i * 1000ms / 30;
            meter.addBytes(1, now);
            meter.addPicture(now);
        }
        QVERIFY2(std::abs(meter.fps(now) - 30) < 1, qPrintable(QString::number(meter.fps(now))));
    }

    void aBurstAtTheStartIsNotOverrated()
    {
        FeedMeter meter(m_start);
        meter.addBytes(62'500, m_start); // a whole second's worth in its first millisecond
        QCOMPARE(meter.bitrateBps(m_start + 1ms), 1'000'000);
    }

    void countsErrorsAndTime()
    {
        FeedMeter meter(m_start);
        meter.addErrors(2);
        meter.addErrors(1);
        QCOMPARE(meter.errors(), std::uint64_t(3));
        QCOMPARE(meter.uptime(m_start + 90s), 90'000ms);
    }

    void restartForgetsTheRatesOnly()
    {
        FeedMeter meter(m_start);
        meter.addBytes(1'000'000, m_start);
        meter.restart();
        meter.addBytes(62'500, m_start + 100ms);
        QCOMPARE(meter.bitrateBps(m_start + 600ms), 1'000'000);
        QCOMPARE(meter.totalBytes(), std::uint64_t(1'062'500));
    }
};

QTEST_GUILESS_MAIN(TestFeedMeter)
#include "tst_feedmeter.moc"
