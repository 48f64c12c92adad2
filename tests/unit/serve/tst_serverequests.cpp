// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configparser.h"
#include "core/serve/controlinput.h"
#include "core/serve/linewriter.h"
#include "core/serve/router.h"
#include "core/serve/server.h"
#include "core/serve/status.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace aspersor;
using namespace aspersor::serve;
namespace ip = boost::asio::ip;

class ServeRequestsTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void requestsAreRouted_data();
    void requestsAreRouted();
    void namesOfDeniedStreamsAreNotTold();
    void namesFromTheNetworkAreCleaned();
    void headHasNoBody();
    void preflightsAreAnswered();
    void playersAreSentChunks();
    void statusPagesAreBuiltIn();
    void statusTellsAll();
    void statusEscapes();
    void commandsAreRead_data();
    void commandsAreRead();
    void commandsArriveInAnyPieces();
    void writersNeverWait();

private:
    Route ask(const char *method, const char *path, const char *peer = "10.0.0.9") const;

    Config m_config;
    std::vector<std::string> m_live{"cam1", "cam2"};
};

void ServeRequestsTest::initTestCase()
{
    const ParsedConfig parsed = parseConfig("<Feed door>\n</Feed>\n"
                                            "<Stream *.ts>\nFeed *\n</Stream>\n"
                                            "<Stream special.ts>\nFeed door\n</Stream>\n"
                                            "<Stream *-hi.ts>\nFeed *\nACL allow 10.0.0.9\n</Stream>\n"
                                            "<Stream *.flv>\nFeed *\nACL allow 10.1.0.0/16\n</Stream>\n"
                                            "<Stream my.json>\nFormat status\nACL allow 10.0.0.9\n</Stream>\n"
                                            "<Redirect old>\nURL http://new/\n</Redirect>\n",
                                            "x");
    QVERIFY(parsed.diagnostics.empty());
    m_config = parsed.config;
    FeedSpec feed;
    feed.name = "invited";
    feed.acl.rules = {*parseAclRange("10.0.0.9")};
    m_config.feeds.push_back(feed);
    feed = {};
    feed.name = "recorded";
    feed.readOnly = true;
    m_config.feeds.push_back(feed);
    m_config.httpBindAddress = "10.9.9.9";
    addBuiltInStreams(m_config);
}

Route ServeRequestsTest::ask(const char *method, const char *path, const char *peer) const
{
    net::RequestHead head;
    head.method = method;
    head.path = path;
    return route(m_config, head, ip::make_address(peer), m_live);
}

void ServeRequestsTest::requestsAreRouted_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("peer");
    QTest::addColumn<QByteArray>("expected"); // a status, "stream FEED FORMAT", "html" or "json"
    const auto row = [](const char *method, const char *path, const char *peer, const char *expected) {
        QTest::addRow("%s %s from %s", method, path, peer)
            << QByteArray(method) << QByteArray(path) << QByteArray(peer) << QByteArray(expected);
    };
    row("GET", "/cam1.ts", "10.0.0.9", "stream cam1 mpegts");
    row("HEAD", "/cam1.ts", "10.0.0.9", "stream cam1 mpegts");
    row("GET", "/special.ts", "10.0.0.9", "stream door mpegts"); // before the template
    row("GET", "/cam1-hi.ts", "10.0.0.9", "stream cam1 mpegts"); // of two templates that whose feed is there
    row("GET", "/cam3-hi.ts", "10.0.0.9", "stream cam3-hi mpegts"); // or the first
    row("GET", "/cam1.flv", "10.1.2.3", "stream cam1 flv");
    row("GET", "/cam1.flv", "10.2.2.3", "403");
    row("GET", "/cam1.flv", "::ffff:10.1.2.3", "stream cam1 flv");
    row("GET", "/cam1.mkv", "10.0.0.9", "404");
    row("GET", "/", "10.0.0.9", "404");
    row("GET", "/", "127.0.0.1", "302");
    row("GET", "/old", "10.0.0.9", "301");
    row("GET", "/my.json", "10.0.0.9", "json");
    row("GET", "/my.json", "10.0.0.8", "403");
    row("GET", "/status.json", "127.0.0.1", "json");
    row("GET", "/status.json", "::1", "json");
    row("GET", "/status.json", "10.0.0.9", "403");
    row("GET", "/stat.html", "127.0.0.1", "html");
    row("GET", "/stat.html", "10.0.0.9", "403");
    row("GET", "/../etc/passwd.ts", "10.0.0.9", "404");
    row("GET", "/a/b.ts", "10.0.0.9", "404");
    row("POST", "/cam1.ts", "10.0.0.9", "403");
    row("POST", "/cam1.ffm", "127.0.0.1", "upload cam1");
    row("PUT", "/cam1", "::1", "upload cam1");
    row("POST", "/cam1", "10.9.9.9", "upload cam1"); // from this machine: to where it listens
    row("POST", "/invited.ffm", "10.0.0.9", "upload invited");
    row("POST", "/invited", "10.0.0.8", "403");
    row("POST", "/invited", "127.0.0.1", "403"); // an ACL says it all
    row("POST", "/recorded", "127.0.0.1", "403");
    row("POST", "/", "127.0.0.1", "404");
    row("POST", "/a/b", "127.0.0.1", "404");
    row("TRACE", "/", "127.0.0.1", "405");
    row("OPTIONS", "/anything", "10.0.0.9", "204");
    row("OPTIONS", "*", "10.0.0.9", "204");
}

void ServeRequestsTest::requestsAreRouted()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, peer);
    QFETCH(QByteArray, expected);
    const Route to = ask(method.constData(), path.constData(), peer.constData());
    QByteArray got;
    if (const auto *answer = std::get_if<Answer>(&to)) {
        got = QByteArray::number(answer->status);
        // every refusal says in a sentence why
        if (answer->status >= 400)
            QVERIFY2(QByteArray::fromStdString(answer->body).trimmed().endsWith('.'), answer->body.c_str());
    } else if (const auto *stream = std::get_if<StreamRequest>(&to)) {
        got = "stream " + QByteArray::fromStdString(stream->feed) + ' ' +
              QByteArray::fromStdString(std::string(stream->spec.format->name));
        QCOMPARE(stream->declared, stream->feed == "door");
    } else if (const auto *upload = std::get_if<UploadRequest>(&to)) {
        got = "upload " + QByteArray::fromStdString(upload->feed);
    } else {
        got = std::get<StatusRequest>(to).json ? "json" : "html";
    }
    QCOMPARE(got, expected);
}

void ServeRequestsTest::namesOfDeniedStreamsAreNotTold()
{
    const std::string outside = std::get<Answer>(ask("GET", "/x", "10.0.0.9")).body;
    QVERIFY(outside.find("cam1.ts") != std::string::npos);
    QVERIFY(outside.find("cam1.flv") == std::string::npos);
    const std::string inside = std::get<Answer>(ask("GET", "/x", "10.1.0.9")).body;
    QVERIFY(inside.find("cam1.flv") != std::string::npos);
    net::RequestHead head;
    head.method = "GET";
    head.path = "/x";
    const Route nothing = route(m_config, head, ip::make_address("10.0.0.9"), {});
    QVERIFY(std::get<Answer>(nothing).body.find("nothing is on the air") != std::string::npos);
    std::vector<std::string> many;
    for (int i = 0; i < 500; ++i)
        many.push_back("feed" + std::to_string(i));
    const Route crowd = route(m_config, head, ip::make_address("10.0.0.9"), many);
    QVERIFY(std::get<Answer>(crowd).body.size() < 400);
}

void ServeRequestsTest::namesFromTheNetworkAreCleaned()
{
    const std::string path = "/a\r\nX: y\"\x1b[31m" + std::string(5000, 'z');
    const Answer answer = std::get<Answer>(ask("GET", path.c_str()));
    const std::string text = toText(answer, false);
    QVERIFY(text.find('\x1b') == std::string::npos);
    QVERIFY(text.find("\nX:") == std::string::npos);
    QVERIFY(answer.body.size() < 300);
}

void ServeRequestsTest::headHasNoBody()
{
    const Answer answer = errorAnswer(404, "Not here.");
    const std::string whole = toText(answer, false);
    const std::string head = toText(answer, true);
    QVERIFY(whole.ends_with("\r\n\r\nNot here.\n"));
    QCOMPARE(head, whole.substr(0, whole.size() - 10));
    QVERIFY(head.find("Content-Length: 10\r\n") != std::string::npos);
}

void ServeRequestsTest::preflightsAreAnswered()
{
    const std::string text = toText(std::get<Answer>(ask("OPTIONS", "/cam1.ts")), false);
    QVERIFY(text.starts_with("HTTP/1.1 204 "));
    QVERIFY(text.find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
    QVERIFY(text.find("Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n") != std::string::npos);
    const std::string head = streamHead(*formatByName("flv"), true);
    QVERIFY(head.find("Access-Control-Allow-Origin: *\r\n") != std::string::npos);
    QVERIFY(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    QVERIFY(streamHead(*formatByName("flv"), false).find("chunked") == std::string::npos);
    QVERIFY(head.find("Content-Type: video/x-flv\r\n") != std::string::npos);
    QVERIFY(head.find("Cache-Control: no-store\r\n") != std::string::npos);
}

void ServeRequestsTest::playersAreSentChunks()
{
    net::RequestHead head;
    head.minorVersion = 1;
    QVERIFY(!wantsChunks(head)); // by hand
    head.fields["user-agent"] = "Lavf/59.27.100";
    QVERIFY(wantsChunks(head));
    head.minorVersion = 0; // does not know them
    QVERIFY(!wantsChunks(head));
}

void ServeRequestsTest::statusPagesAreBuiltIn()
{
    Config config;
    addBuiltInStreams(config);
    QCOMPARE(config.streams.size(), std::size_t{2});
    addBuiltInStreams(config);
    QCOMPARE(config.streams.size(), std::size_t{2});
    QCOMPARE(config.streams.front().acl, Acl::loopbackOnly());
}

void ServeRequestsTest::statusTellsAll()
{
    StatusReport report;
    report.viewers = 1;
    report.feeds.push_back(
        {"cam1", FeedState::Away, {"h264 640x360"}, {{"cam1.ts", "mpegts", 1, 123, 4, 5, 6}}});
    report.viewerList.push_back({7, "cam1.ts", "10.0.0.9:1234", 100, 2, std::chrono::seconds(61)});
    const QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(statusJson(report))).object();
    const QJsonObject feed = json[QStringLiteral("feeds")].toArray()[0].toObject();
    QCOMPARE(feed[QStringLiteral("state")].toString(), QStringLiteral("away"));
    QCOMPARE(feed[QStringLiteral("viewers")].toInt(), 1);
    const QJsonObject stream = feed[QStringLiteral("streams")].toArray()[0].toObject();
    QCOMPARE(stream[QStringLiteral("bytes")].toInt(), 123);
    QCOMPARE(stream[QStringLiteral("skips")].toInt(), 4);
    const QJsonObject viewer = json[QStringLiteral("viewerList")].toArray()[0].toObject();
    QCOMPARE(viewer[QStringLiteral("address")].toString(), QStringLiteral("10.0.0.9:1234"));
    const QByteArray html = QByteArray::fromStdString(statusHtml(report));
    for (const char *word :
         {"cam1", "away", "h264 640x360", "10.0.0.9:1234", "0:01:01", "http-equiv=\"refresh\""})
        QVERIFY2(html.contains(word), word);
}

void ServeRequestsTest::statusEscapes()
{
    StatusReport report;
    report.feeds.push_back({"<script>\"&", FeedState::Live, {}, {}});
    QVERIFY(!QByteArray::fromStdString(statusHtml(report)).contains("<script>\"&"));
    QVERIFY(QByteArray::fromStdString(statusHtml(report)).contains("&lt;script&gt;&quot;&amp;"));
    QVERIFY(!QJsonDocument::fromJson(QByteArray::fromStdString(statusJson(report))).isNull());
}

void ServeRequestsTest::commandsAreRead_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const QByteArray &line, const char *expected) {
        QTest::newRow(line.left(60).constData()) << line << QByteArray(expected);
    };
    row(R"({"drop":12})", "drop 12");
    row(R"( { "end" : "cam1" } )", "end cam1");
    row(R"({"reload":true})", "reload");
    row(R"({"quit":true})", "quit");
    row(R"({"quit":false})", "bad");
    row(R"({"quit":1})", "bad");
    row(R"({"drop":-1})", "bad");
    row(R"({"drop":"1"})", "bad");
    row(R"({"drop":1.5})", "bad");
    row(R"({"end":7})", "bad");
    row(R"({"end":"a","drop":1})", "bad");
    row(R"({})", "bad");
    row(R"([1])", "bad");
    row(R"(quit)", "bad");
    row(R"({"quit":true)", "bad");
    row(R"({"quit":true} x)", "bad");
    row(R"({"fly":true})", "bad");
    row(QByteArray(60'000, '['), "bad");
}

void ServeRequestsTest::commandsAreRead()
{
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, expected);
    const Command command = parseCommand(line.toStdString());
    QByteArray got;
    if (const auto *drop = std::get_if<DropCommand>(&command))
        got = "drop " + QByteArray::number(static_cast<qulonglong>(drop->viewer));
    else if (const auto *end = std::get_if<EndCommand>(&command))
        got = "end " + QByteArray::fromStdString(end->feed);
    else if (std::holds_alternative<ReloadCommand>(command))
        got = "reload";
    else if (std::holds_alternative<QuitCommand>(command))
        got = "quit";
    else
        got = std::get<BadCommand>(command).reason.ends_with('.') ? "bad" : "no sentence";
    QCOMPARE(got, expected);
}

void ServeRequestsTest::commandsArriveInAnyPieces()
{
    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    boost::asio::io_context loop;
    QByteArray got;
    ControlInput input(
        loop, ends[0],
        [&](const Command &command) {
            got += std::holds_alternative<BadCommand>(command)    ? 'B'
                   : std::holds_alternative<QuitCommand>(command) ? 'Q'
                                                                  : 'D';
        },
        [&] { got += '.'; });
    const auto feed = [&](const QByteArray &bytes) {
        for (qsizetype at = 0; at < bytes.size(); at += 1000) {
            QVERIFY(::write(ends[1], bytes.constData() + at,
                            static_cast<std::size_t>(qMin<qsizetype>(1000, bytes.size() - at))) > 0);
            loop.poll();
        }
    };
    for (const char byte : QByteArray("{\"drop\":1}\r\n\n{\"quit\":true}\n"))
        feed(QByteArray(1, byte));
    QCOMPARE(got, QByteArray("DQ"));
    feed(QByteArray(ControlInput::maxLineBytes + 10, 'x') +
         "\n{\"drop\":2}\n{\"drop\":3}"); // one without its end
    QCOMPARE(got, QByteArray("DQBD"));
    ::close(ends[1]);
    loop.run();
    QCOMPARE(got, QByteArray("DQBD."));
    ::close(ends[0]);
}

void ServeRequestsTest::writersNeverWait()
{
    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    boost::asio::io_context loop;
    LineWriter writer(
        loop, ends[1], [](std::size_t lines) { return "lost " + std::to_string(lines); }, 100'000);
    for (int i = 0; i < 20'000; ++i) { // 200 kB: more than the pipe and the queue hold
        writer.write("123456789");
        loop.restart();
        loop.poll();
    }
    QByteArray got;
    std::array<char, 4096> bytes{};
    QVERIFY(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    const auto readAll = [&] {
        for (ssize_t count = 0; (count = ::read(ends[0], bytes.data(), bytes.size())) > 0;) {
            got.append(bytes.data(), count);
            writer.flush(std::chrono::milliseconds(0));
        }
    };
    QElapsedTimer clock;
    clock.start();
    while (!got.endsWith("end\n") && clock.elapsed() < 20'000) {
        readAll();
        if (got.size() > 150'000 && !got.contains("end"))
            writer.write("end");
        loop.restart();
        loop.run_for(std::chrono::milliseconds(5));
    }
    QVERIFY(got.endsWith("end\n"));
    const QList<QByteArray> lines = got.split('\n');
    const auto lost = std::ranges::find_if(lines, [](const QByteArray &l) { return l.startsWith("lost "); });
    QVERIFY(lost != lines.end());
    QCOMPARE(lines.count("123456789") + lost->mid(5).toInt(), 20'000);
    std::signal(SIGPIPE, SIG_IGN); // as the program does; Qt Test takes it as a crash
    ::close(ends[0]);              // nobody reads any more: no signal, no wait
    writer.write("x");
    writer.flush(std::chrono::milliseconds(100));
    ::close(ends[1]);
}

QTEST_GUILESS_MAIN(ServeRequestsTest)
#include "tst_serverequests.moc"
