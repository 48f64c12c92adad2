// SPDX-License-Identifier: GPL-3.0-or-later
// The control room with an original ffserver, which a stand-in plays: it takes what the original takes and
// reports every byte that it would not.
#include "frames.h"
#include "room.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>
#include <csignal>

using namespace aspersor::e2e;

namespace {

const QString clip = QStringLiteral(ASPERSOR_CLIP);
const QString one = QStringLiteral("one");
const QString two = QStringLiteral("two");
constexpr int pauseMs = 4000;

std::size_t picturesOf(const Program &viewer)
{
    return framesOf(viewer.output()).pictures.size();
}

} // namespace

class TestE2eOriginal : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<Room> m_room;
    std::vector<ProgramPtr> m_phones;
    ProgramPtr m_viewer;

    [[nodiscard]] QList<QJsonObject> report(const QString &kind, const QString &feed = {}) const
    {
        QList<QJsonObject> result;
        QFile file(m_folder.filePath(QStringLiteral("report")));
        if (!file.open(QIODevice::ReadOnly))
            return result;
        for (const QByteArray &line : file.readAll().split('\n')) {
            const QJsonObject entry = QJsonDocument::fromJson(line).object();
            if (entry.value(QStringLiteral("event")).toString() == kind &&
                (feed.isEmpty() || entry.value(QStringLiteral("feed")).toString() == feed))
                result += entry;
        }
        return result;
    }
    /// The number of the newest upload of "slot01.ffm", and how far it is.
    [[nodiscard]] int uploads(const QString &feed) const
    {
        const auto begun = report(QStringLiteral("begin"), feed);
        return begun.isEmpty() ? 0 : begun.last().value(QStringLiteral("upload")).toInt();
    }
    [[nodiscard]] int pictures(const QString &feed) const
    {
        const auto seen = report(QStringLiteral("progress"), feed);
        return seen.isEmpty() ? 0 : seen.last().value(QStringLiteral("pictures")).toInt();
    }
    /// What the last statistics say of a feed.
    [[nodiscard]] QJsonObject stats(const QString &feed) const
    {
        const auto all = m_room->events(QStringLiteral("stats"));
        if (!all.isEmpty())
            for (const QJsonValue value : all.last().value(QStringLiteral("feeds")).toArray())
                if (value.toObject().value(QStringLiteral("name")).toString() == feed)
                    return value.toObject();
        return {};
    }
    [[nodiscard]] ProgramPtr phone(const QString &name) const
    {
        return phonePublisher(QStringLiteral("--loop --chunk-ms 40"), clip, m_room->publishUrl(name));
    }
    [[nodiscard]] QByteArray faults() const
    {
        QByteArray text;
        for (const QJsonObject &fault : report(QStringLiteral("fault")))
            text += QJsonDocument(fault).toJson(QJsonDocument::Compact) + '\n';
        return text;
    }

private slots:
    void initTestCase()
    {
        qputenv("ORIGINAL_REPORT", m_folder.filePath(QStringLiteral("report")).toUtf8());
        m_room = std::make_unique<Room>(
            20'000, QStringList{QStringLiteral("--ffserver"), QStringLiteral(ASPERSOR_ORIGINAL),
                                QStringLiteral("--ffserver-slots"), QStringLiteral("2")});
        QVERIFY2(m_room->start(), m_room->story());
    }

    void feedsGetPlacesAndAddresses()
    {
        for (const QString &name : {one, two}) {
            m_phones.push_back(phone(name));
            QVERIFY2(m_phones.back()->start(), m_phones.back()->complaint());
            QTRY_VERIFY2_WITH_TIMEOUT(!stats(name).isEmpty(), m_room->story(), patience);
        }
        QCOMPARE(stats(one).value(QStringLiteral("streams")).toArray().first().toString(),
                 m_room->watchUrl(QStringLiteral("slot01.ts")));
        QCOMPARE(stats(two).value(QStringLiteral("streams")).toArray().first().toString(),
                 m_room->watchUrl(QStringLiteral("slot02.ts")));
        QTRY_VERIFY2_WITH_TIMEOUT(pictures(QStringLiteral("slot02.ffm")) > 30, m_room->story(), patience);
    }

    void aWebPageTellsViewersTheAddresses()
    {
        QByteArray page;
        QCOMPARE(statusOf(m_room->ingestPort(),
                          "GET / HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n", &page),
                 200);
        QVERIFY2(page.contains("Content-Type: text/html"), page);
        QVERIFY2(page.contains("<h2>one</h2>\n<p><a href=\"" +
                               m_room->watchUrl(QStringLiteral("slot01.ts")).toUtf8() + "\">slot01.ts</a>"),
                 page);
        QVERIFY2(page.contains("<h2>two</h2>\n<p><a href=\"" +
                               m_room->watchUrl(QStringLiteral("slot02.ts")).toUtf8()),
                 page);
        QVERIFY2(!page.contains("elsewhere"), page);
    }

    void whenAllPlacesAreTakenTheNextPhoneHearsSo()
    {
        QByteArray answer;
        const int status = statusOf(m_room->ingestPort(),
                                    "POST /three?key=" + QByteArray(Room::key) +
                                        " HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n",
                                    &answer);
        QCOMPARE(status, 503);
        QVERIFY2(answer.contains("All 2 places for feeds of the original ffserver are taken."), answer);
    }

    void viewersSeeAndAreCounted()
    {
        m_viewer = player(m_room->watchUrl(QStringLiteral("slot01.ts")));
        QVERIFY(m_viewer->start());
        QTRY_VERIFY2_WITH_TIMEOUT(picturesOf(*m_viewer) > 30, m_viewer->complaint() + m_room->story(),
                                  patience);
        QTRY_COMPARE_WITH_TIMEOUT(stats(one).value(QStringLiteral("viewers")).toInt(), 1, patience);
        QCOMPARE(stats(two).value(QStringLiteral("viewers")).toInt(), 0);
    }

    void aPhonesGapLosesNoViewer()
    {
        const std::size_t before = picturesOf(*m_viewer);
        m_phones[0]->signal(SIGKILL);
        QTRY_COMPARE_WITH_TIMEOUT(m_room->state(one), QStringLiteral("away"), patience);
        QVERIFY2(!QTest::qWaitFor([&] { return !m_viewer->running(); }, pauseMs), m_viewer->complaint());
        m_phones[0] = phone(one);
        QVERIFY(m_phones[0]->start());
        QTRY_VERIFY2_WITH_TIMEOUT(picturesOf(*m_viewer) > before + 60,
                                  m_viewer->complaint() + m_room->story(), patience);
        const Frames seen = framesOf(m_viewer->output());
        QVERIFY2(timeGrows(seen.pictures) && timeGrows(seen.sounds), m_viewer->output());
        QVERIFY2(streamFaults(m_viewer->errors()).isEmpty(), m_viewer->complaint());
        QCOMPARE(uploads(QStringLiteral("slot01.ffm")), 1); // the same connection
        QTRY_VERIFY_WITH_TIMEOUT(report(QStringLiteral("progress"), QStringLiteral("slot01.ffm"))
                                         .last()
                                         .value(QStringLiteral("largestGap"))
                                         .toDouble() >= pauseMs * 1000.0,
                                 patience);
    }

    void killedItComesBackAndTheFeedsWithIt()
    {
        const qint64 old = m_room->ffserverPid();
        QVERIFY(isRunning(old));
        const qsizetype mark = m_room->eventCount();
        QCOMPARE(::kill(static_cast<pid_t>(old), SIGKILL), 0);
        QTRY_VERIFY2_WITH_TIMEOUT(m_room->ffserverPid() != old, m_room->story(), patience);
        const auto restarting = m_room->events(QStringLiteral("ffserver"), {}, mark);
        QCOMPARE(restarting.first().value(QStringLiteral("reason")).toString(),
                 QStringLiteral("it was ended by signal 9"));
        m_viewer = player(m_room->watchUrl(QStringLiteral("slot01.ts"))); // the same address
        QVERIFY(m_viewer->start());
        QTRY_VERIFY2_WITH_TIMEOUT(picturesOf(*m_viewer) > 30, m_viewer->complaint() + m_room->story(),
                                  patience);
        QVERIFY2(m_room->events(QStringLiteral("feed"), {}, mark).isEmpty(), m_room->story());
        for (const ProgramPtr &phone : m_phones)
            QVERIFY2(phone->running() && !phone->errors().contains("Trying again"), phone->complaint());
    }

    void aFeedThatEndsGivesItsPlaceBack()
    {
        m_room->command("{\"kick\":\"two\"}");
        QTRY_VERIFY2_WITH_TIMEOUT(!report(QStringLiteral("end"), QStringLiteral("slot02.ffm")).isEmpty(),
                                  m_room->story(), patience);
        QCOMPARE(report(QStringLiteral("end"), QStringLiteral("slot02.ffm"))
                     .last()
                     .value(QStringLiteral("how"))
                     .toString(),
                 QStringLiteral("end")); // regularly: its viewers are sent home
        const auto third = phone(QStringLiteral("three"));
        QVERIFY(third->start());
        QTRY_COMPARE_WITH_TIMEOUT(
            stats(QStringLiteral("three")).value(QStringLiteral("streams")).toArray().first().toString(),
            m_room->watchUrl(QStringLiteral("slot02.ts")), patience);
    }

    void quittingLeavesNoFaultAndNoProcess()
    {
        const qint64 pid = m_room->ffserverPid();
        QVERIFY2(m_room->quit(), m_room->story());
        QVERIFY(!isRunning(pid));
        QVERIFY2(faults().isEmpty(), faults());
        QVERIFY(m_room->nonsense().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestE2eOriginal)
#include "tst_e2e_original.moc"
