// SPDX-License-Identifier: GPL-3.0-or-later
#include "samples.h"
#include "ui/feeds/feedfilter.h"
#include "ui/feeds/feedmodel.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>

using namespace aspersor;
using namespace std::chrono_literals;

class TestFeedModel : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        m_now = FeedModel::TimePoint{} + 1h;
    }

    void anySequenceOfSnapshotsEndsAtTheLastOne()
    {
        FeedModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        FeedFilter filter;
        filter.setSourceModel(&model);
        filter.sort(FeedModel::Bitrate, Qt::DescendingOrder);
        QAbstractItemModelTester proxyTester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QRandomGenerator random(20240517);
        for (int round = 0; round < 200; ++round) {
            FeedStatsList snapshot;
            for (int number = 1; number <= 20; ++number) {
                if (random.bounded(100) < 70) {
                    snapshot << samples::feed(number, round / 4.0);
                }
            }
            std::shuffle(snapshot.begin(), snapshot.end(), random);
            m_now += 250ms;
            model.update(snapshot, m_now);
            QCOMPARE(model.rowCount(), int(snapshot.size()));
            QCOMPARE(filter.rowCount(), int(snapshot.size()));
            for (const FeedStats &feed : std::as_const(snapshot)) {
                const int row = model.rowOf(feed.name);
                QVERIFY(row >= 0);
                QCOMPARE(model.feed(row), feed);
                QCOMPARE(model.index(row, FeedModel::Name).data().toString(), feed.name);
            }
        }
        QCOMPARE(resets.count(), 0);
    }

    void aNameTwiceInASnapshotIsOneRow()
    {
        FeedModel model;
        model.update({samples::feed(1, 0), samples::feed(1, 5), samples::feed(2, 0)}, m_now);
        QCOMPARE(model.rowCount(), 2);
    }

    void onlyWhatLooksDifferentIsTold()
    {
        FeedModel model;
        FeedStatsList feeds = samples::feeds(5, 0);
        model.update(feeds, m_now);
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        model.update(feeds, m_now + 10ms);
        QCOMPARE(changes.count(), 0);

        feeds[2].viewers += 1;
        feeds[2].totalBytes += 1; // not seen in "286 MB"
        model.update(feeds, m_now + 20ms);
        QCOMPARE(changes.count(), 1);
        QCOMPARE(changes.at(0).at(0).toModelIndex(), model.index(2, FeedModel::Viewers));
        QCOMPARE(changes.at(0).at(1).toModelIndex(), model.index(2, FeedModel::Viewers));

        changes.clear();
        for (FeedStats &feed : feeds) {
            feed.errors += 1;
        }
        model.update(feeds, m_now + 30ms);
        QCOMPARE(changes.count(), 1); // neighbours together
        QCOMPARE(changes.at(0).at(0).toModelIndex(), model.index(0, FeedModel::Errors));
        QCOMPARE(changes.at(0).at(1).toModelIndex(), model.index(4, FeedModel::Errors));
    }

    void insertsAndRemovesRunsOfRows()
    {
        FeedModel model;
        model.update({samples::feed(1, 0), samples::feed(9, 0)}, m_now);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(&model, &QAbstractItemModel::rowsRemoved);
        model.update({samples::feed(1, 0), samples::feed(2, 0), samples::feed(3, 0), samples::feed(9, 0)},
                     m_now);
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(inserted.at(0).at(1).toInt(), 1);
        QCOMPARE(inserted.at(0).at(2).toInt(), 2);
        QCOMPARE(removed.count(), 0);
        model.update({samples::feed(9, 0)}, m_now);
        QCOMPARE(removed.count(), 1);
        QCOMPARE(removed.at(0).at(1).toInt(), 0);
        QCOMPARE(removed.at(0).at(2).toInt(), 2);
    }

    void wordsOfValues_data()
    {
        QTest::addColumn<int>("column");
        QTest::addColumn<FeedStats>("feed");
        QTest::addColumn<QString>("text");
        FeedStats feed;
        feed.name = QStringLiteral("x");
        feed.source = QStringLiteral("192.168.1.5:40000");
        feed.bitrateBps = 2'450'400;
        feed.fps = 29.97;
        feed.totalBytes = 1'240'000'000;
        feed.uptimeMs = 3'765'999;
        QTest::newRow("bitrate") << int(FeedModel::Bitrate) << feed << QStringLiteral("2,450 kb/s");
        QTest::newRow("fps") << int(FeedModel::Fps) << feed << QStringLiteral("30.0");
        QTest::newRow("total") << int(FeedModel::Total) << feed << QStringLiteral("1.24 GB");
        QTest::newRow("uptime") << int(FeedModel::Uptime) << feed << QStringLiteral("1:02:45");
        QTest::newRow("source") << int(FeedModel::Source) << feed << QStringLiteral("192.168.1.5");
        QTest::newRow("no video") << int(FeedModel::Video) << feed << QStringLiteral("–");
        feed.source = QStringLiteral("[2001:db8::1]:40000");
        QTest::newRow("source v6") << int(FeedModel::Source) << feed << QStringLiteral("2001:db8::1");
        feed.totalBytes = 999'600;
        QTest::newRow("total at the border") << int(FeedModel::Total) << feed << QStringLiteral("1.00 MB");
        feed.state = FeedState::Away;
        QTest::newRow("bitrate of nobody") << int(FeedModel::Bitrate) << feed << QStringLiteral("–");
        QTest::newRow("away") << int(FeedModel::State) << feed << QStringLiteral("Away");
        feed.state = FeedState::Kicked;
        QTest::newRow("kicked") << int(FeedModel::State) << feed << QStringLiteral("Kicked");
        feed.banSecondsLeft = 572;
        QTest::newRow("banned") << int(FeedModel::State) << feed << QStringLiteral("Banned 9:32");
    }

    void wordsOfValues()
    {
        QFETCH(int, column);
        QFETCH(FeedStats, feed);
        QFETCH(QString, text);
        FeedModel model;
        model.update({feed}, m_now);
        QCOMPARE(model.index(0, column).data().toString(), text);
        QVERIFY(!model.index(0, column).data(Qt::ToolTipRole).toString().isEmpty());
    }

    void namesSortAsPeopleCount()
    {
        FeedModel model;
        FeedFilter filter;
        filter.setSourceModel(&model);
        filter.sort(FeedModel::Name);
        model.update(named({"cam10", "Cam2", "cam1", "cam100", "alpha"}), m_now);
        QCOMPARE(names(filter),
                 QStringList({QStringLiteral("alpha"), QStringLiteral("cam1"), QStringLiteral("Cam2"),
                              QStringLiteral("cam10"), QStringLiteral("cam100")}));
        filter.sort(FeedModel::Name, Qt::DescendingOrder);
        QCOMPARE(names(filter),
                 QStringList({QStringLiteral("cam100"), QStringLiteral("cam10"), QStringLiteral("Cam2"),
                              QStringLiteral("cam1"), QStringLiteral("alpha")}));
    }

    void equalValuesStayInTheOrderOfNames()
    {
        FeedModel model;
        FeedFilter filter;
        filter.setSourceModel(&model);
        model.update(named({"cam10", "cam2", "cam1"}), m_now);
        filter.sort(FeedModel::Viewers, Qt::DescendingOrder);
        QCOMPARE(names(filter),
                 QStringList({QStringLiteral("cam1"), QStringLiteral("cam2"), QStringLiteral("cam10")}));
        filter.sort(FeedModel::Viewers, Qt::AscendingOrder);
        QCOMPARE(names(filter),
                 QStringList({QStringLiteral("cam1"), QStringLiteral("cam2"), QStringLiteral("cam10")}));
    }

    void rowsKeepTheirPlaceForAWhile()
    {
        FeedModel model;
        FeedFilter filter;
        filter.setSourceModel(&model);
        filter.sort(FeedModel::Bitrate, Qt::DescendingOrder);
        FeedStatsList feeds = named({"a", "b"});
        feeds[0].bitrateBps = 2'000'000;
        feeds[1].bitrateBps = 1'000'000;
        model.update(feeds, m_now);
        QCOMPARE(names(filter), QStringList({QStringLiteral("a"), QStringLiteral("b")}));
        feeds[1].bitrateBps = 3'000'000;
        model.update(feeds, m_now + 250ms);
        QCOMPARE(names(filter), QStringList({QStringLiteral("a"), QStringLiteral("b")}));
        model.update(feeds, m_now + FeedModel::sortInterval);
        QCOMPARE(names(filter), QStringList({QStringLiteral("b"), QStringLiteral("a")}));
    }

    void filterWantsEveryWordSomewhere_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("found");
        QTest::newRow("nothing typed")
            << QString()
            << QStringList({QStringLiteral("cam1"), QStringLiteral("cam2"), QStringLiteral("roof")});
        QTest::newRow("name, other case")
            << QStringLiteral("CAM") << QStringList({QStringLiteral("cam1"), QStringLiteral("cam2")});
        QTest::newRow("state") << QStringLiteral("away") << QStringList({QStringLiteral("cam2")});
        QTest::newRow("video") << QStringLiteral("1280") << QStringList({QStringLiteral("roof")});
        QTest::newRow("source with port")
            << QStringLiteral("10.0.0.9:4000") << QStringList({QStringLiteral("roof")});
        QTest::newRow("two words") << QStringLiteral(" live  cam ") << QStringList({QStringLiteral("cam1")});
        QTest::newRow("running numbers are no words") << QStringLiteral("777") << QStringList();
        QTest::newRow("nothing such") << QStringLiteral("zebra") << QStringList();
    }

    void filterWantsEveryWordSomewhere()
    {
        QFETCH(QString, text);
        QFETCH(QStringList, found);
        FeedModel model;
        FeedFilter filter;
        filter.setSourceModel(&model);
        filter.sort(FeedModel::Name);
        FeedStatsList feeds = named({"cam1", "cam2", "roof"});
        feeds[0].viewers = 777;
        feeds[1].state = FeedState::Away;
        feeds[2].video = QStringLiteral("h264 1280x720");
        feeds[2].source = QStringLiteral("10.0.0.9:4000");
        model.update(feeds, m_now);
        filter.setText(text);
        QCOMPARE(names(filter), found);
    }

    void filterFollowsAChangeOfState()
    {
        FeedModel model;
        FeedFilter filter;
        filter.setSourceModel(&model);
        filter.setText(QStringLiteral("away"));
        FeedStatsList feeds = named({"a", "b"});
        model.update(feeds, m_now);
        QCOMPARE(names(filter), QStringList());
        feeds[1].state = FeedState::Away;
        model.update(feeds, m_now);
        QCOMPARE(names(filter), QStringList({QStringLiteral("b")}));
    }

private:
    static FeedStatsList named(std::initializer_list<const char *> wanted)
    {
        FeedStatsList feeds;
        for (const char *name : wanted) {
            FeedStats feed;
            feed.name = QLatin1String(name);
            feeds << feed;
        }
        return feeds;
    }

    static QStringList names(const FeedFilter &filter)
    {
        QStringList found;
        for (int row = 0; row < filter.rowCount(); ++row) {
            found << filter.index(row, FeedModel::Name).data().toString();
        }
        return found;
    }

    FeedModel::TimePoint m_now;
};

QTEST_GUILESS_MAIN(TestFeedModel)
#include "tst_feedmodel.moc"
