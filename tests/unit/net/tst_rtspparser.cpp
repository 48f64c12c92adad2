// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/rtspparser.h"

#include <QTest>
#include <vector>

using namespace aspersor::net;

namespace {

const QByteArray options = "OPTIONS rtsp://host:554/cam1 RTSP/1.0\r\nCSeq: 1\r\n\r\n";

struct Outcome {
    QByteArrayList requests; // "METHOD authority path cseq"
    int packets = 0;
    int status = 0; // of the error; 0: none

    bool operator==(const Outcome &) const = default;
};

/// Feeds pieces of a size. Every piece lies in memory of its own, so that a sanitizer sees a read past it.
Outcome parse(const QByteArray &input, qsizetype piece)
{
    RtspParser parser;
    Outcome outcome;
    for (qsizetype at = 0; at < input.size() && outcome.status == 0; at += piece) {
        const QByteArray part = input.mid(at, piece);
        const std::vector<std::uint8_t> own(part.begin(), part.end());
        std::span<const std::uint8_t> bytes(own);
        while (!bytes.empty() && outcome.status == 0) {
            const std::size_t before = bytes.size();
            switch (parser.feed(bytes)) {
            case RtspParser::Event::None:
                if (!bytes.empty())
                    qFatal("bytes are left without an event");
                break;
            case RtspParser::Event::Request: {
                const RtspRequest &request = parser.request();
                outcome.requests << QByteArray::fromStdString(request.head.method + ' ' + request.authority +
                                                              ' ' + request.head.path + ' ' +
                                                              std::string(request.head.field("cseq")));
                break;
            }
            case RtspParser::Event::Packet:
                ++outcome.packets;
                break;
            case RtspParser::Event::Error:
                outcome.status = parser.error().status;
                if (parser.error().reason.empty())
                    qFatal("an error without a reason");
                break;
            }
            if (bytes.size() > before)
                qFatal("bytes came back");
        }
    }
    return outcome;
}

} // namespace

class RtspParserTest final : public QObject
{
    Q_OBJECT

private slots:
    void requestsAndPacketsAreToldApart_data();
    void requestsAndPacketsAreToldApart();
    void cutRequestsAreNotTakenForWhole();
};

void RtspParserTest::requestsAndPacketsAreToldApart_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<QByteArray>("requests"); // joined by commas
    QTest::addColumn<int>("packets");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const QByteArray &input, const char *requests, int packets,
                        int status) {
        QTest::newRow(name) << input << QByteArray(requests) << packets << status;
    };
    const QByteArray end = " RTSP/1.0\r\nCSeq: 2\r\n\r\n";
    row("one", options, "OPTIONS host:554 /cam1 1", 0, 0);
    row("two", options + "DESCRIBE rtsp://h/a%20b/?x=y" + end, "OPTIONS host:554 /cam1 1,DESCRIBE h /a b/ 2",
        0, 0);
    row("packets between", QByteArray("$\x01\x00\x03", 4) + "abc" + options + QByteArray("$\0\0\0", 4),
        "OPTIONS host:554 /cam1 1", 2, 0);
    row("a request in a packet", QByteArray("$\x01\x00", 3) + char(options.size()) + options, "", 1, 0);
    row("star", "OPTIONS *" + end, "OPTIONS  / 2", 0, 0);
    row("no path", "OPTIONS rtsp://[::1]:5554" + end, "OPTIONS [::1]:5554 / 2", 0, 0);
    row("path only", "PLAY /cam1" + end, "PLAY  /cam1 2", 0, 0);
    row("a user's name", "PLAY RTSP://me:secret@h/x" + end, "PLAY h /x 2", 0, 0);
    row("a body", "SET_PARAMETER rtsp://h/x RTSP/1.0\r\nCSeq: 3\r\nContent-Length: 4\r\n\r\na: b" + options,
        "SET_PARAMETER h /x 3,OPTIONS host:554 /cam1 1", 0, 0);
    row("empty lines before", "\r\n\r\n" + options, "OPTIONS host:554 /cam1 1", 0, 0);
    row("HTTP", "GET / HTTP/1.1\r\n\r\n", "", 0, 400);
    row("RTSP/2.0", "OPTIONS * RTSP/2.0\r\n\r\n", "", 0, 505);
    row("no version", "OPTIONS *\r\n\r\n", "", 0, 400);
    row("other version", "OPTIONS * SIP/2.0\r\n\r\n", "", 0, 400);
    row("one word", "OPTIONS\r\n\r\n", "", 0, 400);
    row("blanks", "   \r\n\r\n", "", 0, 400);
    row("two blanks", "OPTIONS  * RTSP/1.0\r\n\r\n", "", 0, 400);
    row("line feed only", "OPTIONS * RTSP/1.0\nCSeq: 1\n\n", "", 0, 400);
    row("other scheme", "OPTIONS ftp://h/x" + end, "", 0, 400);
    row("TLS", QByteArray("\x16\x03\x01\x02\x00\x01", 6), "", 0, 400);
    row("NUL", QByteArray("OPT\0", 4), "", 0, 400);
    row("control in the path", "OPTIONS rtsp://h/%01" + end, "", 0, 400);
    row("broken escape", "OPTIONS rtsp://h/%4" + end, "", 0, 400);
    row("long line", "OPTIONS rtsp://h/" + QByteArray(9000, 'x'), "", 0, 431);
    row("long field", "OPTIONS * RTSP/1.0\r\nX: " + QByteArray(9000, 'x'), "", 0, 431);
    row("many fields", "OPTIONS * RTSP/1.0\r\n" + QByteArray("X: y\r\n").repeated(100) + "\r\n", "", 0, 431);
    row("folded", "OPTIONS * RTSP/1.0\r\nX: y\r\n z\r\n\r\n", "", 0, 400);
    row("endless body", "SET_PARAMETER * RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n", "", 0, 413);
    row("chunked", "SET_PARAMETER * RTSP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "", 0, 413);
    row("bad length", "SET_PARAMETER * RTSP/1.0\r\nContent-Length: -1\r\n\r\n", "", 0, 400);
    row("garbage after a request", options + "\xff\xff\r\n", "OPTIONS host:554 /cam1 1", 0, 400);
}

void RtspParserTest::requestsAndPacketsAreToldApart()
{
    QFETCH(QByteArray, input);
    QFETCH(QByteArray, requests);
    QFETCH(int, packets);
    QFETCH(int, status);
    for (const qsizetype piece : {qsizetype(1), qsizetype(3), qsizetype(7), input.size()}) {
        const Outcome outcome = parse(input, piece);
        QCOMPARE(outcome.requests.join(','), requests);
        QCOMPARE(outcome.packets, packets);
        QCOMPARE(outcome.status, status);
    }
}

void RtspParserTest::cutRequestsAreNotTakenForWhole()
{
    for (qsizetype end = 0; end < options.size(); ++end) {
        const Outcome outcome = parse(options.left(end), 5);
        QVERIFY(outcome.requests.isEmpty());
        QCOMPARE(outcome.status, 0);
    }
}

QTEST_GUILESS_MAIN(RtspParserTest)
#include "tst_rtspparser.moc"
