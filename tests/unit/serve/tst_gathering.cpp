// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/gathering.h"

#include <QTest>
#include <algorithm>
#include <vector>

using namespace aspersor::serve;
using namespace std::chrono_literals;

namespace {

using Time = Gathering::TimePoint;
using Duration = Gathering::Duration;

struct Outcome {
    int writes = 0;
    std::vector<Duration> waits; // of pictures

    [[nodiscard]] Duration longest() const { return *std::ranges::max_element(waits); }
    [[nodiscard]] int atOnce() const
    {
        return static_cast<int>(std::ranges::count_if(waits, [](Duration wait) { return wait < 1ms; }));
    }
};

/// Pictures at these times, and sound every 21 ms.
Outcome run(const std::vector<Duration> &pictures, std::chrono::milliseconds budget)
{
    Gathering gathering;
    Outcome outcome;
    const Time start = Time{} + 1h;
    std::vector<Time> waiting;
    Time due = Time::max();
    const auto write = [&](Time now) {
        gathering.written(now);
        ++outcome.writes;
        for (const Time since : waiting)
            outcome.waits.push_back(now - since);
        waiting.clear();
        due = Time::max();
    };
    std::size_t next = 0;
    for (Duration at = 0ms; next < pictures.size() || !waiting.empty(); at += 1ms) {
        const Time now = start + at;
        if (now >= due)
            write(now);
        const bool picture = next < pictures.size() && pictures[next] <= at;
        if (picture) {
            waiting.push_back(now);
            ++next;
        }
        if (picture || at / 1ms % 21 == 0)
            due = gathering.news(now, picture, budget);
        if (now >= due)
            write(now);
    }
    return outcome;
}

std::vector<Duration> everyMs(int spacing, int count, int jitter = 0)
{
    std::vector<Duration> times;
    for (int i = 0; i < count; ++i)
        times.push_back(std::chrono::milliseconds(i * spacing + (i * 7 % (2 * jitter + 1))));
    return times;
}

} // namespace

class GatheringTest : public QObject
{
    Q_OBJECT

private slots:
    void writesKeepStepWithThePictures_data()
    {
        QTest::addColumn<int>("spacing");
        QTest::addColumn<int>("budget");
        QTest::addColumn<int>("mostWrites"); // for 700 pictures
        QTest::addColumn<int>("leastAtOnce");
        QTest::addColumn<int>("longestMs");
        QTest::newRow("30 a second in pairs") << 33 << 45 << 420 << 380 << 45;
        QTest::newRow("25 a second in pairs") << 40 << 45 << 420 << 380 << 45;
        QTest::newRow("24 a second in pairs") << 42 << 45 << 420 << 380 << 45;
        QTest::newRow("15 a second cannot wait") << 66 << 45 << 1200 << 695 << 45; // sound goes between them
        QTest::newRow("60 a second in threes") << 16 << 45 << 260 << 170 << 45;
        QTest::newRow("30 a second, thrifty") << 33 << 200 << 120 << 90 << 200;
    }
    void writesKeepStepWithThePictures()
    {
        QFETCH(const int, spacing);
        QFETCH(const int, budget);
        QFETCH(const int, mostWrites);
        QFETCH(const int, leastAtOnce);
        QFETCH(const int, longestMs);
        const Outcome outcome = run(everyMs(spacing, 700), std::chrono::milliseconds(budget));
        QCOMPARE(outcome.waits.size(), std::size_t{700});
        QVERIFY2(outcome.writes <= mostWrites, qPrintable(QString::number(outcome.writes)));
        QVERIFY2(outcome.atOnce() >= leastAtOnce, qPrintable(QString::number(outcome.atOnce())));
        QVERIFY2(outcome.longest() <= std::chrono::milliseconds(longestMs + 1),
                 qPrintable(QString::number(outcome.longest() / 1ms)));
    }

    void picturesThatComeLateAreNotWaitedForTwice()
    {
        const Outcome outcome = run(everyMs(38, 700, 9), 45ms);
        QVERIFY(outcome.longest() <= 46ms);
        QVERIFY2(outcome.atOnce() >= 300, qPrintable(QString::number(outcome.atOnce())));
    }

    void aBurstIsOneWrite()
    {
        std::vector<Duration> segments;
        for (int segment = 0; segment < 10; ++segment) {
            for (int i = 0; i < 60; ++i)
                segments.push_back(segment * 2s + i * 1ms / 2);
        }
        const Outcome outcome = run(segments, 45ms);
        QVERIFY(outcome.longest() <= 46ms);
        QVERIFY2(outcome.writes < 600, qPrintable(QString::number(outcome.writes)));
    }
};

QTEST_APPLESS_MAIN(GatheringTest)
#include "tst_gathering.moc"
