// SPDX-License-Identifier: GPL-3.0-or-later
// What is killed comes back, or takes everything of its own with it.
#include "frames.h"
#include "room.h"

#include <QtTest>
#include <csignal>

using namespace aspersor::e2e;

namespace {

const QString clip = QStringLiteral(ASPERSOR_CLIP);
const QStringList names{QStringLiteral("one"), QStringLiteral("two"), QStringLiteral("three")};

} // namespace

class TestE2eRecovery : public QObject
{
    Q_OBJECT

    Room m_room{20'000};
    std::vector<ProgramPtr> m_phones;

    [[nodiscard]] bool allServed() const
    {
        return std::all_of(names.begin(), names.end(), [this](const QString &name) {
            return m_room.serves(name + QStringLiteral(".ts"));
        });
    }
    /// Starts a viewer of each feed; returns when all have pictures.
    [[nodiscard]] std::vector<ProgramPtr> watchAll() const
    {
        std::vector<ProgramPtr> viewers;
        for (const QString &name : names) {
            viewers.push_back(player(m_room.watchUrl(name + QStringLiteral(".ts"))));
            if (!viewers.back()->start())
                return {};
        }
        const auto allSee = [&] {
            return std::all_of(viewers.begin(), viewers.end(), [](const ProgramPtr &v) {
                return framesOf(v->output()).pictures.size() > 30;
            });
        };
        if (!QTest::qWaitFor(allSee, patience))
            return {};
        return viewers;
    }

private slots:
    void initTestCase()
    {
        QVERIFY2(m_room.start(), m_room.story());
        for (const QString &name : names) {
            m_phones.push_back(
                phonePublisher(QStringLiteral("--loop --chunk-ms 40"), clip, m_room.publishUrl(name)));
            QVERIFY(m_phones.back()->start());
        }
        QTRY_VERIFY2_WITH_TIMEOUT(allServed(), m_room.story(), patience);
    }

    void ffserverComesBackAndNoPhoneNotices()
    {
        const auto before = watchAll();
        QVERIFY2(!before.empty(), m_room.story());
        const qint64 old = m_room.ffserverPid();
        QVERIFY(isRunning(old));
        const qsizetype mark = m_room.eventCount();

        QCOMPARE(::kill(static_cast<pid_t>(old), SIGKILL), 0);
        QElapsedTimer timer;
        timer.start();
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.ffserverPid() != old && allServed(), m_room.story(), patience);
        const qint64 took = timer.elapsed();
        QVERIFY2(took < 4000, QByteArray::number(took)); // 2 s are promised; the machine is shared

        const auto restarting = m_room.events(QStringLiteral("ffserver"), {}, mark);
        QCOMPARE(restarting.first().value(QStringLiteral("state")).toString(), QStringLiteral("restarting"));
        QVERIFY(!restarting.first().value(QStringLiteral("reason")).toString().isEmpty());
        QVERIFY2(m_room.events(QStringLiteral("feed"), {}, mark).isEmpty(),
                 m_room.story()); // no feed lost or away
        for (const ProgramPtr &phone : m_phones)
            QVERIFY2(phone->running() && !phone->errors().contains("Trying again"), phone->complaint());

        const auto after = watchAll(); // the same addresses serve again, from a keyframe
        QVERIFY2(!after.empty(), m_room.story());
        for (const ProgramPtr &viewer : after)
            QVERIFY2(streamFaults(viewer->errors()).isEmpty(), viewer->complaint());
    }

    void onlyOneFfserverIsLeft()
    {
        int children = 0;
        for (const QString &entry : QDir(QStringLiteral("/proc")).entryList(QDir::Dirs)) {
            QFile stat(QStringLiteral("/proc/%1/stat").arg(entry));
            if (entry.toLongLong() == 0 || !stat.open(QIODevice::ReadOnly))
                continue;
            const QByteArray text = stat.readAll();
            const QByteArray parent = text.mid(text.lastIndexOf(')') + 4).split(' ').first();
            children += parent.toLongLong() == m_room.program.pid() && text.contains("(ffserver)") ? 1 : 0;
        }
        QCOMPARE(children, 1);
    }

    void killingTheRoomLeavesNothingBehind()
    {
        const qint64 ffserver = m_room.ffserverPid();
        QVERIFY(isRunning(ffserver));
        m_room.program.signal(SIGKILL);
        QVERIFY(m_room.program.waitForExit());
        QTRY_VERIFY_WITH_TIMEOUT(!isRunning(ffserver), patience);
        // The phones try on, as phones do.
        for (const ProgramPtr &phone : m_phones) {
            QTRY_VERIFY2_WITH_TIMEOUT(phone->errors().contains("Trying again"), phone->complaint(), patience);
            QVERIFY(phone->running());
        }
    }
};

QTEST_GUILESS_MAIN(TestE2eRecovery)
#include "tst_e2e_recovery.moc"
