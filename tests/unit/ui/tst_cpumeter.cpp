// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/cpumeter.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

using namespace aspersor;
using namespace std::chrono_literals;

class TestCpuMeter : public QObject
{
    Q_OBJECT

private slots:
    void readsTicks_data()
    {
        QTest::addColumn<QByteArray>("stat");
        QTest::addColumn<qint64>("ticks"); // -1: unreadable
        const QByteArray tail(" S 1 2 3 0 -1 4194304 5 6 7 8 120 34 9 10 20 0 3 0 777 1 2\n");
        QTest::newRow("plain") << "42 (aspersor)" + tail << qint64(154);
        QTest::newRow("name with space and brackets") << "42 (a (b) c) d)" + tail << qint64(154);
        QTest::newRow("empty") << QByteArray() << qint64(-1);
        QTest::newRow("no name") << QByteArray("42 S 1 2 3") << qint64(-1);
        QTest::newRow("cut") << QByteArray("42 (x) S 1 2 3 0 -1 4194304 5 6 7 8 120") << qint64(-1);
        QTest::newRow("no numbers") << QByteArray("42 (x) S 1 2 3 0 -1 4194304 5 6 7 8 a b c") << qint64(-1);
    }

    void readsTicks()
    {
        QFETCH(QByteArray, stat);
        QFETCH(qint64, ticks);
        const auto read = CpuMeter::ticksOf(stat);
        QCOMPARE(read ? static_cast<qint64>(*read) : -1, ticks);
    }

    void percentOfOneCoreOverAllProcesses()
    {
        const long perSecond = sysconf(_SC_CLK_TCK);
        CpuMeter meter(m_proc.path());
        setTicks(10, 1000);
        setTicks(11, 500);
        QVERIFY(!meter.percent({10, 11}, at(0s)));
        setTicks(10, 1000 + perSecond);    // one second of work
        setTicks(11, 500 + perSecond / 2); // half a second
        const auto percent = meter.percent({10, 11}, at(2s));
        QVERIFY(percent);
        QCOMPARE(*percent, 75.0);
    }

    void aNewProcessCountsFromNowOn()
    {
        CpuMeter meter(m_proc.path());
        setTicks(20, 0);
        QVERIFY(!meter.percent({20}, at(0s)));
        setTicks(21, 100'000); // an old process, seen for the first time
        QCOMPARE(meter.percent({20, 21}, at(1s)).value_or(-1), 0.0);
        QCOMPARE(meter.percent({20, 4711}, at(2s)).value_or(-1), 0.0);
        QVERIFY(!meter.percent({4711}, at(3s))); // nobody is there
    }

    void sees()
    {
        CpuMeter meter;
        QVERIFY(!meter.percent({QCoreApplication::applicationPid()}, at(0s)));
        QVERIFY(meter.percent({QCoreApplication::applicationPid()}, at(1s)).value_or(-1) >= 0);
    }

private:
    static CpuMeter::TimePoint at(std::chrono::seconds since) { return CpuMeter::TimePoint{} + 100s + since; }

    void setTicks(int pid, long user)
    {
        QDir(m_proc.path()).mkpath(QString::number(pid));
        QFile file(m_proc.filePath(QStringLiteral("%1/stat").arg(pid)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray::number(pid) + " (x) S 1 2 3 0 -1 4194304 5 6 7 8 " +
                   QByteArray::number(qint64(user)) + " 0 9 10\n");
    }

    QTemporaryDir m_proc;
};

QTEST_GUILESS_MAIN(TestCpuMeter)
#include "tst_cpumeter.moc"
