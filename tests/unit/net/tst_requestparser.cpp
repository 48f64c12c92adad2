// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/requestparser.h"

#include <QTest>
#include <cstring>
#include <vector>

using namespace aspersor::net;

namespace {

/// What came of feeding a request to a parser.
struct Outcome {
    std::string body;
    std::size_t used = 0;
    int status = 0; // of the error; 0: none
    std::string reason;
    bool headDone = false;
    bool done = false;
    RequestHead head;

    bool operator==(const Outcome &other) const
    {
        return body == other.body && used == other.used && status == other.status &&
               headDone == other.headDone && done == other.done;
    }
};

/// Feeds pieces of the given sizes; the last size repeats. Every piece lies in memory of its own, so that a
/// sanitizer sees a read past its end.
Outcome parse(const std::string &input, const std::vector<std::size_t> &pieces,
              const RequestLimits &limits = {})
{
    RequestParser parser(limits);
    Outcome outcome;
    std::size_t piece = 0;
    while (outcome.used < input.size() && !parser.done() && !parser.error()) {
        const std::size_t size =
            std::min(std::max<std::size_t>(pieces[piece], 1), input.size() - outcome.used);
        piece = std::min(piece + 1, pieces.size() - 1);
        std::vector<std::uint8_t> bytes(size);
        std::memcpy(bytes.data(), input.data() + outcome.used, size);
        std::size_t bodyBytes = 0;
        const bool headBefore = parser.headDone();
        const std::size_t used = parser.feed(bytes, [&](std::span<const std::uint8_t> part) {
            outcome.body.append(reinterpret_cast<const char *>(part.data()), part.size());
            bodyBytes += part.size();
        });
        if (used > size || bodyBytes > size)
            qFatal("the parser took %zu and gave %zu of %zu bytes", used, bodyBytes, size);
        const bool mayStop = parser.done() || parser.error() || (!headBefore && parser.headDone());
        if (used < size && !mayStop)
            qFatal("the parser left bytes without a reason");
        outcome.used += used;
    }
    outcome.headDone = parser.headDone();
    outcome.done = parser.done();
    if (parser.error()) {
        outcome.status = parser.error()->status;
        outcome.reason = parser.error()->reason;
    }
    if (parser.headDone())
        outcome.head = parser.head();
    return outcome;
}

Outcome parseWhole(const std::string &input, const RequestLimits &limits = {})
{
    return parse(input, {input.size()}, limits);
}

const std::string postHead = "POST /cam1 HTTP/1.1\r\nHost: a\r\n";
const std::string chunkedHead = postHead + "Transfer-Encoding: chunked\r\n\r\n";

std::string manyFields(int count)
{
    std::string text = "POST /cam1 HTTP/1.1\r\n";
    for (int i = 0; i < count; ++i)
        text += "F" + std::to_string(i) + ": v\r\n";
    return text + "\r\n";
}

} // namespace

class TestRequestParser : public QObject
{
    Q_OBJECT

private slots:
    void understands_data();
    void understands();
    void refuses_data();
    void refuses();
    void targets_data();
    void targets();
    void headAsValues();
    void keepAlive_data();
    void keepAlive();
    void stopsAfterTheHead();
    void leavesThePipelinedRequest();
    void hugeChunkIsStreamed();
    void largeChunkComesInPlace();
    void dechunksInPlace();
    void responses();
};

void TestRequestParser::understands_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QByteArray>("body");
    const auto row = [](const char *name, const std::string &input, const char *body) {
        QTest::newRow(name) << QByteArray::fromStdString(input) << QByteArray(body);
    };
    row("no body", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "");
    row("length", postHead + "Content-Length: 5\r\n\r\nhello", "hello");
    row("length 0", postHead + "Content-Length: 0\r\n\r\n", "");
    row("same length twice", postHead + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello");
    row("chunked", chunkedHead + "5\r\nhello\r\n0\r\n\r\n", "hello");
    row("empty chunked", chunkedHead + "0\r\n\r\n", "");
    row("1-byte chunks", chunkedHead + "1\r\nh\r\n1\r\ne\r\n1\r\ny\r\n0\r\n\r\n", "hey");
    row("capital and leading zeros", chunkedHead + "000A\r\n0123456789\r\n00\r\n\r\n", "0123456789");
    row("extensions", chunkedHead + "5;a=b;c;d=\"e;\\\"f\"\r\nhello\r\n0;last=1\r\n\r\n", "hello");
    row("trailers", chunkedHead + "5\r\nhello\r\n0\r\nDigest: x\r\nOther: y\r\n\r\n", "hello");
    row("body full of line ends", chunkedHead + "8\r\n\r\n\r\n0\r\n\r\r\n0\r\n\r\n", "\r\n\r\n0\r\n\r");
    row("coding in capitals", postHead + "Transfer-Encoding: CHUNKED\r\n\r\n1\r\nx\r\n0\r\n\r\n", "x");
    row("empty lines before", "\r\n\r\n" + chunkedHead + "1\r\nx\r\n0\r\n\r\n", "x");
    row("long body after a cut header", chunkedHead + "1388\r\n" + std::string(5000, 'b') + "\r\n0\r\n\r\n",
        std::string(5000, 'b').c_str());
    row("no Host", "PUT /a HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", "x");
    row("HTTP/1.0", "POST /a HTTP/1.0\r\nContent-Length: 1\r\n\r\nx", "x");
    row("100 fields", manyFields(100), "");
    row("obs-text in a value", "GET / HTTP/1.1\r\nUser-Agent: \xC3\xA9\r\n\r\n", "");
}

void TestRequestParser::understands()
{
    QFETCH(QByteArray, input);
    QFETCH(QByteArray, body);
    const auto text = input.toStdString();

    const Outcome whole = parseWhole(text);
    QCOMPARE(QByteArray::fromStdString(whole.reason), QByteArray());
    QVERIFY(whole.done);
    QCOMPARE(whole.used, text.size());
    QCOMPARE(QByteArray::fromStdString(whole.body), body);

    QVERIFY(parse(text, {1}) == whole);
    QVERIFY(parse(text, {7}) == whole);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        QVERIFY2(parse(text, {cut, text.size()}) == whole, qPrintable(QString::number(cut)));
        const Outcome truncated = parseWhole(text.substr(0, cut));
        QVERIFY2(!truncated.done && truncated.status == 0, qPrintable(QString::number(cut)));
        QVERIFY(text.size() == cut || body.startsWith(QByteArray::fromStdString(truncated.body)));
    }
}

void TestRequestParser::refuses_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("reason"); // a part of it
    const auto row = [](const char *name, const std::string &input, int status, const char *reason) {
        QTest::newRow(name) << QByteArray::fromStdString(input) << status << QByteArray(reason);
    };
    const std::string nul(1, '\0');
    row("TLS hello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11), 400,
        "control character");
    row("MPEG-TS without a head", "G@" + nul + std::string("\x10", 1) + nul, 400, "control character");
    row("words", "hello there\r\n", 400, "request line");
    row("HTTP/0.9", "GET /\r\n", 400, "request line");
    row("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/1.1");
    row("HTTP/1.2", "GET / HTTP/1.2\r\n\r\n", 505, "HTTP/1.1");
    row("no version", "GET / FTP/1.1\r\n\r\n", 400, "version");
    row("two spaces", "GET  / HTTP/1.1\r\n\r\n", 400, "request line");
    row("bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400, "CR LF");
    row("bare LF in the fields", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400, "CR LF");
    row("bare CR", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400, "CR LF");
    row("NUL in a value", "GET / HTTP/1.1\r\nHost: a" + nul + "b\r\n\r\n", 400, "control character");
    row("NUL in the path", "GET /a" + nul + " HTTP/1.1\r\n\r\n", 400, "control character");
    row("escaped NUL", "GET /a%00b HTTP/1.1\r\n\r\n", 400, "control character");
    row("escaped line end", "GET /a%0d%0ab HTTP/1.1\r\n\r\n", 400, "control character");
    row("bad escape", "GET /a%zz HTTP/1.1\r\n\r\n", 400, "percent escape");
    row("cut escape", "GET /a%4 HTTP/1.1\r\n\r\n", 400, "percent escape");
    row("bad escape in the query", "GET /a?key=%g1 HTTP/1.1\r\n\r\n", 400, "percent escape");
    row("8-bit path", "GET /\xC3\xA9 HTTP/1.1\r\n\r\n", 400, "not ASCII");
    row("folded line", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", 400, "folded");
    row("folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "folded");
    row("space before the colon", postHead + "Content-Length : 5\r\n\r\nhello", 400, "malformed");
    row("field without a colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", 400, "malformed");
    row("two hosts", postHead + "Host: b\r\n\r\n", 400, "two Host");
    row("101 fields", manyFields(101), 431, "100 header fields");
    row("long head", "GET / HTTP/1.1\r\nA: " + std::string(17'000, 'a') + "\r\n\r\n", 431, "16384");
    row("long target", "GET /" + std::string(17'000, 'a') + " HTTP/1.1\r\n\r\n", 431, "16384");
    row("head without an end", std::string(20'000, 'a'), 431, "16384");
    row("nothing but line ends", std::string(0, ' ').append([] {
        std::string lines;
        for (int i = 0; i < 10'000; ++i)
            lines += "\r\n";
        return lines;
    }()),
        431, "16384");
    row("length and chunked", postHead + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400, "both Content-Length and Transfer-Encoding");
    row("chunked and length", postHead + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        400, "both Content-Length and Transfer-Encoding");
    row("length and gzip", postHead + "Content-Length: 5\r\nTransfer-Encoding: gzip\r\n\r\nhello", 400,
        "both Content-Length and Transfer-Encoding");
    row("gzip, chunked", postHead + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, "chunked");
    row("gzip then chunked",
        postHead + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 501, "chunked");
    row("chunked twice",
        postHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
        "two Transfer-Encoding");
    row("chunked, chunked", postHead + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 501,
        "chunked");
    row("chunked, identity", postHead + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501,
        "chunked");
    row("xchunked", postHead + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501, "chunked");
    row("no coding", postHead + "Transfer-Encoding:\r\n\r\n0\r\n\r\n", 501, "chunked");
    row("chunked in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
        "HTTP/1.0");
    row("two lengths", postHead + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400,
        "two different");
    row("two lengths in one", postHead + "Content-Length: 5, 6\r\n\r\nhello", 400, "two different");
    row("negative length", postHead + "Content-Length: -5\r\n\r\n", 400, "not a number");
    row("hexadecimal length", postHead + "Content-Length: 0x5\r\n\r\n", 400, "not a number");
    row("empty length", postHead + "Content-Length:\r\n\r\n", 400, "not a number");
    row("overflowing length", postHead + "Content-Length: 18446744073709551616\r\n\r\n", 400, "not a number");
    row("absurd length", postHead + "Content-Length: 18446744073709551615\r\n\r\n", 413, "beyond all bounds");
    row("other expectation", postHead + "Expect: a-miracle\r\n\r\n", 417, "100-continue");
    row("FFFFFFFFFFFFFFFF", chunkedHead + "FFFFFFFFFFFFFFFF\r\nhello", 400, "beyond all bounds");
    row("8000000000000000", chunkedHead + "8000000000000000\r\nhello", 400, "beyond all bounds");
    row("overflowing chunk", chunkedHead + "10000000000000000\r\nhello", 400, "chunk size was expected");
    row("endless zeros", chunkedHead + std::string(5'000, '0') + "5\r\nhello", 400, "4096");
    row("negative chunk", chunkedHead + "-5\r\nhello", 400, "chunk size was expected");
    row("0x5", chunkedHead + "0x5\r\nhello\r\n\r\n", 400, "chunk");
    row("empty chunk line", chunkedHead + "\r\nhello\r\n", 400, "chunk size was expected");
    row("no chunk line", chunkedHead + "this is not a chunk\r\n", 400, "chunk");
    row("chunk line with bare LF", chunkedHead + "5\nhello\r\n", 400, "");
    row("chunk longer than it says", chunkedHead + "5\r\nhello world\r\n", 400, "chunk size was expected");
    row("chunk end with bare LF", chunkedHead + "5\r\nhello\n0\r\n\r\n", 400, "");
    row("endless extension", chunkedHead + "5;a=" + std::string(5'000, 'a') + "\r\nhello", 400, "4096");
    row("bad extension", chunkedHead + "5;=\r\nhello\r\n", 400, "extension");
    row("line end in an extension", chunkedHead + "5;a=\"\r\nhello\"\r\n0\r\n\r\n", 400, "");
    row("endless trailer", chunkedHead + "0\r\nA: " + std::string(5'000, 'a') + "\r\n\r\n", 400, "4096");
    row("bad trailer", chunkedHead + "0\r\nno colon\r\n\r\n", 400, "malformed");
    row("length in the trailer", chunkedHead + "0\r\nContent-Length: 5\r\n\r\n", 400, "malformed");
}

void TestRequestParser::refuses()
{
    QFETCH(QByteArray, input);
    QFETCH(int, status);
    QFETCH(QByteArray, reason);
    const auto text = input.toStdString();

    const Outcome whole = parseWhole(text);
    QVERIFY2(QByteArray::fromStdString(whole.reason).contains(reason), whole.reason.c_str());
    QCOMPARE(whole.status, status);
    QVERIFY(whole.reason.ends_with('.'));
    QVERIFY(!whole.done);

    // However it is cut, it is never taken for a whole request and ends in an error of the same family.
    QVERIFY(parse(text, {1}).status >= 400);
    const std::size_t step = text.size() > 1'000 ? 331 : 1;
    for (std::size_t cut = 1; cut < text.size(); cut += step) {
        const Outcome pieces = parse(text, {cut, text.size()});
        QVERIFY2(pieces.status >= 400 && !pieces.done, qPrintable(QString::number(cut)));
        const Outcome truncated = parseWhole(text.substr(0, cut));
        QVERIFY2(!truncated.done, qPrintable(QString::number(cut)));
    }
}

void TestRequestParser::targets_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("path"); // empty: refused
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("plain") << QByteArray("/cam1") << QByteArray("/cam1") << QByteArray();
    QTest::newRow("query") << QByteArray("/cam1?key=K") << QByteArray("/cam1") << QByteArray("K");
    QTest::newRow("first of two") << QByteArray("/c?key=a&key=b") << QByteArray("/c") << QByteArray("a");
    QTest::newRow("second of two") << QByteArray("/c?x&&y=1&key=b") << QByteArray("/c") << QByteArray("b");
    QTest::newRow("escapes") << QByteArray("/c%61m?key=%2B%26+") << QByteArray("/cam") << QByteArray("+&+");
    QTest::newRow("equals in a value") << QByteArray("/c?key=a=b") << QByteArray("/c") << QByteArray("a=b");
    QTest::newRow("absolute") << QByteArray("http://h:80/cam1?key=K") << QByteArray("/cam1")
                              << QByteArray("K");
    QTest::newRow("absolute, capitals") << QByteArray("HTTP://h/cam1") << QByteArray("/cam1") << QByteArray();
    QTest::newRow("absolute, no path") << QByteArray("http://h") << QByteArray("/") << QByteArray();
    QTest::newRow("absolute, query only")
        << QByteArray("http://h?key=K") << QByteArray("/") << QByteArray("K");
    QTest::newRow("address in the path") << QByteArray("/a://b") << QByteArray("/a://b") << QByteArray();
    QTest::newRow("other scheme") << QByteArray("rtmp://h/cam1") << QByteArray() << QByteArray();
    QTest::newRow("authority") << QByteArray("h:80") << QByteArray() << QByteArray();
    QTest::newRow("asterisk") << QByteArray("*") << QByteArray() << QByteArray();
    QTest::newRow("fragment") << QByteArray("/cam1#x") << QByteArray() << QByteArray();
    QTest::newRow("relative") << QByteArray("cam1") << QByteArray() << QByteArray();
}

void TestRequestParser::targets()
{
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, key);
    const Outcome outcome = parseWhole("GET " + target.toStdString() + " HTTP/1.1\r\n\r\n");
    QCOMPARE(outcome.status, path.isEmpty() ? 400 : 0);
    if (path.isEmpty())
        return;
    QCOMPARE(QByteArray::fromStdString(outcome.head.path), path);
    const auto found = outcome.head.query.find("key");
    QCOMPARE(found == outcome.head.query.end() ? QByteArray() : QByteArray::fromStdString(found->second),
             key);
    QCOMPARE(QByteArray::fromStdString(outcome.head.target), target);
}

void TestRequestParser::headAsValues()
{
    const Outcome post =
        parseWhole(postHead + "X-A: 1\r\nx-a:  2 \r\nExpect: 100-Continue\r\nContent-Length: 7\r\n\r\n");
    QVERIFY(post.headDone);
    QCOMPARE(post.head.method, std::string("POST"));
    QCOMPARE(post.head.field("x-a"), std::string_view("1, 2"));
    QCOMPARE(post.head.field("absent"), std::string_view());
    QVERIFY(post.head.expectContinue);
    QVERIFY(!post.head.chunked);
    QCOMPARE(post.head.contentLength, std::optional<std::uint64_t>(7));

    const Outcome old = parseWhole("POST /a HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    QVERIFY(!old.head.expectContinue);
    QCOMPARE(old.head.minorVersion, 0);

    const Outcome asterisk = parseWhole("OPTIONS * HTTP/1.1\r\n\r\n");
    QVERIFY(asterisk.done);
    QCOMPARE(asterisk.head.path, std::string("*"));
    QVERIFY(!asterisk.head.contentLength);

    QVERIFY(parseWhole(chunkedHead).head.chunked);
    QCOMPARE(parseWhole("BREW /a HTTP/1.1\r\n\r\n").head.method, std::string("BREW"));
}

void TestRequestParser::keepAlive_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<bool>("expected");
    QTest::newRow("1.1") << QByteArray("GET / HTTP/1.1\r\n\r\n") << true;
    QTest::newRow("1.1 close") << QByteArray("GET / HTTP/1.1\r\nConnection: close\r\n\r\n") << false;
    QTest::newRow("1.1 in a list") << QByteArray("GET / HTTP/1.1\r\nConnection: x, Close\r\n\r\n") << false;
    QTest::newRow("1.0") << QByteArray("GET / HTTP/1.0\r\n\r\n") << false;
    QTest::newRow("1.0 kept") << QByteArray("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n") << true;
}

void TestRequestParser::keepAlive()
{
    QFETCH(QByteArray, head);
    QFETCH(bool, expected);
    QCOMPARE(parseWhole(head.toStdString()).head.keepAlive, expected);
}

void TestRequestParser::stopsAfterTheHead()
{
    const std::string text = chunkedHead + "5\r\nhello\r\n0\r\n\r\n";
    RequestParser parser;
    const std::span bytes(reinterpret_cast<const std::uint8_t *>(text.data()), text.size());
    bool called = false;
    QVERIFY(!parser.started());
    QCOMPARE(parser.feed(bytes, [&](auto) { called = true; }), chunkedHead.size());
    QVERIFY(parser.started());
    QVERIFY(parser.headDone());
    QVERIFY(!called);
    QVERIFY(!parser.done());
}

void TestRequestParser::leavesThePipelinedRequest()
{
    const std::string first = chunkedHead + "5\r\nhello\r\n0\r\n\r\n";
    const std::string text = first + "PUT /next HTTP/1.1\r\n";
    const Outcome outcome = parseWhole(text);
    QVERIFY(outcome.done);
    QCOMPARE(outcome.used, first.size());

    const std::string fixed = postHead + "Content-Length: 5\r\n\r\nhello";
    QCOMPARE(parseWhole(fixed + "rest").used, fixed.size());
}

void TestRequestParser::hugeChunkIsStreamed()
{
    // 10 GiB is a legal size: it is taken as it comes, and nothing is set aside for it.
    RequestParser parser;
    const std::string head = chunkedHead + "280000000\r\n";
    const auto *begin = reinterpret_cast<const std::uint8_t *>(head.data());
    std::size_t used = parser.feed({begin, head.size()}, [](auto) {});
    used += parser.feed({begin + used, head.size() - used}, [](auto) {});
    QCOMPARE(used, head.size());
    const std::vector<std::uint8_t> block(64 * 1024, 0x47);
    std::size_t received = 0;
    for (int i = 0; i < 64; ++i)
        QCOMPARE(parser.feed(block, [&](auto part) { received += part.size(); }), block.size());
    QCOMPARE(received, 64 * block.size());
    QVERIFY(!parser.error());
}

void TestRequestParser::largeChunkComesInPlace()
{
    constexpr std::size_t size = 64 * 1024 * 1024;
    RequestParser parser;
    const std::string head = chunkedHead + "4000000\r\n";
    const auto *begin = reinterpret_cast<const std::uint8_t *>(head.data());
    const std::size_t used = parser.feed({begin, head.size()}, [](auto) {});
    QCOMPARE(parser.feed({begin + used, head.size() - used}, [](auto) {}), head.size() - used);
    std::vector<std::uint8_t> chunk(size, 1);
    std::vector<std::span<const std::uint8_t>> parts;
    QCOMPARE(parser.feed(chunk, [&](auto part) { parts.push_back(part); }), size);
    QCOMPARE(parts.size(), std::size_t(1));
    QVERIFY(parts[0].data() == chunk.data()); // not a copy
    QCOMPARE(parts[0].size(), size);
    const std::string end = "\r\n0\r\n\r\n";
    QCOMPARE(parser.feed({reinterpret_cast<const std::uint8_t *>(end.data()), end.size()}, [](auto) {}),
             end.size());
    QVERIFY(parser.done());
}

void TestRequestParser::dechunksInPlace()
{
    std::string text = "3\r\nabc\r\n1;x=y\r\nd\r\nA\r\n0123456789\r\n0\r\n\r\n";
    RequestParser parser;
    QCOMPARE(parser.feed({reinterpret_cast<const std::uint8_t *>(chunkedHead.data()), chunkedHead.size()},
                         [](auto) {}),
             chunkedHead.size());
    auto *front = reinterpret_cast<std::uint8_t *>(text.data());
    std::size_t written = 0;
    QCOMPARE(parser.feed({front, text.size()},
                         [&](std::span<const std::uint8_t> part) {
                             std::memmove(front + written, part.data(), part.size());
                             written += part.size();
                         }),
             text.size());
    QVERIFY(parser.done());
    QCOMPARE(text.substr(0, written), std::string("abcd0123456789"));
}

void TestRequestParser::responses()
{
    QCOMPARE(response(404, "text/plain", "No.\n", "X: y\r\n", false),
             std::string("HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nX: y\r\n"
                         "Connection: close\r\n\r\nNo.\n"));
    QCOMPARE(response(200, "", "", "", true),
             std::string("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"));
    QCOMPARE(response(100, "", "", "", true), std::string("HTTP/1.1 100 Continue\r\n\r\n"));
    QCOMPARE(
        response(204, "text/plain", "x", "", true),
        std::string("HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\nConnection: keep-alive\r\n\r\n"));
    QCOMPARE(statusText(413), std::string_view("Content Too Large"));
    for (const int status : {401, 403, 405, 408, 409, 411, 415, 417, 429, 431, 500, 501, 503, 505})
        QVERIFY2(!statusText(status).empty() && statusText(status) != "<unknown-status>",
                 qPrintable(QString::number(status)));
}

QTEST_GUILESS_MAIN(TestRequestParser)
#include "tst_requestparser.moc"
