// SPDX-License-Identifier: GPL-3.0-or-later
#include "ffserverrun.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTcpServer>
#include <QTest>
#include <csignal>
#include <sys/stat.h>

using namespace aspersor;
using namespace aspersor::test;

/// The real program: answers, limits, control, start and end.
class FfserverMannersTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();

    void theReadyLineTellsAll();
    void everyRequestGetsItsAnswer_data();
    void everyRequestGetsItsAnswer();
    void aHeadThatDoesNotComeIsAnswered();
    void moreViewersThanAllowedAreSentAway();
    void bandwidthIsLimited();
    void controlLinesAreObeyed();
    void aChangedConfigurationIsTakenUp();
    void hostileLinksHarmNobody();
    void nothingIsLeftOfFeedsThatCameAndWent();
    void theEndOfStandardInputEndsIt();
    void anEmptyFileAsStandardInputEndsIt();
    void signalsEndIt();
    void configurationErrorsEndIt();
    void aTakenPortEndsIt();
    void staleSocketsAreReplaced();
    void theAccessLogIsWritten();
    void usage();
    void findingsForAProgram();

private:
    ServeClip m_clip;
};

constexpr int patience = 20'000;

/// Not with QTRY_COMPARE, which asks once more when it has come true: that may see the last request's end.
bool onlyOneConnection(FfserverRun &server)
{
    return QTest::qWaitFor([&] { return server.status()[QStringLiteral("connections")].toInt() == 1; },
                           patience);
}

void FfserverMannersTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    QVERIFY(m_clip.packets.size() > 700);
}

void FfserverMannersTest::theReadyLineTellsAll()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    const QJsonObject ready = server.events("ready").front();
    QCOMPARE(ready[QStringLiteral("pid")].toInteger(), server.process().processId());
    QCOMPARE(ready[QStringLiteral("http")].toString(),
             QStringLiteral("http://127.0.0.1:%1").arg(server.port()));
    QCOMPARE(ready[QStringLiteral("address")].toString(), QStringLiteral("127.0.0.1"));
    QCOMPARE(ready[QStringLiteral("feedSocket")].toString(), server.socketPath());
    const QJsonArray streams = ready[QStringLiteral("streams")].toArray();
    QCOMPARE(streams.size(), 5);
    QCOMPARE(streams[0][QStringLiteral("name")].toString(), QStringLiteral("*.ts"));
    QCOMPARE(streams[0][QStringLiteral("feed")].toString(), QStringLiteral("*"));
    QCOMPARE(streams[0][QStringLiteral("format")].toString(), QStringLiteral("mpegts"));
    struct stat file {
    };
    QCOMPARE(::stat(server.socketPath().toUtf8().constData(), &file), 0);
    QCOMPARE(file.st_mode & 0777U, 0600U);
}

void FfserverMannersTest::everyRequestGetsItsAnswer_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("fragment"); // somewhere in the answer
    const auto row = [](const char *name, const QByteArray &request, int status, const char *fragment) {
        QTest::newRow(name) << request << status << QByteArray(fragment);
    };
    const QByteArray end = " HTTP/1.1\r\nHost: x\r\n\r\n";
    row("unknown", "GET /nix.ts" + end, 404,
        "There is no stream called \"nix.ts\"; on the air now: cam1.ts,");
    row("unknown, HEAD", "HEAD /nix.ts" + end, 404, "Content-Length: ");
    row("HTTP/1.0", "GET /nix HTTP/1.0\r\n\r\n", 404, "no stream");
    row("line feeds only", "GET /nix HTTP/1.0\n\n", 400, "");
    row("declared, not there", "GET /door.ts" + end, 503, "Retry-After: ");
    row("HEAD of a stream", "HEAD /cam1.flv" + end, 200, "Content-Type: video/x-flv\r\n");
    row("query", "HEAD /cam1.mp4?x=y" + end, 200, "Content-Type: video/mp4\r\n");
    row("escapes", "HEAD /c%61m1.ts" + end, 200, "Content-Type: video/mp2t\r\n");
    row("absolute form", "HEAD http://x/cam1.mkv" + end, 200, "Content-Type: video/x-matroska\r\n");
    row("OPTIONS", "OPTIONS /cam1.ts" + end, 204, "Access-Control-Allow-Origin: *\r\n");
    row("POST", "POST /cam1.ts HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 409,
        "Another upload is on the air");
    row("POST without a stream", "POST /../x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 404,
        "A feed's name is");
    row("TRACE", "TRACE /cam1.ts" + end, 405, "Allow: GET, HEAD, OPTIONS, POST, PUT");
    row("status page", "GET /stat.html" + end, 200, "<title>ffserver</title>");
    row("status", "GET /status.json" + end, 200, "\"cam1\"");
    row("root", "GET /" + end, 302, "Location: /stat.html\r\n");
    row("denied", "GET /denied.ts" + end, 403, "not allowed");
    row("moved", "GET /old" + end, 301, "Location: http://new/\r\n");
    row("garbage", "\x16\x03\x01\x02\r\n\r\n", 400, "");
    row("too large", "GET / HTTP/1.1\r\nX: " + QByteArray(40'000, 'x') + "\r\n\r\n", 431, "");
    row("too many fields", "GET / HTTP/1.1\r\n" + QByteArray("X: y\r\n").repeated(500) + "\r\n", 431, "");
    row("smuggled", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        400, "");
}

void FfserverMannersTest::everyRequestGetsItsAnswer()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    QFETCH(QByteArray, fragment);
    static std::unique_ptr<FfserverRun> server;
    static std::unique_ptr<LinkFeeder> feeder;
    static const ServeClip *clip = nullptr;
    if (clip != &m_clip) { // one server for all rows
        clip = &m_clip;
        server =
            std::make_unique<FfserverRun>("<Feed door>\n</Feed>\n<Stream door.ts>\nFeed door\n</Stream>\n"
                                          "<Stream denied.ts>\nFeed door\nACL deny localhost\n</Stream>\n"
                                          "<Redirect old>\nURL http://new/\n</Redirect>\n");
        QVERIFY2(server->start(), server->errors().constData());
        feeder = std::make_unique<LinkFeeder>(*server, "cam1", m_clip);
        QVERIFY(feeder->start());
    }
    QTRY_COMPARE_WITH_TIMEOUT(server->feedStates("cam1"), QStringLiteral("live"), patience);
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), server->port());
    QVERIFY(socket.waitForConnected());
    socket.write(request);
    QByteArray answer;
    QTRY_VERIFY_WITH_TIMEOUT(
        (answer += socket.readAll(), socket.state() == QAbstractSocket::UnconnectedState), patience);
    QVERIFY2(answer.startsWith("HTTP/1.1 " + QByteArray::number(status) + ' '), answer.left(300).constData());
    QVERIFY2(answer.contains(fragment), answer.left(600).constData());
    QVERIFY2(answer.contains("Connection: close\r\n"), answer.left(300).constData());
    if (request.startsWith("HEAD"))
        QVERIFY(answer.endsWith("\r\n\r\n"));
    if (request.contains("/stat")) // no other site's page may read it
        QVERIFY(!answer.contains("Access-Control-Allow-Origin"));
    if (QByteArray(QTest::currentDataTag()) == "smuggled") {
        feeder.reset();
        server.reset();
    }
}

void FfserverMannersTest::aHeadThatDoesNotComeIsAnswered()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    std::vector<std::unique_ptr<QTcpSocket>> silent;
    for (int i = 0; i < 200; ++i) {
        silent.push_back(std::make_unique<QTcpSocket>());
        silent.back()->connectToHost(QStringLiteral("127.0.0.1"), server.port());
        QVERIFY(silent.back()->waitForConnected());
        if (i % 2 == 0)
            silent.back()->write("GET /cam1.ts HT");
    }
    // others are served meanwhile
    QVERIFY(!server.status().isEmpty());
    QTRY_VERIFY_WITH_TIMEOUT(
        std::ranges::all_of(
            silent, [](const auto &socket) { return socket->state() == QAbstractSocket::UnconnectedState; }),
        2 * patience);
    QVERIFY(silent[0]->readAll().startsWith("HTTP/1.1 408 "));
    QVERIFY(silent[1]->readAll().isEmpty());
    QVERIFY(onlyOneConnection(server));
}

void FfserverMannersTest::moreViewersThanAllowedAreSentAway()
{
    FfserverRun server("MaxClients 2\nMaxHTTPConnections 5\n");
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    auto one = std::make_unique<RawViewer>(server, "/cam1.ts");
    RawViewer two(server, "/cam1.flv");
    QTRY_VERIFY_WITH_TIMEOUT(one->body().size() > 1000 && two.body().size() > 1000, patience);
    {
        RawViewer three(server, "/cam1.ts");
        QTRY_COMPARE_WITH_TIMEOUT(three.status(), 503, patience);
        QVERIFY(three.head().contains("Retry-After: "));
        QTRY_VERIFY_WITH_TIMEOUT(three.body().endsWith(".\n"), patience);
    }
    one.reset();
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{3}, patience);
    RawViewer four(server, "/cam1.ts");
    QTRY_COMPARE_WITH_TIMEOUT(four.status(), 200, patience);
    // connections that say nothing fill the rest
    std::vector<std::unique_ptr<QTcpSocket>> silent;
    for (int i = 0; i < 8; ++i) {
        silent.push_back(std::make_unique<QTcpSocket>());
        silent.back()->connectToHost(QStringLiteral("127.0.0.1"), server.port());
        QVERIFY(silent.back()->waitForConnected());
    }
    QTRY_VERIFY_WITH_TIMEOUT(silent.back()->state() == QAbstractSocket::UnconnectedState, patience);
    QVERIFY(silent.back()->readAll().startsWith("HTTP/1.1 503 "));
    QVERIFY(four.connected() && two.connected());
}

void FfserverMannersTest::bandwidthIsLimited()
{
    FfserverRun server("MaxBandwidth 2500\n"); // two viewers of about 1 Mbit/s
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 2);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer first(server, "/cam1.ts"); // it is not known yet what this one takes
    QTRY_VERIFY_WITH_TIMEOUT(first.body().size() > 200'000, patience);
    RawViewer second(server, "/cam1.ts");
    RawViewer third(server, "/cam1.ts");
    RawViewer fourth(server, "/cam1.ts");
    QTRY_VERIFY_WITH_TIMEOUT(second.status() != 0 && third.status() != 0 && fourth.status() != 0, patience);
    QCOMPARE(std::min({second.status(), third.status(), fourth.status()}), 200);
    QCOMPARE(std::max({second.status(), third.status(), fourth.status()}), 503);
}

void FfserverMannersTest::controlLinesAreObeyed()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer one(server, "/cam1.ts");
    RawViewer two(server, "/cam1.ts");
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{2}, patience);
    const QJsonObject joined = server.events("viewer").front();
    QCOMPARE(joined[QStringLiteral("stream")].toString(), QStringLiteral("cam1.ts"));
    const auto viewersTold = [&] {
        const auto stats = server.events("stats");
        return stats.empty() ? -1 : stats.back()[QStringLiteral("viewers")].toInt();
    };
    QTRY_COMPARE_WITH_TIMEOUT(viewersTold(), 2, patience);
    const QJsonValue stream =
        server.events("stats").back()[QStringLiteral("feeds")][0][QStringLiteral("streams")][0];
    QCOMPARE(stream[QStringLiteral("name")].toString(), QStringLiteral("cam1.ts"));
    QVERIFY(stream[QStringLiteral("bytes")].toInteger() > 0);

    server.send("{\"drop\":" + QByteArray::number(joined[QStringLiteral("id")].toInt()) + "}");
    QTRY_VERIFY_WITH_TIMEOUT(one.connected() != two.connected(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{3}, patience);
    QCOMPARE(server.events("viewer").back()[QStringLiteral("reason")].toString(),
             QStringLiteral("the viewer was dropped"));
    server.send(R"({"fly":true})");
    server.send(R"({"end":"nobody"})");
    QTRY_COMPARE_WITH_TIMEOUT(server.events("error").size(), std::size_t{2}, patience);
    server.send(R"({"end":"cam1"})");
    QTRY_VERIFY_WITH_TIMEOUT(!one.connected() && !two.connected(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live,ended"), patience);
    QTRY_COMPARE_WITH_TIMEOUT(viewersTold(), 0, patience);
    server.send(R"({"quit":true})");
    QVERIFY(server.waitForExit());
    QCOMPARE(server.process().exitCode(), 0);
}

void FfserverMannersTest::aChangedConfigurationIsTakenUp()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer viewer(server, "/cam1.ts");
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > 1000, patience);
    const auto rewrite = [&](const QByteArray &text) {
        QFile file(server.folder() + QStringLiteral("/ffserver.conf"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    };
    rewrite("HTTPPort x\nMaxClients y\n");
    server.send(R"({"reload":true})");
    QTRY_COMPARE_WITH_TIMEOUT(server.events("error").size(), std::size_t{2}, patience);
    QCOMPARE(server.events("error").back()[QStringLiteral("line")].toInt(), 2);
    QVERIFY(server.events("reloaded").empty());
    rewrite("<Stream live/*.ts>\nFeed *\n</Stream>\n");
    ::kill(static_cast<pid_t>(server.process().processId()), SIGHUP);
    QTRY_COMPARE_WITH_TIMEOUT(server.events("reloaded").size(), std::size_t{1}, patience);
    RawViewer old(server, "/cam1.flv");
    RawViewer fresh(server, "/live/cam1.ts");
    QTRY_COMPARE_WITH_TIMEOUT(old.status(), 404, patience);
    QTRY_COMPARE_WITH_TIMEOUT(fresh.status(), 200, patience);
    QTRY_VERIFY_WITH_TIMEOUT(!viewer.connected(), patience); // its stream is there no more
}

void FfserverMannersTest::hostileLinksHarmNobody()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer viewer(server, "/cam1.ts");
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > 1000, patience);

    const QByteArray chunked = " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n";
    const QByteArray link = "Content-Type: application/x-aspersor-feed\r\n\r\n";
    const QByteArrayList attempts{
        "garbage\r\n\r\n",
        "GET /cam1.ts HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /.x" + chunked + link,
        "POST /" + QByteArray(100, 'x') + chunked + link,
        "DELETE /nobody HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "POST /cam2" + chunked + link + "FFFFFFFFFFFFFFFF\r\n",
        "POST /cam2" + chunked + link +
            "5\r\nASPL\x01\r\n"
            "5\r\n\x02zzzz\r\n0\r\n\r\n",
        "POST /cam2" + chunked + link + "9\r\nASPL\x01\x01\xff\xff\xff\r\n1\r\n\xff\r\n",
        "POST /cam2" + chunked + "Content-Type: video/x-nut\r\n\r\n64\r\n" + QByteArray(100, 'n') +
            "\r\n0\r\n\r\n",
        "POST /cam2" + chunked + "\r\n64\r\n" + QByteArray(100, 'p') + "\r\n0\r\n\r\n",
        "POST /cam2 HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        QByteArray(100'000, 'x'),
    };
    for (const QByteArray &attempt : attempts) {
        QLocalSocket socket;
        socket.connectToServer(server.socketPath());
        QVERIFY(socket.waitForConnected());
        socket.write(attempt);
        QByteArray answer;
        QTRY_VERIFY2_WITH_TIMEOUT(
            (answer += socket.readAll(), socket.state() == QLocalSocket::UnconnectedState),
            attempt.left(60).constData(), patience);
        QVERIFY2(answer.startsWith("HTTP/1.1 4"), (attempt.left(60) + " -> " + answer).constData());
    }
    // one that breaks off in the middle of everything
    for (int cut = 0; cut < 200; cut += 7) {
        QLocalSocket socket;
        socket.connectToServer(server.socketPath());
        QVERIFY(socket.waitForConnected());
        socket.write(
            ("POST /cam3" + chunked + link + "5\r\nASPL\x01\r\n" + "ff\r\n\x01" + QByteArray(90, 'd'))
                .left(cut));
        QVERIFY(socket.flush() || cut == 0);
        socket.abort();
    }
    const qsizetype before = viewer.body().size();
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > before + 50'000, patience);
    QVERIFY(viewer.connected());
    QCOMPARE(server.feedStates("cam1"), QStringLiteral("live"));
    QCOMPARE(server.feedStates("cam2"), QString());
    QCOMPARE(server.feedStates("cam3"), QString());
}

void FfserverMannersTest::nothingIsLeftOfFeedsThatCameAndWent()
{
    FfserverRun server("FeedGrace 0\n");
    QVERIFY2(server.start(), server.errors().constData());
    QVERIFY(!server.status().isEmpty());
    QVERIFY(onlyOneConnection(server));
    const qint64 threads = server.fromProc("Threads");
    const int descriptors = server.descriptors();
    for (int round = 0; round < 5; ++round) {
        std::vector<std::unique_ptr<LinkFeeder>> feeders;
        std::vector<std::unique_ptr<RawViewer>> viewers;
        for (int i = 0; i < 10; ++i) {
            const QByteArray name = "cam" + QByteArray::number(i);
            feeders.push_back(std::make_unique<LinkFeeder>(server, name, m_clip, 5));
            QVERIFY(feeders.back()->start());
            QTRY_VERIFY_WITH_TIMEOUT(server.feedStates(name.constData()).endsWith(QStringLiteral("live")),
                                     patience);
            viewers.push_back(std::make_unique<RawViewer>(server, "/" + name + (i % 2 ? ".ts" : ".mp4")));
        }
        for (const auto &viewer : viewers)
            QTRY_VERIFY_WITH_TIMEOUT(viewer->body().size() > 1000, patience);
        if (round % 2 == 0)
            viewers.clear(); // some go before their feed, some with it
        for (const auto &feeder : feeders)
            feeder->abort();
        QTRY_VERIFY_WITH_TIMEOUT(server.status()[QStringLiteral("feeds")].toArray().isEmpty(), patience);
    }
    QVERIFY(onlyOneConnection(server));
    QTRY_COMPARE_WITH_TIMEOUT(server.fromProc("Threads"), threads, patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.descriptors() <= descriptors + 1, patience); // the status request's own
}

void FfserverMannersTest::theEndOfStandardInputEndsIt()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer viewer(server, "/cam1.ts");
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > 1000, patience);
    server.process().closeWriteChannel();
    QVERIFY(server.waitForExit(5000));
    QCOMPARE(server.process().exitStatus(), QProcess::NormalExit);
    QCOMPARE(server.process().exitCode(), 0);
    QVERIFY(!QFile::exists(server.socketPath()));
    QTRY_VERIFY_WITH_TIMEOUT(!viewer.connected(), patience);
    QCOMPARE(viewer.socket().error(), QAbstractSocket::RemoteHostClosedError);
}

/// What can always be read, as epoll sees it, ends too.
void FfserverMannersTest::anEmptyFileAsStandardInputEndsIt()
{
    FfserverRun server;
    server.process().setStandardInputFile(QProcess::nullDevice());
    static_cast<void>(server.start());
    QVERIFY(server.waitForExit(5000));
    QCOMPARE(server.process().exitStatus(), QProcess::NormalExit);
    QCOMPARE(server.process().exitCode(), 0);
}

void FfserverMannersTest::signalsEndIt()
{
    for (const int number : {SIGTERM, SIGINT}) {
        FfserverRun server;
        QVERIFY2(server.start(), server.errors().constData());
        LinkFeeder feeder(server, "cam1", m_clip);
        QVERIFY(feeder.start());
        RawViewer stuck(server, "/cam1.ts");
        stuck.pause(true);
        QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
        ::kill(static_cast<pid_t>(server.process().processId()), number);
        QVERIFY(server.waitForExit(3000));
        QCOMPARE(server.process().exitStatus(), QProcess::NormalExit);
        QCOMPARE(server.process().exitCode(), 0);
        QVERIFY(!QFile::exists(server.socketPath()));
    }
}

void FfserverMannersTest::configurationErrorsEndIt()
{
    FfserverRun server;
    server.config = "HTTPPort 8090\n\n<Stream *.ts>\nFeed *\nFormat mpegtss\n</Stream>\nWorkers 0\n";
    QVERIFY(!server.start());
    QVERIFY(server.waitForExit());
    QCOMPARE(server.process().exitCode(), 2);
    const auto errors = server.events("error");
    QCOMPARE(errors.size(), std::size_t{2});
    QCOMPARE(errors[0][QStringLiteral("line")].toInt(), 5);
    QVERIFY(errors[0][QStringLiteral("file")].toString().endsWith(QStringLiteral("ffserver.conf")));
    QVERIFY(errors[0][QStringLiteral("reason")].toString().contains(QStringLiteral("Did you mean mpegts?")));
    QCOMPARE(errors[1][QStringLiteral("line")].toInt(), 7);
    QVERIFY(server.errors().contains("ffserver.conf:5:8: error: "));
}

void FfserverMannersTest::aTakenPortEndsIt()
{
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    FfserverRun server;
    QVERIFY(
        !server.start({QStringLiteral("--http"), QStringLiteral("127.0.0.1:%1").arg(other.serverPort())}));
    QVERIFY(server.waitForExit());
    QCOMPARE(server.process().exitCode(), 1);
    QCOMPARE(server.events("error").size(), std::size_t{1});
    const QString reason = server.events("error").front()[QStringLiteral("reason")].toString();
    QVERIFY2(reason.contains(QStringLiteral("taken by another program")), qPrintable(reason));
    QVERIFY(!QFile::exists(server.socketPath()));

    FfserverRun elsewhere;
    QVERIFY(!elsewhere.start({QStringLiteral("--http"), QStringLiteral("203.0.113.7:8090")}));
    QVERIFY(elsewhere.waitForExit());
    QCOMPARE(elsewhere.process().exitCode(), 1);
}

void FfserverMannersTest::staleSocketsAreReplaced()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    // another one cannot take the socket of a running server
    FfserverRun second;
    QVERIFY(!second.start({QStringLiteral("--feed-socket"), server.socketPath()}));
    QVERIFY(second.waitForExit());
    QCOMPARE(second.process().exitCode(), 1);
    QVERIFY(QFile::exists(server.socketPath()));
    server.process().kill();
    QVERIFY(server.waitForExit());
    QVERIFY(QFile::exists(server.socketPath())); // nobody could remove it
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);

    FfserverRun third;
    QFile file(third.socketPath());
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("precious");
    file.close();
    QVERIFY(!third.start());
    QVERIFY(third.waitForExit());
    QCOMPARE(third.process().exitCode(), 1);
    QVERIFY(QFile::exists(third.socketPath())); // no socket of ours
}

void FfserverMannersTest::theAccessLogIsWritten()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("access.log"));
    FfserverRun server("CustomLog \"" + path.toUtf8() + "\"\n");
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    {
        RawViewer missing(server, "/nix");
        QTRY_COMPARE_WITH_TIMEOUT(missing.status(), 404, patience);
        RawViewer viewer(server, "/cam1.ts");
        QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > 1000, patience);
    }
    QFile log(path);
    QVERIFY(log.open(QIODevice::ReadOnly));
    QByteArray text;
    QTRY_VERIFY_WITH_TIMEOUT((text += log.readAll()).count('\n') == 2, patience);
    QVERIFY2(text.contains("127.0.0.1 - - ["), text.constData());
    QVERIFY2(text.contains("\"GET /nix HTTP/1.0\" 404 "), text.constData());
    QVERIFY2(text.contains("\"GET /cam1.ts HTTP/1.0\" 200 "), text.constData());
}

void FfserverMannersTest::usage()
{
    const auto run = [](const QString &arguments, QByteArray *output) {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(QStringLiteral(ASPERSOR_BIN_DIR "/ffserver"), arguments.split(QLatin1Char(' ')));
        process.waitForFinished(patience);
        *output = process.readAll();
        return process.exitCode();
    };
    QByteArray output;
    QCOMPARE(run(QStringLiteral("--help"), &output), 0);
    QVERIFY(output.startsWith("Usage: ffserver"));
    QCOMPARE(run(QStringLiteral("-version"), &output), 0);
    QVERIFY(output.contains("Aspersor"));
    for (const char *bad : {"--frobnicate", "--http nonsense", "--http ::1:80", "--http 1.2.3.4:70000", "-f",
                            "--control tcp", "-f /nonexistent/x.conf"}) {
        QCOMPARE(run(QString::fromLatin1(bad), &output), 2);
        QVERIFY2(!output.isEmpty(), bad);
    }
    QCOMPARE(run(QStringLiteral("-n -f " ASPERSOR_SOURCE_DIR "/resources/ffserver.conf"), &output), 0);
    QVERIFY(output.contains("*.ts\t*\tmpegts\n"));
    QCOMPARE(run(QStringLiteral("-f -"), &output), 2);
    QCOMPARE(run(QStringLiteral("--json -f " ASPERSOR_SOURCE_DIR "/resources/ffserver.conf"), &output), 2);
    QVERIFY2(output.contains("add -n"), output.constData());
}

void FfserverMannersTest::findingsForAProgram()
{
    const auto check = [](const QByteArray &text, int *code) {
        QProcess process;
        process.start(QStringLiteral(ASPERSOR_BIN_DIR "/ffserver"),
                      QStringLiteral("-n --json -f -").split(QLatin1Char(' ')));
        process.write(text);
        process.closeWriteChannel();
        process.waitForFinished(patience);
        *code = process.exitCode();
        QList<QJsonObject> findings;
        const QByteArrayList lines = process.readAllStandardOutput().split('\n');
        for (const QByteArray &line : lines) {
            if (!line.isEmpty())
                findings += QJsonDocument::fromJson(line).object();
        }
        return findings;
    };
    int code = -1;
    QVERIFY(check("", &code).isEmpty());
    QCOMPARE(code, 0);
    QVERIFY(check("<Stream *.ts>\nFeed *\n</Stream>\n", &code).isEmpty());
    QCOMPARE(code, 0);
    // The second finding repeats a word that is no UTF-8, and the last one a word that is cut.
    const auto findings =
        check("<Stream *.ts>\n  Fromat mpegts\nFeed *\nFormat \xe4vi\n</Stream>\n<Sream x>\n"
              "</Sream>\n<Feed " +
                  QByteArray("\xc3\xa4").repeated(60) + ">\n</Feed>\n",
              &code);
    QCOMPARE(code, 2);
    QCOMPARE(findings.size(), 4);
    for (const QJsonObject &finding : findings)
        QCOMPARE(finding.keys(),
                 QStringLiteral("column file length line severity suggestion text").split(QLatin1Char(' ')));
    QCOMPARE(findings[0][QStringLiteral("line")].toInt(), 2);
    QCOMPARE(findings[0][QStringLiteral("column")].toInt(), 3);
    QCOMPARE(findings[0][QStringLiteral("length")].toInt(), 6);
    QCOMPARE(findings[0][QStringLiteral("severity")].toString(), QStringLiteral("warning"));
    QCOMPARE(findings[0][QStringLiteral("suggestion")].toString(), QStringLiteral("Format"));
    QVERIFY(findings[0][QStringLiteral("text")].toString().contains(QStringLiteral("\"Fromat\"")));
    QVERIFY(findings[1][QStringLiteral("text")].toString().contains(QStringLiteral("\"?vi\"")));
    QCOMPARE(findings[2][QStringLiteral("line")].toInt(), 6);
    QCOMPARE(findings[2][QStringLiteral("column")].toInt(), 2);
    QCOMPARE(findings[2][QStringLiteral("length")].toInt(), 5);
    QCOMPARE(findings[2][QStringLiteral("suggestion")].toString(), QStringLiteral("Stream"));
    QCOMPARE(findings[3][QStringLiteral("severity")].toString(), QStringLiteral("error"));
}

QTEST_GUILESS_MAIN(FfserverMannersTest)
#include "tst_ffservermanners.moc"
