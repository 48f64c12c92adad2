// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/ingest/ingestfixture.h"

#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;

/// Heads and answers on the wire; what becomes of the feeds is in tst_publishing.
class TestIngestServer : public QObject
{
    Q_OBJECT

private slots:
    void answers_data();
    void answers();
    void openLetsAnyoneIn();
    void keepsAConnectionForTheNextRequest();
    void aSlowHeadTimesOut();
    void silentConnectionsGiveWay();
    void oneAddressCannotTakeAllPlaces();
    void continueOnlyForTheWelcome();
    void aTakenPortIsASentence();
    void badAddressIsASentence();
    void playlistsAreIgnored();
    void aPlaylistIsBounded();
    void theAnswerIsSeenInSpiteOfABody();
    void endsWithConnectionsOpen();
};

void TestIngestServer::answers_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char *name, const QByteArray &request, int status, const char *says) {
        QTest::newRow(name) << request << status << QByteArray(says);
    };
    const auto head = [](const char *path, const QByteArray &fields = "Transfer-Encoding: chunked\r\n") {
        return IngestFixture::head(path, fields);
    };
    row("no key", head("/cam1"), 401, "WWW-Authenticate: Bearer");
    row("wrong key", head("/cam1?key=x"), 401, "publish key");
    row("wrong bearer", head("/cam1", "Authorization: Bearer x\r\nContent-Length: 5\r\n"), 401,
        "WWW-Authenticate: Basic");
    row("no body", head("/cam1?key=K", ""), 411, "Content-Length");
    row("bad name", head("/.cam?key=K"), 404, "names no feed");
    row("no name", head("/?key=K"), 404, "names no feed");
    row("too deep", head("/a/b/c?key=K"), 404, "names no feed");
    row("GET", "GET /cam1 HTTP/1.1\r\n\r\n", 405, "Allow: POST, PUT");
    row("OPTIONS", "OPTIONS * HTTP/1.1\r\n\r\n", 405, "Allow: POST, PUT");
    row("DELETE", "DELETE /cam1/1.ts HTTP/1.1\r\n\r\n", 405, "Allow: POST, PUT");
    row("GET /", "GET / HTTP/1.1\r\n\r\n", 200, "POST or PUT");
    row("empty upload", head("/cam1?key=K", "Content-Length: 0\r\n"), 415, "empty");
    row("smuggled", head("/cam1?key=K", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400,
        "both Content-Length");
    row("two lengths", head("/cam1?key=K", "Content-Length: 5\r\nContent-Length: 6\r\n"), 400,
        "two different");
    row("gzip, chunked", head("/cam1?key=K", "Transfer-Encoding: gzip, chunked\r\n"), 501, "chunked");
    row("FFFFFFFFFFFFFFFF", head("/cam1?key=K") + "FFFFFFFFFFFFFFFF\r\nx", 400, "beyond all bounds");
    row("overflowing chunk", head("/cam1?key=K") + "10000000000000000\r\nx", 400, "chunk size");
    row("absurd length", head("/cam1?key=K", "Content-Length: 9999999999999999999\r\n"), 413,
        "beyond all bounds");
    row("no chunk", head("/cam1?key=K") + "this is no chunk\r\n", 400, "malformed");
    row("bare LF", "POST /cam1?key=K HTTP/1.1\nHost: a\n\n", 400, "CR LF");
    row("words", "good evening\r\n", 400, "request line");
    row("TLS", QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400, "control character");
    row("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/1.1");
    row("long head", "POST /cam1 HTTP/1.1\r\nA: " + QByteArray(17'000, 'a'), 431, "16384");
    QByteArray many = "POST /cam1 HTTP/1.1\r\n";
    for (int i = 0; i < 101; ++i)
        many += "A: b\r\n";
    row("101 fields", many + "\r\n", 431, "100 header fields");
    row("garbage body", head("/cam1?key=K", "Content-Length: 100000\r\n") + QByteArray(100'000, 'x'), 415,
        "no MPEG-TS");
    row("short garbage", head("/cam1?key=K", "Content-Length: 5\r\n") + "hello", 415, "no MPEG-TS");
    row("short chunked garbage", head("/cam1?key=K") + "5\r\nhello\r\n0\r\n\r\n", 415, "no MPEG-TS");
    row("other expectation", head("/cam1?key=K", "Expect: x\r\nContent-Length: 5\r\n"), 417, "100-continue");
}

void TestIngestServer::answers()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    QFETCH(QByteArray, says);
    IngestFixture fixture;
    WireClient client(fixture.port);
    QVERIFY(client.send(request));
    const auto answer = client.answer();
    QCOMPARE(answer.status, status);
    QVERIFY2(answer.says(says.constData()), (answer.head + answer.body).constData());
    QVERIFY(answer.head.contains("Content-Type: text/plain; charset=utf-8\r\n"));
    QVERIFY2(answer.body.endsWith(".\n"), answer.body.constData());
    QVERIFY(fixture.registry.snapshot().isEmpty()); // an attempt is not a feed
    QTRY_COMPARE_WITH_TIMEOUT(fixture.registry.sessionCount(), std::size_t(0), 10'000);
}

void TestIngestServer::openLetsAnyoneIn()
{
    auto options = IngestFixture::quickIngest();
    options.open = true;
    IngestFixture fixture(IngestFixture::quickFeeds(), options);
    WireClient client(fixture.port);
    QVERIFY(client.send(IngestFixture::head("/cam1")));
    QVERIFY(client.sendChunk(IngestFixture::clip().left(400'000)));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 30, 10'000);
}

void TestIngestServer::keepsAConnectionForTheNextRequest()
{
    IngestFixture fixture;
    WireClient client(fixture.port);
    const QByteArray request = "GET / HTTP/1.1\r\n\r\n";
    QVERIFY(client.send(request + request + request)); // pipelined
    for (int i = 0; i < 3; ++i)
        QCOMPARE(client.answer().status, 200);
    QVERIFY(client.send("GET /x HTTP/1.1\r\nConnection: close\r\n\r\n"));
    QCOMPARE(client.answer().status, 405);
    QVERIFY(client.waitForEnd());
    QVERIFY(!client.wasReset());

    WireClient idle(fixture.port);
    QVERIFY(idle.send(request));
    QCOMPARE(idle.answer().status, 200);
    QVERIFY(idle.waitForEnd()); // no second request: closed without a word
    QCOMPARE(idle.answer().status, 0);
}

void TestIngestServer::aSlowHeadTimesOut()
{
    IngestFixture fixture;
    WireClient client(fixture.port);
    QElapsedTimer timer;
    timer.start();
    // A byte now and then does not buy time.
    const QByteArray head = IngestFixture::head("/cam1?key=K");
    WireClient::Answer answer;
    for (qsizetype i = 0; i < head.size() - 4 && answer.status == 0 && timer.elapsed() < 10'000; ++i) {
        client.send(head.mid(i, 1));
        answer = client.answer(20);
    }
    QCOMPARE(answer.status, 408);
    QVERIFY(timer.elapsed() >= 450); // Qt's coarse timers are exact to 5 %
    QVERIFY(client.waitForEnd());
    QTRY_COMPARE_WITH_TIMEOUT(fixture.server.connectionCount(), 0, 10'000);
}

void TestIngestServer::silentConnectionsGiveWay()
{
    auto options = IngestFixture::quickIngest();
    options.headTimeout = 60s; // time does not help here
    IngestFixture fixture(IngestFixture::quickFeeds(), options);
    const int threads = IngestFixture::threads();
    std::vector<std::unique_ptr<WireClient>> silent;
    for (int i = 0; i < 500; ++i)
        silent.push_back(std::make_unique<WireClient>(fixture.port));
    QTRY_COMPARE_WITH_TIMEOUT(fixture.server.connectionCount(), 256,
                              10'000);           // half of 512: all are of one address
    QCOMPARE(IngestFixture::threads(), threads); // none is spent on them

    WireClient phone(fixture.port);
    QVERIFY(phone.send(IngestFixture::head("/cam1?key=K")));
    QVERIFY(phone.sendChunk(IngestFixture::clip().left(400'000)));
    QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 30, 10'000);
    QVERIFY(silent.front()->waitForEnd());
    QCOMPARE(silent.front()->answer().status, 503);
    QVERIFY(silent.back()->stands());
}

void TestIngestServer::oneAddressCannotTakeAllPlaces()
{
    auto options = IngestFixture::quickIngest();
    options.headTimeout = 60s;
    options.maxConnections = 4;
    IngestFixture fixture(IngestFixture::quickFeeds(), options);
    WireClient first(fixture.port);
    WireClient second(fixture.port);
    WireClient third(fixture.port); // 2 are allowed to one address: the oldest goes
    QVERIFY(first.waitForEnd());
    QCOMPARE(first.answer().status, 503);
    QVERIFY(second.stands());
    QVERIFY(third.stands());
}

void TestIngestServer::continueOnlyForTheWelcome()
{
    IngestFixture fixture;
    const QByteArray expect = "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n";
    WireClient stranger(fixture.port);
    QVERIFY(stranger.send(IngestFixture::head("/cam1", expect)));
    QCOMPARE(stranger.answer().status, 401); // the final answer, and no 100 before it

    WireClient phone(fixture.port);
    QVERIFY(phone.send(IngestFixture::head("/cam1?key=K", expect)));
    QCOMPARE(phone.answer().status, 100);
    QVERIFY(phone.sendChunk(IngestFixture::clip()));
    QVERIFY(phone.send("0\r\n\r\n"));
    QCOMPARE(phone.answer().status, 200);

    WireClient live(fixture.port);
    QVERIFY(live.send(IngestFixture::head("/cam2?key=K", expect)));
    QCOMPARE(live.answer().status, 100);
    WireClient second(fixture.port);
    QVERIFY(second.send(IngestFixture::head("/cam2?key=K", expect)));
    QCOMPARE(second.answer().status, 409);
}

void TestIngestServer::aTakenPortIsASentence()
{
    IngestFixture fixture;
    IngestServer other(fixture.registry, IngestFixture::quickIngest());
    const auto result = other.listen(QStringLiteral("127.0.0.1"), fixture.port);
    QVERIFY(!result);
    const auto text = QString::fromStdString(result.error().message);
    QVERIFY2(text.contains(QString::number(fixture.port)) && text.endsWith(QLatin1Char('.')),
             qPrintable(text));
    QVERIFY(other.listen(QStringLiteral("127.0.0.1"), 0)); // and another port can be tried
}

void TestIngestServer::badAddressIsASentence()
{
    IngestFixture fixture;
    const auto result = fixture.server.listen(QStringLiteral("no such host"), 0);
    QVERIFY(!result);
    QVERIFY(QString::fromStdString(result.error().message).contains(QStringLiteral("no such host")));
}

void TestIngestServer::playlistsAreIgnored()
{
    IngestFixture fixture;
    WireClient client(fixture.port);
    for (const char *path : {"/cam1/index.m3u8?key=K", "/cam1.m3u8?key=K"}) {
        QVERIFY(client.send(IngestFixture::head(path) + "5\r\n#EXTM\r\n0\r\n\r\n"));
        QCOMPARE(client.answer().status, 200);
    }
    QVERIFY(client.send(
        IngestFixture::head("/cam1/index.m3u8?key=K", "Content-Length: 3\r\nExpect: 100-continue\r\n")));
    QCOMPARE(client.answer().status, 100);
    QVERIFY(client.send("abc"));
    QCOMPARE(client.answer().status, 200);
    QVERIFY(fixture.registry.snapshot().isEmpty());
    QCOMPARE(fixture.registry.sessionCount(), std::size_t(0));
}

void TestIngestServer::aPlaylistIsBounded()
{
    IngestFixture fixture;
    WireClient announced(fixture.port);
    QVERIFY(announced.send(IngestFixture::head("/cam1/a.m3u8?key=K", "Content-Length: 2000000\r\n")));
    QCOMPARE(announced.answer().status, 413);
    WireClient chunked(fixture.port);
    QVERIFY(chunked.send(IngestFixture::head("/cam1/a.m3u8?key=K")));
    chunked.sendChunk(QByteArray(1'100'000, 'a'));
    QCOMPARE(chunked.answer().status, 413);
}

void TestIngestServer::theAnswerIsSeenInSpiteOfABody()
{
    IngestFixture fixture;
    WireClient client(fixture.port);
    QVERIFY(client.send(IngestFixture::head("/cam1")));
    for (int i = 0; i < 20; ++i) // a phone that does not read before it has sent all
        client.sendChunk(QByteArray(50'000, 'x'));
    QCOMPARE(client.answer().status, 401);
    client.shutdownWrite();
    QVERIFY(client.waitForEnd());
    QVERIFY(!client.wasReset());
}

void TestIngestServer::endsWithConnectionsOpen()
{
    const int threads = IngestFixture::threads();
    const int descriptors = IngestFixture::descriptors();
    {
        IngestFixture fixture;
        WireClient silent(fixture.port);
        WireClient phone(fixture.port);
        QVERIFY(phone.send(IngestFixture::head("/cam1?key=K")));
        QVERIFY(phone.sendChunk(IngestFixture::clip().left(400'000)));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.pictures("cam1") > 30, 10'000);
        fixture.registry.shutDown();
        QCOMPARE(phone.answer().status, 503);
    }
    QTRY_VERIFY_WITH_TIMEOUT(IngestFixture::threads() <= threads, 10'000);
    QCOMPARE(IngestFixture::descriptors(), descriptors);
}

QTEST_GUILESS_MAIN(TestIngestServer)
#include "tst_ingestserver.moc"
