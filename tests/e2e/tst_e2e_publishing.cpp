// SPDX-License-Identifier: GPL-3.0-or-later
// Who may publish, and what the others are told.
#include "frames.h"
#include "room.h"

#include <QtTest>
#include <csignal>

using namespace aspersor::e2e;

namespace {

const QString clip = QStringLiteral(ASPERSOR_CLIP);

QByteArray postHead(const QByteArray &target, const QByteArray &fields = {})
{
    return "POST " + target + " HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n" + fields + "\r\n";
}

} // namespace

class TestE2ePublishing : public QObject
{
    Q_OBJECT

    Room m_room{1000};

    [[nodiscard]] ProgramPtr livePhone(const QString &name)
    {
        ProgramPtr phone =
            phonePublisher(QStringLiteral("--loop --chunk-ms 40"), clip, m_room.publishUrl(name));
        if (!phone->start() ||
            !QTest::qWaitFor([&] { return m_room.state(name) == QStringLiteral("live"); }, patience))
            return nullptr;
        return phone;
    }

private slots:
    void initTestCase() { QVERIFY2(m_room.start(), m_room.story()); }

    void whoHasNoKeyIsTold_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<int>("status");
        const QByteArray wrongBasic = "Authorization: Basic " + QByteArray("phone:wrong").toBase64() + "\r\n";
        QTest::newRow("no key") << postHead("/nokey") << 401;
        QTest::newRow("wrong key") << postHead("/nokey?key=wrong") << 401;
        QTest::newRow("wrong bearer") << postHead("/nokey", "Authorization: Bearer wrong\r\n") << 401;
        QTest::newRow("wrong password") << postHead("/nokey", wrongBasic) << 401;
        QTest::newRow("bad name") << postHead("/.hidden?key=the-key-of-the-test") << 404;
        QTest::newRow("no name") << postHead("/?key=the-key-of-the-test") << 404;
        QTest::newRow("GET") << QByteArray("GET /nokey?key=the-key-of-the-test HTTP/1.1\r\nHost: t\r\n\r\n")
                             << 405;
    }
    void whoHasNoKeyIsTold()
    {
        QFETCH(QByteArray, request);
        QFETCH(int, status);
        QByteArray answer;
        QCOMPARE(statusOf(m_room.ingestPort(), request, &answer), status);
        QCOMPARE(answer.contains("\r\nWWW-Authenticate: "), status == 401);
        const QByteArray sentence = answer.mid(answer.indexOf("\r\n\r\n") + 4).trimmed();
        QVERIFY2(sentence.size() > 10 && sentence.endsWith('.'), answer);
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.program.errors().contains(sentence), m_room.story(),
                                  patience); // the log says the same
        QCOMPARE(m_room.state(QStringLiteral("nokey")), QString());
    }

    void theKeyIsTakenInEachWay_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("options");
        QTest::addColumn<QString>("query");
        QTest::newRow("query") << QStringLiteral("inquery") << QString()
                               << QStringLiteral("?key=the-key-of-the-test");
        QTest::newRow("bearer") << QStringLiteral("inbearer")
                                << QStringLiteral("-H|Authorization: Bearer the-key-of-the-test")
                                << QString();
        QTest::newRow("basic") << QStringLiteral("inbasic") << QStringLiteral("-u|phone:the-key-of-the-test")
                               << QString();
    }
    void theKeyIsTakenInEachWay()
    {
        QFETCH(QString, name);
        QFETCH(QString, options);
        QFETCH(QString, query);
        QStringList arguments = words(QStringLiteral("-sS -f -T"));
        arguments << clip << options.split(QLatin1Char('|'), Qt::SkipEmptyParts)
                  << QStringLiteral("http://127.0.0.1:%1/%2%3").arg(m_room.ingestPort()).arg(name, query);
        Program curl(QStringLiteral("curl"), arguments); // with its length, and Expect: 100-continue
        QVERIFY2(curl.start() && curl.waitForExit() && curl.exited(0), curl.complaint());
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.states(name).contains(QStringLiteral("live")), m_room.story(),
                                  patience);
        QVERIFY2(curl.output().startsWith('{'), curl.output()); // a summary
    }

    void whatIsNoVideoIsRefused()
    {
        const QByteArray chunk(64 * 1024, 'x');
        const QByteArray body = QByteArray::number(chunk.size(), 16) + "\r\n" + chunk + "\r\n";
        QCOMPARE(statusOf(m_room.ingestPort(), postHead("/text?key=the-key-of-the-test") + body + body), 415);
    }

    void theSecondPublisherMeets409()
    {
        const QString name = QStringLiteral("taken");
        const ProgramPtr first = livePhone(name);
        QVERIFY2(first, m_room.story());
        QTRY_VERIFY_WITH_TIMEOUT(m_room.serves(name + QStringLiteral(".ts")), patience);
        const ProgramPtr viewer = player(m_room.watchUrl(name + QStringLiteral(".ts")));
        QVERIFY(viewer->start());
        QTRY_VERIFY2_WITH_TIMEOUT(framesOf(viewer->output()).pictures.size() > 30, viewer->complaint(),
                                  patience);

        QByteArray answer;
        QCOMPARE(statusOf(m_room.ingestPort(), postHead("/taken?key=the-key-of-the-test"), &answer), 409);
        QVERIFY2(answer.contains("\r\nRetry-After: "), answer);
        const ProgramPtr second =
            phonePublisher(QStringLiteral("--chunk-ms 40"), clip, m_room.publishUrl(name));
        QVERIFY(second->start());
        QTRY_VERIFY2_WITH_TIMEOUT(second->errors().contains("409"), second->complaint(), patience);

        const std::size_t before = framesOf(viewer->output()).pictures.size();
        QTRY_VERIFY2_WITH_TIMEOUT(framesOf(viewer->output()).pictures.size() > before + 60,
                                  viewer->complaint(), patience);
        QCOMPARE(m_room.states(name), words(QStringLiteral("live"))); // nothing happened to the first
        QVERIFY2(first->running() && !first->errors().contains("Trying again"), first->complaint());
        QVERIFY2(timeGrows(framesOf(viewer->output()).pictures), viewer->output());
        QVERIFY2(streamFaults(viewer->errors()).isEmpty(), viewer->complaint());
    }

    void kickedIsKickedUntilLetBackIn()
    {
        const QString name = QStringLiteral("rowdy");
        const ProgramPtr phone = livePhone(name);
        QVERIFY2(phone, m_room.story());
        QTRY_VERIFY_WITH_TIMEOUT(m_room.serves(name + QStringLiteral(".ts")), patience);
        const ProgramPtr viewer = player(m_room.watchUrl(name + QStringLiteral(".ts")));
        QVERIFY(viewer->start());
        QTRY_VERIFY2_WITH_TIMEOUT(!framesOf(viewer->output()).pictures.empty(), viewer->complaint(),
                                  patience);

        m_room.command(R"({"kick":"rowdy"})");
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.state(name) == QStringLiteral("kicked"), m_room.story(), patience);
        QTRY_VERIFY2_WITH_TIMEOUT(phone->errors().contains("403"), phone->complaint(),
                                  patience);                                       // it was told
        QVERIFY2(viewer->waitForExit() && viewer->exited(0), viewer->complaint()); // sent home
        QCOMPARE(statusOf(m_room.ingestPort(), postHead("/rowdy?key=the-key-of-the-test")), 403);

        m_room.command(R"({"letBackIn":"rowdy"})");
        // the same phone, which never stopped knocking
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.state(name) == QStringLiteral("live"), m_room.story(), patience);
    }

    void badCommandsAreAnswered()
    {
        const qsizetype before = m_room.eventCount();
        m_room.command("kick rowdy");
        m_room.command(R"({"kick":7})");
        m_room.command(R"({"kick":"nobody"})");
        QTRY_COMPARE_WITH_TIMEOUT(m_room.events(QStringLiteral("error"), {}, before).size(), 3, patience);
        for (const QJsonObject &event : m_room.events(QStringLiteral("error"), {}, before))
            QVERIFY(event.value(QStringLiteral("reason")).toString().endsWith(QLatin1Char('.')));
    }

    void statisticsTellOfTheFeed()
    {
        const ProgramPtr phone = livePhone(QStringLiteral("counted"));
        QVERIFY2(phone, m_room.story());
        QJsonObject feed;
        const auto settled = [&] {
            const QList<QJsonObject> all = m_room.events(QStringLiteral("stats"));
            for (const QJsonValue &value :
                 all.isEmpty() ? QJsonArray() : all.last().value(QStringLiteral("feeds")).toArray()) {
                if (value[QStringLiteral("name")].toString() == QStringLiteral("counted"))
                    feed = value.toObject();
            }
            const double fps = feed.value(QStringLiteral("fps")).toDouble();
            const double bits = feed.value(QStringLiteral("bitrateBps")).toDouble();
            return fps > 29 && fps < 31 && bits > 900'000 && bits < 1'400'000; // the clip has 1.1 Mbit/s
        };
        QTRY_VERIFY2_WITH_TIMEOUT(settled(), QJsonDocument(feed).toJson(), patience);
        QCOMPARE(feed.value(QStringLiteral("video")).toString(), QStringLiteral("h264 640x360"));
        QCOMPARE(feed.value(QStringLiteral("audio")).toString(), QStringLiteral("aac 48000 2ch"));
    }

    void signalsEndItCleanly()
    {
        const qint64 ffserver = m_room.ffserverPid();
        QVERIFY(isRunning(ffserver));
        QElapsedTimer timer;
        timer.start();
        m_room.program.signal(SIGTERM);
        QVERIFY2(m_room.program.waitForExit() && m_room.program.exited(0), m_room.story());
        QVERIFY2(timer.elapsed() < 4000,
                 QByteArray::number(timer.elapsed())); // 2 s are promised; the machine is shared
        QTRY_VERIFY_WITH_TIMEOUT(!isRunning(ffserver), patience);
        QCOMPARE(m_room.nonsense(), QByteArrayList());
    }
};

QTEST_GUILESS_MAIN(TestE2ePublishing)
#include "tst_e2e_publishing.moc"
