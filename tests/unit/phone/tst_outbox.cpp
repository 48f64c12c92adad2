// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/outbox.h"

#include <QtTest>

using namespace aspersor::phone;

namespace {

Block block(std::size_t size, bool startsSegment, std::uint8_t mark = 0)
{
    return {std::make_shared<const std::vector<std::uint8_t>>(size, mark), startsSegment};
}

/// The marks of all that can be taken, one letter a block.
QByteArray takeAll(Outbox &outbox)
{
    QByteArray marks;
    while (const auto taken = outbox.take())
        marks += static_cast<char>(taken->bytes->front());
    return marks;
}

} // namespace

class TestOutbox : public QObject
{
    Q_OBJECT

private slots:
    void handsOnInOrder()
    {
        int woken = 0;
        Outbox outbox([&] { ++woken; });
        outbox.setOnline(true);
        outbox.push(block(10, true, 'a'));
        outbox.push(block(10, false, 'b'));
        outbox.push(block(10, true, 'c'));
        QCOMPARE(woken, 3);
        QCOMPARE(takeAll(outbox), QByteArray("abc"));
        QVERIFY(!outbox.finished());
        outbox.push(block(10, false, 'd'));
        outbox.finish();
        QVERIFY(outbox.finished() && !outbox.drained());
        QCOMPARE(takeAll(outbox), QByteArray("d"));
        QVERIFY(outbox.drained());
        QCOMPARE(outbox.droppedBytes(), 0U);
    }

    void beginsWithASegment()
    {
        Outbox outbox([] {});
        outbox.setOnline(true);
        outbox.push(block(10, false, 'x'));
        QCOMPARE(takeAll(outbox), QByteArray());
        outbox.push(block(10, true, 'a'));
        QCOMPARE(takeAll(outbox), QByteArray("a"));
    }

    void keepsTheNewestSegmentWhileAway()
    {
        Outbox outbox([] {}); // offline from the start
        outbox.push(block(10, true, 'a'));
        outbox.push(block(10, false, 'b'));
        outbox.push(block(10, true, 'c'));
        outbox.push(block(10, false, 'd'));
        outbox.setOnline(true);
        QCOMPARE(takeAll(outbox), QByteArray("cd"));
        QCOMPARE(outbox.droppedBytes(), 20U);
    }

    void aBrokenConnectionGoesOnWithASegment()
    {
        Outbox outbox([] {});
        outbox.setOnline(true);
        for (const char mark : QByteArray("abc"))
            outbox.push(block(10, mark == 'a', static_cast<std::uint8_t>(mark)));
        QVERIFY(outbox.take()); // 'a' was on its way when the connection broke
        outbox.setOnline(false);
        outbox.setOnline(true);
        outbox.push(block(10, false, 'd'));
        QCOMPARE(takeAll(outbox), QByteArray()); // of no use without 'a'
        outbox.push(block(10, true, 'e'));
        QCOMPARE(takeAll(outbox), QByteArray("e"));
        QCOMPARE(outbox.droppedBytes(), 30U);
    }

    void aSlowConnectionLosesWholeSegments()
    {
        Outbox outbox([] {}, 100);
        outbox.setOnline(true);
        for (const char mark : QByteArray("AbcDef")) // capitals begin a segment
            outbox.push(block(30, mark < 'a', static_cast<std::uint8_t>(mark)));
        QCOMPARE(takeAll(outbox), QByteArray("Def"));
        for (const char mark : QByteArray("AbcdefG"))
            outbox.push(block(30, mark < 'a', static_cast<std::uint8_t>(mark)));
        QCOMPARE(takeAll(outbox), QByteArray("G"));
    }

    void oneSegmentMayBeLargerThanTheLimit()
    {
        Outbox outbox([] {}, 100);
        outbox.setOnline(true);
        outbox.push(block(1000, true, 'A'));
        QCOMPARE(takeAll(outbox), QByteArray("A"));
    }
};

QTEST_GUILESS_MAIN(TestOutbox)
#include "tst_outbox.moc"
