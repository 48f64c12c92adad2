// SPDX-License-Identifier: GPL-3.0-or-later
// A feed stops for five seconds and returns: viewers stay and play on.
#include "frames.h"
#include "room.h"

#include <QtTest>
#include <algorithm>
#include <csignal>

using namespace aspersor::e2e;

namespace {

const QString clip = QStringLiteral(ASPERSOR_CLIP);
constexpr int pauseMs = 5000;
constexpr int graceMs = 10'000;

/// A feed, the way it stops, and two viewers.
struct Case {
    QString name;
    ProgramPtr publisher;
    std::vector<ProgramPtr> viewers;     // .ts, .flv
    std::vector<std::size_t> seenBefore; // pictures, of each viewer

    [[nodiscard]] bool everyViewer(const std::function<bool(const Program &)> &is) const
    {
        return std::all_of(viewers.begin(), viewers.end(),
                           [&](const ProgramPtr &viewer) { return is(*viewer); });
    }
};

std::size_t picturesOf(const Program &viewer)
{
    return framesOf(viewer.output()).pictures.size();
}

} // namespace

class TestE2ePause : public QObject
{
    Q_OBJECT

    Room m_room{graceMs};
    std::vector<Case> m_cases;
    Frames m_source;

    [[nodiscard]] ProgramPtr phone(const QString &name) const
    {
        return phonePublisher(QStringLiteral("--loop --chunk-ms 40"), clip, m_room.publishUrl(name));
    }
    [[nodiscard]] bool everyCase(const std::function<bool(const Case &)> &is) const
    {
        return std::all_of(m_cases.begin(), m_cases.end(), is);
    }

private slots:
    void initTestCase()
    {
        const ProgramPtr reader = player(clip);
        QVERIFY2(reader->start() && reader->waitForExit() && reader->exited(0), reader->complaint());
        m_source = framesOf(reader->output());

        QVERIFY2(m_room.start(), m_room.story());
        for (const char *name : {"broken", "frozen"}) {
            Case one;
            one.name = QString::fromLatin1(name);
            one.publisher = phone(one.name);
            QVERIFY2(one.publisher->start(), one.publisher->complaint());
            QTRY_VERIFY2_WITH_TIMEOUT(m_room.serves(one.name + QStringLiteral(".ts")), m_room.story(),
                                      patience);
            for (const char *format : {".ts", ".flv"}) {
                one.viewers.push_back(player(m_room.watchUrl(one.name + QLatin1String(format))));
                QVERIFY(one.viewers.back()->start());
            }
            m_cases.push_back(std::move(one));
        }
        QTRY_VERIFY2_WITH_TIMEOUT(everyCase([](const Case &c) {
                                      return c.everyViewer(
                                          [](const Program &v) { return picturesOf(v) > 30; });
                                  }),
                                  m_room.story(), patience);
    }

    void theFeedStops()
    {
        m_cases[0].publisher->signal(SIGKILL); // the phone's battery is empty
        m_cases[1].publisher->signal(SIGSTOP); // a tunnel: the connection stands, nothing comes
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.state(QStringLiteral("broken")) == QStringLiteral("away"),
                                  m_room.story(), patience);
        // Nobody may leave during the pause.
        const auto someoneLeft = [&] {
            return !everyCase(
                [](const Case &c) { return c.everyViewer([](const Program &v) { return v.running(); }); });
        };
        QVERIFY2(!QTest::qWaitFor(someoneLeft, pauseMs), m_room.story());
        for (Case &one : m_cases) {
            for (const ProgramPtr &viewer : one.viewers)
                one.seenBefore.push_back(picturesOf(*viewer));
        }
    }

    void theFeedReturnsAndPlaysOn()
    {
        m_cases[0].publisher = phone(m_cases[0].name);
        QVERIFY(m_cases[0].publisher->start());
        m_cases[1].publisher->signal(SIGCONT);
        for (const Case &one : m_cases) {
            for (std::size_t i = 0; i < one.viewers.size(); ++i)
                QTRY_VERIFY2_WITH_TIMEOUT(picturesOf(*one.viewers[i]) > one.seenBefore[i] + 60,
                                          one.viewers[i]->complaint() + m_room.story(), patience);
        }
        QCOMPARE(m_room.states(QStringLiteral("broken")), words(QStringLiteral("live away live")));
    }

    void whatWasSeenIsWhole_data()
    {
        QTest::addColumn<int>("index");
        QTest::addColumn<int>("viewer");
        for (int i = 0; i < 2; ++i) {
            for (int v = 0; v < 2; ++v)
                QTest::newRow(qPrintable(m_cases[static_cast<std::size_t>(i)].name +
                                         QLatin1String(v == 0 ? ".ts" : ".flv")))
                    << i << v;
        }
    }
    void whatWasSeenIsWhole()
    {
        QFETCH(int, index);
        QFETCH(int, viewer);
        const Case &one = m_cases[static_cast<std::size_t>(index)];
        const Program &program = *one.viewers[static_cast<std::size_t>(viewer)];
        const Frames seen = framesOf(program.output());
        QVERIFY2(timeGrows(seen.pictures) && timeGrows(seen.sounds), program.output());
        QVERIFY2(streamFaults(program.errors()).isEmpty(), program.complaint());

        // No picture is damaged or out of its order: each one is in the clip, and follows the one before but
        // at most at one seam (the return); there the next one is a keyframe.
        constexpr int gop = 30;
        int seams = 0;
        int last = -1;
        for (const Unit &unit : seen.pictures) {
            const auto found = std::ranges::find(m_source.pictures, unit.hash, &Unit::hash);
            QVERIFY2(found != m_source.pictures.end(), program.output());
            const int place = static_cast<int>(found - m_source.pictures.begin());
            const bool follows =
                last >= 0 && place == (last + 1) % static_cast<int>(m_source.pictures.size());
            if (!follows) {
                QVERIFY2(place % gop == 0, QByteArray::number(place));
                seams += last >= 0 ? 1 : 0;
            }
            last = place;
        }
        QVERIFY2(seams <= 1, QByteArray::number(seams));
    }

    void cleanupTestCase() { QVERIFY2(m_room.quit(), m_room.story()); }
};

QTEST_GUILESS_MAIN(TestE2ePause)
#include "tst_e2e_pause.moc"
