// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/meterballistics.h"

#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;

class TestMeterBallistics : public QObject
{
    Q_OBJECT

    const MeterBallistics::TimePoint m_start{100s};

private slots:
    void saysDecibels_data()
    {
        QTest::addColumn<float>("peak");
        QTest::addColumn<float>("db");
        QTest::newRow("silence") << 0.0F << -60.0F;
        QTest::newRow("below the scale") << 0.0001F << -60.0F;
        QTest::newRow("half") << 0.5F << -6.02F;
        QTest::newRow("a tenth") << 0.1F << -20.0F;
        QTest::newRow("full") << 1.0F << 0.0F;
        QTest::newRow("more than full") << 1.5F << 0.0F;
    }

    void saysDecibels()
    {
        QFETCH(const float, peak);
        QFETCH(const float, db);
        MeterBallistics meter;
        meter.update(peak, m_start);
        QVERIFY2(std::abs(meter.levelDb() - db) < 0.01F, qPrintable(QString::number(meter.levelDb())));
    }

    void goesUpAtOnceAndDownSlowly()
    {
        MeterBallistics meter;
        meter.update(0.01F, m_start);
        meter.update(1.0F, m_start + 40ms);
        QCOMPARE(meter.levelDb(), 0.0F);
        meter.update(0.0F, m_start + 540ms);
        QVERIFY(std::abs(meter.levelDb() + 12.0F) < 0.01F);
        meter.update(0.0F, m_start + 10s);
        QCOMPARE(meter.levelDb(), -60.0F);
    }

    void holdsThePeak()
    {
        MeterBallistics meter;
        meter.update(1.0F, m_start);
        auto now = m_start;
        for (; now < m_start + 1400ms; now += 40ms)
            meter.update(0.0F, now);
        QCOMPARE(meter.heldDb(), 0.0F);
        QVERIFY(meter.levelDb() < -20.0F);
        for (; now < m_start + 6s; now += 40ms)
            meter.update(0.0F, now);
        QCOMPARE(meter.heldDb(), -60.0F);
        QVERIFY(!meter.isMoving());
    }

    void forgets()
    {
        MeterBallistics meter;
        meter.update(1.0F, m_start);
        meter.reset();
        QCOMPARE(meter.levelDb(), -60.0F);
        QVERIFY(!meter.isMoving());
    }
};

QTEST_GUILESS_MAIN(TestMeterBallistics)
#include "tst_meterballistics.moc"
