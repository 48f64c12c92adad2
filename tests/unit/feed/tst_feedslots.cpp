// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedslots.h"

#include <QTest>

using namespace aspersor;

namespace {

std::vector<FeedSlots::Slot> pool(int count)
{
    std::vector<FeedSlots::Slot> places;
    for (int i = 1; i <= count; ++i) {
        const std::string name = "slot0" + std::to_string(i);
        places.push_back({name, '/' + name + ".ffm", true, true});
    }
    return places;
}

} // namespace

class TestFeedSlots : public QObject
{
    Q_OBJECT

private slots:
    void withoutPlacesNothingIsLimited()
    {
        FeedSlots places;
        QVERIFY(!places.isLimited());
        const auto lease = places.take("cam1");
        QVERIFY(lease.has_value() && *lease == nullptr);
    }

    void aFeedHasOnePlaceUntilItsLeaseEnds()
    {
        FeedSlots places;
        places.set(pool(2), true);
        auto one = *places.take("cam1");
        QCOMPARE(one->slot.name, std::string("slot01"));
        QCOMPARE(*places.take("cam1"), one); // the same one
        auto two = *places.take("cam2");
        QCOMPARE(two->slot.name, std::string("slot02"));
        const auto third = places.take("cam3");
        QVERIFY(!third.has_value());
        QVERIFY(third.error().message.ends_with('.'));
        QVERIFY(third.error().message.find('2') != std::string::npos);
        QCOMPARE(places.slotOf("cam2"), std::optional<std::string>("slot02"));
        QCOMPARE(places.feedOfSlot().at("slot01"), std::string("cam1"));
        one.reset();
        QVERIFY(!places.slotOf("cam1"));
        QCOMPARE((*places.take("cam3"))->slot.name, std::string("slot01"));
    }

    void whoReturnsGetsTheOldPlaceAndNewcomersTheOldestOne()
    {
        FeedSlots places;
        places.set(pool(3), true);
        for (const char *name : {"a", "b", "c"})
            (void)places.take(name); // and leaves again
        QCOMPARE((*places.take("b"))->slot.name, std::string("slot02"));
        QCOMPARE((*places.take("new"))->slot.name, std::string("slot01")); // b and c had theirs later
    }

    void aPlaceRemembersItsNewestTime()
    {
        FeedSlots places;
        places.set(pool(1), true);
        (*places.take("a"))->newest->store(4711); // and leaves
        QCOMPARE((*places.take("b"))->newest->load(), std::int64_t(4711));
    }

    void namedFeedsHaveTheirOwnPlacesOnly()
    {
        FeedSlots places;
        places.set({{"door", "/door.ffm", true, true}}, false);
        const auto door = places.take("door");
        QVERIFY(door.has_value());
        QCOMPARE((*door)->slot.path, std::string("/door.ffm"));
        const auto other = places.take("cam1");
        QVERIFY(!other.has_value());
        QVERIFY(other.error().message.find("no feed \"cam1\", only door") != std::string::npos);
    }

    void theSamePlacesAgainChangeNothingOthersEverything()
    {
        FeedSlots places;
        places.set(pool(2), true);
        const auto lease = *places.take("cam1");
        const auto generation = places.generation();
        places.set(pool(2), true); // ffserver was restarted
        QVERIFY(places.isCurrent(lease));
        QCOMPARE(places.generation(), generation);
        places.set(pool(4), true); // those that are still there stay
        QVERIFY(places.isCurrent(lease));
        places.set({{"door", "/door.ffm", true, true}}, false);
        QVERIFY(!places.isCurrent(lease));
        QVERIFY(places.generation() > generation);
        places.clear();
        QVERIFY(!places.isLimited());
        QVERIFY(!places.isCurrent(nullptr));
    }
};

QTEST_GUILESS_MAIN(TestFeedSlots)
#include "tst_feedslots.moc"
