// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedmeter.h"

#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;

class TestFeedMeter : public QObject
{
    Q_OBJECT

    const FeedMeter::TimePoint m_start{1000s};

    /// `seconds` of a feed of 30 pictures/s and 2 Mbit/s that is uploaded in bursts of `burst`.
    static FeedMeter::TimePoint play(FeedMeter &meter, FeedMeter::TimePoint start, int seconds,
                                     std::chrono::milliseconds burst)
    {
        auto now = start;
        for (int i = 0; i < seconds * 30; ++i) {
            const auto media = std::chrono::milliseconds(i * 1000 / 30);
            now = start + (media / burst + 1) * burst;
            meter.addBytes(25'000 / 3, now);
            meter.addPacket(90'000 + i * 3'000, true);
            meter.addPacket(90'000 + i * 3'000 + 100, false);
        }
        return now;
    }

private slots:
    void ratesAreThoseOfTheMedia_data()
    {
        QTest::addColumn<int>("burstMs");
        QTest::newRow("every picture at once") << 1;
        QTest::newRow("half seconds") << 500;
        QTest::newRow("2 s segments") << 2'000;
        QTest::newRow("10 s segments") << 10'000;
    }
    void ratesAreThoseOfTheMedia()
    {
        QFETCH(int, burstMs);
        FeedMeter meter(m_start);
        const auto last = play(meter, m_start, 60, std::chrono::milliseconds(burstMs));
        // at any moment until the next burst is due
        for (int ms = 0; ms < burstMs; ms += 50) {
            const auto now = last + std::chrono::milliseconds(ms);
            QVERIFY2(std::abs(meter.bitrateBps(now) - 2'000'000) < 60'000,
                     qPrintable(QString::number(meter.bitrateBps(now))));
            QVERIFY2(std::abs(meter.fps(now) - 30) < 0.5, qPrintable(QString::number(meter.fps(now))));
        }
        QCOMPARE(meter.totalBytes(), std::uint64_t(25'000 / 3) * 30 * 60);
    }

    void silenceEndsTheRates()
    {
        FeedMeter meter(m_start);
        const auto last = play(meter, m_start, 10, 1ms);
        QVERIFY(meter.bitrateBps(last + 1900ms) > 0);
        QCOMPARE(meter.bitrateBps(last + 2100ms), 0);
        QCOMPARE(meter.fps(last + 2100ms), 0.0);
        QCOMPARE(meter.bitrateBps(last + 1000h), 0);
    }

    void aPhoneOfBurstsIsWaitedForALittleLonger()
    {
        FeedMeter meter(m_start);
        const auto last = play(meter, m_start, 60, 6s);
        QVERIFY(meter.bitrateBps(last + 8s) > 0);
        QCOMPARE(meter.bitrateBps(last + 10s), 0);
    }

    void silenceFromTheStart()
    {
        const FeedMeter meter(m_start);
        QCOMPARE(meter.bitrateBps(m_start + 1s), 0);
        QCOMPARE(meter.fps(m_start + 1s), 0.0);
    }

    void theFirstBytesAreNotOverrated()
    {
        FeedMeter meter(m_start);
        meter.addBytes(62'500, m_start); // no packet seen in them yet
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
        const auto last = play(meter, m_start, 10, 1ms);
        meter.restart();
        QCOMPARE(meter.bitrateBps(last), 0);
        meter.addBytes(62'500, last + 100ms);
        QCOMPARE(meter.bitrateBps(last + 600ms), 1'000'000);
        QCOMPARE(meter.totalBytes(), std::uint64_t(25'000 / 3) * 300 + 62'500);
    }
};

QTEST_GUILESS_MAIN(TestFeedMeter)
#include "tst_feedmeter.moc"
