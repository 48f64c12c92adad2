// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/pusher.h"
#include "tests/bench/room/tswatch.h"

#include <QTest>
#include <algorithm>

using namespace aspersor::bench;

class TestTsWatch : public QObject
{
    Q_OBJECT

    struct Seen {
        std::int64_t id;
        std::int64_t at;
    };

    /// The clip as a viewer gets it, each piece at the time of its place, in reads of `size` bytes.
    static std::vector<Seen> watch(PacedClip &clip, std::size_t size, std::uint64_t &errors)
    {
        std::vector<Seen> seen;
        TsWatch watch([&](std::int64_t id, std::int64_t at) { seen.push_back({id, at}); });
        std::size_t picture = 0;
        std::int64_t now = 0;
        for (const PacedClip::Piece &piece : clip.pieces()) {
            ++now;
            auto bytes = clip.stamped(piece, SentTimes::idOf(3, picture));
            picture += piece.stampAt > 0 ? 1 : 0;
            for (; !bytes.empty(); bytes = bytes.subspan(std::min(size, bytes.size())))
                watch.add(bytes.first(std::min(size, bytes.size())), now);
        }
        errors = watch.errors();
        return seen;
    }

private slots:
    void seesEachPictureWhenItsLastByteComes_data()
    {
        QTest::addColumn<int>("size");
        QTest::newRow("whole pieces") << 1'000'000;
        QTest::newRow("TS packets") << 188;
        QTest::newRow("odd reads") << 77;
        QTest::newRow("single bytes") << 1;
    }

    void seesEachPictureWhenItsLastByteComes()
    {
        QFETCH(const int, size);
        auto clip = PacedClip::load(ASPERSOR_CLIP);
        QVERIFY(clip.has_value());
        std::vector<std::int64_t> expected; // when each picture comes
        std::int64_t now = 0;
        for (const PacedClip::Piece &piece : clip->pieces()) {
            ++now;
            if (piece.stampAt > 0)
                expected.push_back(now);
        }
        QCOMPARE(expected.size(), 300U);
        std::uint64_t errors = 0;
        const auto seen = watch(*clip, static_cast<std::size_t>(size), errors);
        QCOMPARE(errors, 0U);
        QCOMPARE(seen.size(), expected.size() - 1); // nothing follows the last one to say that it was whole
        for (std::size_t i = 0; i < seen.size(); ++i) {
            QCOMPARE(seen[i].id, SentTimes::idOf(3, i));
            QCOMPARE(seen[i].at, expected[i]);
        }
    }

    void noticesWhatIsLost()
    {
        auto clip = PacedClip::load(ASPERSOR_CLIP);
        QVERIFY(clip.has_value());
        TsWatch watch([](std::int64_t, std::int64_t) {});
        std::size_t number = 0;
        for (const PacedClip::Piece &piece : clip->pieces()) {
            const auto bytes = clip->stamped(piece, 0);
            watch.add(++number == 100 ? bytes.first(bytes.size() - 188) : bytes, 0);
        }
        QVERIFY(watch.errors() >= 1);
    }

    void remembersWhatWasSent()
    {
        SentTimes sent(2, 10);
        sent.set(1, 9, 1234);
        QCOMPARE(sent.at(SentTimes::idOf(1, 9)), 1234);
        QCOMPARE(sent.at(SentTimes::idOf(0, 9)), 0);
        QCOMPARE(sent.at(SentTimes::idOf(2, 0)), 0);  // no such feed
        QCOMPARE(sent.at(SentTimes::idOf(1, 10)), 0); // no such picture
        QCOMPARE(sent.at(0), 0);
        QCOMPARE(sent.at(-1), 0);
        QCOMPARE(SentTimes::pictureOf(SentTimes::idOf(1, 9)), 9U);
    }
};

QTEST_GUILESS_MAIN(TestTsWatch)
#include "tst_tswatch.moc"
