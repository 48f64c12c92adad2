// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/control/feedboard.h"

#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;

namespace {

FeedStats feed(const QString &name, FeedState state = FeedState::Live)
{
    FeedStats stats;
    stats.name = name;
    stats.state = state;
    stats.bitrateBps = 1000;
    return stats;
}

QStringList namesOf(const FeedStatsList &list)
{
    QStringList names;
    for (const FeedStats &one : list)
        names.append(one.name);
    return names;
}

} // namespace

class TestFeedBoard : public QObject
{
    Q_OBJECT

private slots:
    void viewersAreFilledIn()
    {
        FeedBoard board(5s);
        const auto list = board.list({feed(a), feed(b)}, {{b, 3}, {QStringLiteral("gone"), 9}}, start);
        QCOMPARE(namesOf(list), (QStringList{a, b}));
        QCOMPARE(list[0].viewers, 0);
        QCOMPARE(list[1].viewers, 3);
    }

    void whatHasEndedStaysForAWhileInItsPlace()
    {
        FeedBoard board(5s);
        board.onChange(feed(a, FeedState::Ended), start);
        auto list = board.list({feed(b)}, {{a, 3}}, start + 4999ms);
        QCOMPARE(namesOf(list), (QStringList{a, b}));
        QCOMPARE(list[0].state, FeedState::Ended);
        QCOMPARE(list[0].bitrateBps, 0);
        QCOMPARE(list[0].viewers, 0);
        list = board.list({feed(b)}, {}, start + 5s);
        QCOMPARE(namesOf(list), QStringList{b});
    }

    void aFeedThatIsBackIsThereOnce()
    {
        FeedBoard board(5s);
        board.onChange(feed(a, FeedState::Ended), start);
        const auto list = board.list({feed(a)}, {}, start + 1s);
        QCOMPARE(namesOf(list), QStringList{a});
        QCOMPARE(list[0].state, FeedState::Live);
        QVERIFY(board.list({}, {}, start + 2s).isEmpty()); // and its old end is forgotten

        board.onChange(feed(b, FeedState::Ended), start);
        board.onChange(feed(b, FeedState::Live), start + 1s);
        QVERIFY(board.list({}, {}, start + 2s).isEmpty());
    }

    void feedsThatComeAndGoFastAreBounded()
    {
        FeedBoard board(1h);
        for (int i = 0; i < 5000; ++i)
            board.onChange(feed(QString::number(i), FeedState::Ended), start);
        QCOMPARE(board.list({}, {}, start).size(), 256);
    }

private:
    const QString a = QStringLiteral("a");
    const QString b = QStringLiteral("b");
    const FeedBoard::TimePoint start{};
};

QTEST_GUILESS_MAIN(TestFeedBoard)
#include "tst_feedboard.moc"
