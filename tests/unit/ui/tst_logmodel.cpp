// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/log/logfilter.h"
#include "ui/log/logmodel.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace aspersor;

class TestLogModel : public QObject
{
    Q_OBJECT

private slots:
    void keepsTheNewestLines()
    {
        LogModel model(10);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        LogFilter filter;
        filter.setSourceModel(&model);
        QAbstractItemModelTester filterTester(&filter,
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QRandomGenerator random(7);
        int written = 0;
        for (int round = 0; round < 200; ++round) {
            QList<LogEntry> batch;
            for (int n = random.bounded(14); n > 0; --n) { // sometimes more than the ring holds
                batch << entry(LogLevel::Info, QString(), QString::number(written++));
            }
            model.append(batch);
            QCOMPARE(model.rowCount(), std::min(written, 10));
            for (int row = 0; row < model.rowCount(); ++row) {
                QCOMPARE(model.index(row, LogModel::Text).data().toString(),
                         QString::number(written - model.rowCount() + row));
            }
        }
        QVERIFY(written > 1000);
        QCOMPARE(resets.count(), 0);
        model.clear();
        QCOMPARE(model.rowCount(), 0);
        model.append({entry(LogLevel::Info, QString(), QStringLiteral("again"))});
        QCOMPARE(model.index(0, LogModel::Text).data().toString(), QStringLiteral("again"));
    }

    void aLineHoldsAll()
    {
        LogModel model;
        model.append({entry(LogLevel::Warning, QStringLiteral("cam1"), QStringLiteral("lost sync"))});
        QCOMPARE(model.index(0, LogModel::Text).data(LogModel::LineRole).toString(),
                 QStringLiteral("2024-05-17T20:14:00.007 [warning] ingest cam1: lost sync"));
        QCOMPARE(model.index(0, LogModel::Time).data().toString(), QStringLiteral("20:14:00.007"));
    }

    void filters_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("feed"); // null: all
        QTest::addColumn<QString>("found");
        const int debug = int(LogLevel::Debug);
        QTest::newRow("everything") << debug << QString() << QString() << QStringLiteral("abcd");
        QTest::newRow("level") << int(LogLevel::Warning) << QString() << QString() << QStringLiteral("cd");
        QTest::newRow("text of the line")
            << debug << QStringLiteral("INGEST cam2") << QString() << QStringLiteral("d");
        QTest::newRow("feed") << debug << QString() << QStringLiteral("cam1") << QStringLiteral("bc");
        QTest::newRow("no feed selected") << debug << QString() << QStringLiteral("") << QStringLiteral("a");
        QTest::newRow("all at once") << int(LogLevel::Error) << QStringLiteral("d") << QStringLiteral("cam2")
                                     << QStringLiteral("d");
        QTest::newRow("nothing such") << debug << QStringLiteral("zebra") << QString() << QString();
    }

    void filters()
    {
        QFETCH(int, level);
        QFETCH(QString, text);
        QFETCH(QString, feed);
        QFETCH(QString, found);
        LogModel model;
        LogFilter filter;
        filter.setSourceModel(&model);
        model.append({entry(LogLevel::Debug, QString(), QStringLiteral("a")),
                      entry(LogLevel::Info, QStringLiteral("cam1"), QStringLiteral("b")),
                      entry(LogLevel::Warning, QStringLiteral("cam1"), QStringLiteral("c")),
                      entry(LogLevel::Error, QStringLiteral("cam2"), QStringLiteral("d"))});
        filter.setLevel(static_cast<LogLevel>(level));
        filter.setText(text);
        filter.setFeed(feed.isNull() ? std::nullopt : std::optional(feed));
        QString shown;
        for (int row = 0; row < filter.rowCount(); ++row) {
            shown += filter.index(row, LogModel::Text).data().toString();
        }
        QCOMPARE(shown, found);
    }

private:
    static LogEntry entry(LogLevel level, const QString &feed, const QString &text)
    {
        return {QDateTime(QDate(2024, 5, 17), QTime(20, 14, 0, 7)), level, QStringLiteral("ingest"), feed,
                text};
    }
};

QTEST_GUILESS_MAIN(TestLogModel)
#include "tst_logmodel.moc"
