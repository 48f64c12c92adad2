// SPDX-License-Identifier: GPL-3.0-or-later
#include "ffserverrun.h"
#include "rtspclient.h"

#include <QJsonArray>
#include <QNetworkDatagram>
#include <QNetworkInterface>
#include <QTest>
#include <QUdpSocket>
#include <QtEndian>
#include <algorithm>
#include <array>
#include <functional>
#include <sys/socket.h>

using namespace aspersor;
using namespace aspersor::test;

namespace {

constexpr int patience = 20'000;
const QByteArray rtspConfig = "RTSPPort 0\nRTSPBindAddress 127.0.0.1\n"
                              "<Stream *.rtp>\nFeed *\nFormat rtp\n</Stream>\n";

/// Two pairs of UDP ports of this machine, and what comes in on them.
struct UdpEnds {
    std::vector<std::unique_ptr<QUdpSocket>> sockets; // RTP, RTCP, RTP, RTCP
    std::array<int, 4> counts{};
    quint16 first = 0;

    [[nodiscard]] bool open()
    {
        const auto start = static_cast<quint16>(21'000 + QCoreApplication::applicationPid() % 10'000 * 2);
        for (quint16 port = start; port < 65'000; port = static_cast<quint16>(port + 8)) {
            sockets.clear();
            for (quint16 i = 0; i < 4; ++i) {
                auto socket = std::make_unique<QUdpSocket>();
                if (!socket->bind(QHostAddress::LocalHost, static_cast<quint16>(port + i)))
                    break;
                sockets.push_back(std::move(socket));
            }
            first = port;
            if (sockets.size() == 4)
                return true;
        }
        return false;
    }
    /// How many packets have come on a socket so far.
    [[nodiscard]] int heard(std::size_t socket)
    {
        for (; sockets[socket]->hasPendingDatagrams(); ++counts[socket])
            sockets[socket]->receiveDatagram();
        return counts[socket];
    }
};

/// The n-th "NAME=VALUE" of an answer.
quint32 valueIn(const QByteArray &answer, const QByteArray &name, int nth = 0)
{
    qsizetype at = -1;
    for (int i = 0; i <= nth; ++i)
        at = answer.indexOf(name + '=', at + 1);
    qsizetype end = at + name.size() + 1;
    while (at >= 0 && end < answer.size() && answer[end] >= '0' && answer[end] <= '9')
        ++end;
    return answer.mid(at + name.size() + 1, end - at - name.size() - 1).toUInt();
}

} // namespace

/// The real program over RTSP.
class FfserverRtspTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();

    void playersSeeTheFeed_data();
    void playersSeeTheFeed();
    void everyRequestGetsItsAnswer_data();
    void everyRequestGetsItsAnswer();
    void aViewerBeginsWithReportsAndAKeyframe();
    void oneTrackOnChannelsOfItsOwn();
    void viewersPauseAndPlayOn();
    void viewersStayWhileTheFeedIsAway();
    void udpViewersThatAreSilentAreDropped();
    void udpViewersEndWithTheirConnection();
    void aSlowViewerIsMovedOnAndHarmsNobody();
    void limitsHold();
    void httpSaysWhereToGo();
    void anEncodedStreamIsDescribedWhenItsEncoderHasBegun();
    void aStreamGoesToAMulticastAddressUnasked();

private:
    [[nodiscard]] static bool isLive(FfserverRun &server)
    {
        return QTest::qWaitFor([&] { return server.feedStates("cam1").endsWith(QStringLiteral("live")); },
                               patience);
    }
    ServeClip m_clip;
    QByteArrayList m_pictures;
    QByteArrayList m_sounds;
};

void FfserverRtspTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    QVERIFY(m_clip.packets.size() > 700);
    Player player(QStringLiteral(ASPERSOR_CLIP));
    QVERIFY(player.waitForEnd());
    m_pictures = player.pictures();
    m_sounds = player.sounds();
    QVERIFY(m_pictures.size() >= 299);
}

void FfserverRtspTest::playersSeeTheFeed_data()
{
    QTest::addColumn<QString>("transport");
    QTest::newRow("tcp") << QStringLiteral("tcp");
    QTest::newRow("udp") << QStringLiteral("udp");
}

void FfserverRtspTest::playersSeeTheFeed()
{
    QFETCH(QString, transport);
    FfserverRun server(rtspConfig);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    const QStringList options{QStringLiteral("-rtsp_transport"), transport};
    const QString base = server.events("ready").front()[QStringLiteral("rtsp")].toString();
    Player first(base + QStringLiteral("/cam1"), options);
    Player second(base + QStringLiteral("/cam1.rtp"), options);
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), 2 * patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{2}, patience);
    feeder.endBody();
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("away")), patience);
    server.send(R"({"end":"cam1"})");
    for (Player *player : {&first, &second}) {
        QVERIFY(player->waitForEnd());
        const QByteArrayList pictures = player->pictures();
        const QByteArrayList sounds = player->sounds();
        const qsizetype place = placeOf(pictures, m_pictures);
        QVERIFY2(place >= 0, QByteArray::number(pictures.size()) + player->faults());
        QCOMPARE(place % 30, 0); // a keyframe of the clip
        QVERIFY2(place + pictures.size() >= m_pictures.size() - 2, QByteArray::number(pictures.size()));
        QVERIFY2(sounds.size() > 100 && placeOf(sounds, m_sounds) >= 0, QByteArray::number(sounds.size()));
        const QList<qint64> soundTimes = player->times(false);
        QVERIFY(std::ranges::adjacent_find(soundTimes, std::greater_equal()) == soundTimes.end());
        // libav does not know the time of the first picture
        const QList<qint64> times = player->times(true).mid(2);
        for (qsizetype i = 1; i < times.size(); ++i)
            QCOMPARE(times[i] - times[i - 1], (times.back() - times.front()) / (times.size() - 1));
    }
    QCOMPARE(server.events("viewer").size(), std::size_t{4});
    for (const QJsonObject &event : server.events("viewer")) {
        QCOMPARE(event[QStringLiteral("stream")].toString(), QStringLiteral("cam1.rtp"));
        if (event[QStringLiteral("state")] == QStringLiteral("left")) {
            QVERIFY(event[QStringLiteral("bytes")].toInt() > 300'000);
            QCOMPARE(event[QStringLiteral("skips")].toInt(), 0);
        }
    }
}

void FfserverRtspTest::everyRequestGetsItsAnswer_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("fragment"); // somewhere in the answer
    QTest::addColumn<bool>("closes");
    const auto row = [](const char *name, const QByteArray &request, int status, const char *fragment,
                        bool closes = false) {
        QTest::newRow(name) << request << status << QByteArray(fragment) << closes;
    };
    const QByteArray end = " RTSP/1.0\r\nCSeq: 7\r\n";
    const QByteArray tcp = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
    row("OPTIONS", "OPTIONS *" + end, 200, "Public: OPTIONS, DESCRIBE, SETUP, PLAY");
    row("DESCRIBE", "DESCRIBE rtsp://me/cam1" + end, 200, "Content-Base: rtsp://me/cam1.rtp/\r\n");
    row("description", "DESCRIBE rtsp://me/cam1.rtp" + end + "Accept: application/sdp\r\n", 200,
        "a=rtpmap:96 H264/90000\r\n");
    row("payload type of sound", "DESCRIBE rtsp://me/cam1.rtp" + end, 200,
        "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC/48000/2\r\n");
    row("other description", "DESCRIBE rtsp://me/cam1" + end + "Accept: text/html\r\n", 406, "");
    row("unknown stream", "DESCRIBE rtsp://me/nix" + end, 404, "on the air now: ");
    row("not an RTP stream", "DESCRIBE rtsp://me/cam1.ts" + end, 404, "");
    row("declared, not there", "DESCRIBE rtsp://me/door" + end, 503, "not on the air");
    row("denied", "DESCRIBE rtsp://me/denied" + end, 403, "not allowed");
    row("denied, SETUP", "SETUP rtsp://me/denied/streamid=0" + end + tcp, 403, "");
    row("SETUP", "SETUP rtsp://me/cam1/streamid=1" + end + tcp, 200,
        "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: ");
    row("UDP", "SETUP rtsp://me/cam1/streamid=0" + end + "Transport: RTP/AVP;unicast;client_port=5-6\r\n",
        200, "client_port=5-6;server_port=");
    row("SETUP of all", "SETUP rtsp://me/cam1" + end + tcp, 459, "");
    row("no such track", "SETUP rtsp://me/cam1/streamid=2" + end + tcp, 404, "no such track");
    row("no transport", "SETUP rtsp://me/cam1/streamid=0" + end, 461, "client_port");
    row("multicast", "SETUP rtsp://me/cam1/streamid=0" + end + "Transport: RTP/AVP;multicast\r\n", 461, "");
    row("PLAY without session", "PLAY rtsp://me/cam1" + end, 454, "");
    row("PLAY in another's", "PLAY rtsp://me/cam1" + end + "Session: 0123456789abcdef\r\n", 454, "");
    row("TEARDOWN of nothing", "TEARDOWN rtsp://me/cam1" + end, 454, "");
    row("GET_PARAMETER", "GET_PARAMETER rtsp://me/cam1" + end, 200, "");
    row("SET_PARAMETER", "SET_PARAMETER *" + end + "Content-Length: 5\r\n\r\na: b", 451, "");
    row("RECORD", "RECORD rtsp://me/cam1" + end, 405, "Allow: OPTIONS");
    row("ANNOUNCE", "ANNOUNCE rtsp://me/cam1" + end + "Content-Length: 0\r\n", 405, "");
    row("Require", "OPTIONS *" + end + "Require: implicit-play\r\n", 551, "Unsupported: implicit-play\r\n");
    row("no CSeq", "OPTIONS * RTSP/1.0\r\n", 400, "CSeq");
    row("bad CSeq", "OPTIONS * RTSP/1.0\r\nCSeq: 1 2\r\n", 400, "CSeq");
    row("RTSP/2.0", "OPTIONS * RTSP/2.0\r\n", 505, "", true);
    row("HTTP", "GET / HTTP/1.1\r\n", 400, "rtsp://", true);
    row("garbage", QByteArray("\x16\x03\x01", 3), 400, "", true);
    row("too long", "OPTIONS * RTSP/1.0\r\nX: " + QByteArray(20'000, 'x'), 431, "", true);
    row("too large a body", "SET_PARAMETER *" + end + "Content-Length: 999999999\r\n", 413, "", true);
}

void FfserverRtspTest::everyRequestGetsItsAnswer()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    QFETCH(QByteArray, fragment);
    QFETCH(bool, closes);
    static std::unique_ptr<FfserverRun> server;
    static std::unique_ptr<LinkFeeder> feeder;
    static const ServeClip *clip = nullptr;
    if (clip != &m_clip) { // one server for all rows
        clip = &m_clip;
        server = std::make_unique<FfserverRun>(
            rtspConfig + "<Feed door>\n</Feed>\n<Stream door>\nFeed door\nFormat rtp\n</Stream>\n"
                         "<Stream denied>\nFeed door\nFormat rtp\nACL deny localhost\n</Stream>\n");
        QVERIFY2(server->start(), server->errors().constData());
        feeder = std::make_unique<LinkFeeder>(*server, "cam1", m_clip);
        QVERIFY(feeder->start());
    }
    QTRY_VERIFY_WITH_TIMEOUT(server->feedStates("cam1").startsWith(QStringLiteral("live")), patience);
    RtspClient client(*server);
    QByteArray answer;
    if (closes) {
        answer = client.askRaw(request + "\r\n");
    } else {
        client.socket().write(request + "\r\n");
        QTRY_VERIFY_WITH_TIMEOUT(!client.lastAnswer().isEmpty(), patience);
        answer = client.lastAnswer();
        QVERIFY(client.connected());
    }
    QVERIFY2(answer.startsWith("RTSP/1.0 " + QByteArray::number(status) + ' '), answer.constData());
    QVERIFY2(answer.contains(fragment), answer.constData());
    if (!closes)
        QCOMPARE(answer.contains("\r\nCSeq: 7\r\n"), request.contains("CSeq: 7"));
    if (QByteArray(QTest::currentDataTag()) == "too large a body") {
        QTRY_COMPARE_WITH_TIMEOUT(server->status()[QStringLiteral("viewers")].toInt(), 0, patience);
        feeder.reset();
        server.reset();
    }
}

void FfserverRtspTest::aViewerBeginsWithReportsAndAKeyframe()
{
    FfserverRun server(rtspConfig);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    RtspClient first(server);
    QVERIFY(first.play("cam1", 2));
    QTRY_VERIFY_WITH_TIMEOUT(first.packetsOn(0).size() > 200, patience); // some keyframes are past
    RtspClient second(server);
    QVERIFY(second.play("cam1", 2));
    const QByteArray answer = second.lastAnswer();
    QTRY_VERIFY_WITH_TIMEOUT(second.packetsOn(2).size() > 10 && second.packetsOn(0).size() > 10, patience);

    for (const int channel : {1, 3}) { // sender report and CNAME before the first RTP packet
        const auto reports = second.packetsOn(channel);
        QVERIFY(!reports.empty());
        QCOMPARE(reports[0].type(), 200);
        QCOMPARE(reports[0].bytes[29], char(202));
        QCOMPARE(reports[0].number(4, 4), second.packetsOn(channel - 1)[0].source());
    }
    QCOMPARE(second.packets()[0].channel % 2, 1);
    QCOMPARE(second.packets()[1].channel % 2, 1);
    // both reports are of one moment, in the words of each track's clock
    const auto video = second.packetsOn(1)[0];
    const auto audio = second.packetsOn(3)[0];
    QCOMPARE(video.number(8, 4), audio.number(8, 4));
    QCOMPARE(video.number(12, 4), audio.number(12, 4));
    QCOMPARE(video.bytes.mid(36), audio.bytes.mid(36)); // the same CNAME

    // RTP-Info is true
    QCOMPARE(valueIn(answer, "seq", 0), second.packetsOn(0)[0].sequence());
    QCOMPARE(valueIn(answer, "rtptime", 0), second.packetsOn(0)[0].time());
    QCOMPARE(valueIn(answer, "seq", 1), second.packetsOn(2)[0].sequence());
    QCOMPARE(valueIn(answer, "rtptime", 1), second.packetsOn(2)[0].time());

    // numbers without a gap, packets of one size at most, payload types as described
    for (const int channel : {0, 2}) {
        const auto packets = second.packetsOn(channel);
        for (std::size_t i = 0; i < packets.size(); ++i) {
            QCOMPARE(packets[i].sequence(), static_cast<quint16>(packets[0].sequence() + i));
            QVERIFY(packets[i].bytes.size() <= 1360);
            QCOMPARE(packets[i].type(), 96 + channel / 2);
        }
    }
    // an IDR picture with its parameter sets: STAP-A (24), or SPS (7), perhaps after a delimiter (9)
    const int type = static_cast<quint8>(second.packetsOn(0)[0].bytes[12]) & 0x1f;
    QVERIFY2(type == 24 || type == 7 || type == 9, QByteArray::number(type));
    QVERIFY(first.framed() && second.framed());
}

void FfserverRtspTest::oneTrackOnChannelsOfItsOwn()
{
    FfserverRun server(rtspConfig);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    RtspClient before(server);
    QVERIFY(before.play("cam1", 2));
    QTRY_VERIFY_WITH_TIMEOUT(before.packetsOn(2).size() > 5, patience); // there is some sound
    RtspClient client(server);
    QVERIFY(client.ask("SETUP", "cam1/streamid=1", "Transport: RTP/AVP/TCP;interleaved=8-11\r\n")
                .contains("interleaved=8-11"));
    QVERIFY(!client.ask("SETUP", "cam1/streamid=0", "Transport: RTP/AVP/TCP;interleaved=11-12\r\n")
                 .startsWith("RTSP/1.0 200 "));
    const QByteArray answer = client.ask("PLAY", "cam1");
    QVERIFY2(answer.startsWith("RTSP/1.0 200 "), answer.constData());
    QTRY_VERIFY_WITH_TIMEOUT(client.packetsOn(8).size() > 50 && !client.packetsOn(11).empty(), patience);
    QCOMPARE(client.packets().size(), client.packetsOn(8).size() + client.packetsOn(11).size());
    const auto packets = client.packetsOn(8);
    QCOMPARE(valueIn(answer, "seq"), packets[0].sequence());
    for (std::size_t i = 1; i < packets.size(); ++i)
        QCOMPARE(packets[i].time() - packets[i - 1].time(), 1024U); // an AAC frame
}

void FfserverRtspTest::viewersPauseAndPlayOn()
{
    FfserverRun server(rtspConfig);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    RtspClient client(server);
    QVERIFY(client.play("cam1", 2));
    QTRY_VERIFY_WITH_TIMEOUT(client.packetsOn(0).size() > 50, patience);
    QVERIFY(client.ask("GET_PARAMETER", "cam1").contains(";timeout=60\r\n")); // between packets
    QVERIFY(client.ask("SETUP", "cam1/streamid=0").startsWith("RTSP/1.0 455 "));
    QVERIFY(client.ask("PAUSE", "cam1").startsWith("RTSP/1.0 200 "));
    const std::size_t paused = client.packets().size();
    QVERIFY(client.ask("OPTIONS", "").startsWith("RTSP/1.0 200 "));
    QCOMPARE(client.packets().size(), paused);
    const QByteArray answer = client.ask("PLAY", "cam1");
    QTRY_VERIFY_WITH_TIMEOUT(client.packets().size() > paused + 50, patience);
    std::size_t next = paused;
    while (client.packets()[next].channel != 0)
        ++next;
    QCOMPARE(valueIn(answer, "seq"), client.packets()[next].sequence());
    QVERIFY(client.ask("TEARDOWN", "cam1").startsWith("RTSP/1.0 200 "));
    QVERIFY(client.framed());
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{2}, patience);
    const QJsonObject left = server.events("viewer").back();
    QCOMPARE(left[QStringLiteral("reason")].toString(), QStringLiteral("the viewer left"));
    qint64 bytes = 0;
    for (const RtspClient::Packet &packet : client.packets())
        bytes += 4 + packet.bytes.size();
    QVERIFY(left[QStringLiteral("bytes")].toInteger() >= bytes); // and the answers between
    QVERIFY(client.connected());
    QVERIFY(client.ask("DESCRIBE", "cam1").startsWith("RTSP/1.0 454 ")); // still names the old session
}

void FfserverRtspTest::viewersStayWhileTheFeedIsAway()
{
    FfserverRun server(rtspConfig);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 4);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    RtspClient client(server);
    QVERIFY(client.play("cam1", 2));
    QTRY_VERIFY_WITH_TIMEOUT(client.packetsOn(0).size() > 50, patience);
    feeder.endBody();
    QTRY_VERIFY_WITH_TIMEOUT(server.feedStates("cam1").endsWith(QStringLiteral("away")), patience);
    const std::size_t before = client.packetsOn(0).size();
    feeder.startBody();
    QTRY_VERIFY_WITH_TIMEOUT(client.packetsOn(0).size() > before + 200, patience);
    for (const int channel : {0, 2}) {
        const auto packets = client.packetsOn(channel);
        for (std::size_t i = 1; i < packets.size(); ++i) {
            QCOMPARE(packets[i].sequence(), static_cast<quint16>(packets[i - 1].sequence() + 1));
            const auto step = static_cast<qint32>(packets[i].time() - packets[i - 1].time());
            QVERIFY2(step >= 0 && step < 10 * 90'000, QByteArray::number(step));
        }
    }
    server.send(R"({"end":"cam1"})");
    QTRY_VERIFY_WITH_TIMEOUT(!client.connected(), patience);
    for (const int channel : {1, 3}) { // the last words are a compound packet with BYE
        const QByteArray last = client.packetsOn(channel).back().bytes;
        QCOMPARE(last[last.size() - 7], char(203));
    }
    QCOMPARE(server.events("viewer").back()[QStringLiteral("reason")].toString(),
             QStringLiteral("the feed was ended"));
}

void FfserverRtspTest::udpViewersThatAreSilentAreDropped()
{
    FfserverRun server("ViewerTimeout 1\n" + rtspConfig);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    UdpEnds silentEnds;
    UdpEnds talkingEnds;
    QVERIFY(silentEnds.open() && talkingEnds.open());
    RtspClient silent(server);
    RtspClient talking(server);
    QVERIFY(silent.play("cam1", 2, silentEnds.first));
    QVERIFY(silent.lastAnswer().contains(";timeout=2\r\n"));
    const QByteArray setUp =
        talking.ask("SETUP", "cam1/streamid=0",
                    "Transport: RTP/AVP;unicast;client_port=" + QByteArray::number(talkingEnds.first) + '-' +
                        QByteArray::number(talkingEnds.first + 1) + "\r\n");
    const auto serverPort = static_cast<quint16>(valueIn(setUp, "server_port"));
    QVERIFY(serverPort != 0 && serverPort % 2 == 0);
    QVERIFY(talking.ask("PLAY", "cam1").startsWith("RTSP/1.0 200 "));
    QTimer reports; // a receiver's, of no content
    connect(&reports, &QTimer::timeout, this, [&] {
        talkingEnds.sockets[1]->writeDatagram(QByteArray::fromHex("80c9000112345678"),
                                              QHostAddress::LocalHost, static_cast<quint16>(serverPort + 1));
    });
    reports.start(200);
    QTRY_VERIFY_WITH_TIMEOUT(!silent.connected(), patience);
    QCOMPARE(server.events("viewer").back()[QStringLiteral("reason")].toString(),
             QStringLiteral("the viewer gave no sign of life"));
    QVERIFY(silentEnds.heard(0) > 20 && silentEnds.heard(1) > 0 && silentEnds.heard(2) > 20);
    QVERIFY(talking.connected());
    QCOMPARE(server.events("viewer").size(), std::size_t{3});
    const int before = talkingEnds.heard(0);
    QTRY_VERIFY_WITH_TIMEOUT(talkingEnds.heard(0) > before + 20, patience);
    QCOMPARE(talkingEnds.heard(2), 0); // not set up
}

void FfserverRtspTest::udpViewersEndWithTheirConnection()
{
    FfserverRun server(rtspConfig);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    UdpEnds ends;
    QVERIFY(ends.open());
    auto client = std::make_unique<RtspClient>(server);
    QVERIFY(client->play("cam1", 2, ends.first));
    QTRY_VERIFY_WITH_TIMEOUT(ends.heard(0) > 0, patience);
    client->socket().abort();
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{2}, patience);
    QTRY_COMPARE_WITH_TIMEOUT(server.status()[QStringLiteral("viewers")].toInt(), 0, patience);
    // what was under way has arrived by the time of that answer
    const auto all = [&] { return ends.heard(0) + ends.heard(1) + ends.heard(2) + ends.heard(3); };
    const int before = all();
    RtspClient other(server);
    QVERIFY(other.play("cam1", 2));
    QTRY_VERIFY_WITH_TIMEOUT(other.packetsOn(2).size() > 50, patience); // the feed goes on
    QCOMPARE(all(), before);
}

void FfserverRtspTest::aSlowViewerIsMovedOnAndHarmsNobody()
{
    FfserverRun server(rtspConfig);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip, 8);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    RtspClient slow(server);
    RtspClient quick(server);
    const int room = 4096;
    ::setsockopt(static_cast<int>(slow.socket().socketDescriptor()), SOL_SOCKET, SO_RCVBUF, &room,
                 sizeof room);
    slow.socket().setReadBufferSize(4096);
    slow.socket().blockSignals(true);
    slow.socket().write("SETUP " + slow.url("cam1/streamid=0") +
                        " RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n");
    QVERIFY(slow.socket().waitForReadyRead(patience));
    const QByteArray answer = slow.socket().readAll();
    QVERIFY(answer.contains("Session: "));
    const QByteArray session = answer.mid(answer.indexOf("Session: ") + 9, 16);
    slow.socket().write("PLAY " + slow.url("cam1") + " RTSP/1.0\r\nCSeq: 2\r\nSession: " + session +
                        "\r\n\r\n");
    QVERIFY(quick.play("cam1", 2));
    const auto skips = [&] {
        qint64 count = 0;
        for (const QJsonValue &viewer : server.status()[QStringLiteral("viewerList")].toArray())
            count += viewer[QStringLiteral("skips")].toInteger();
        return count;
    };
    for (int round = 0; round < 30 && skips() == 0; ++round) {
        QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), patience);
        feeder.endBody();
        feeder.startBody();
    }
    QVERIFY(skips() > 0);
    const auto packets = quick.packetsOn(0);
    for (std::size_t i = 1; i < packets.size(); ++i)
        QCOMPARE(packets[i].sequence(), static_cast<quint16>(packets[i - 1].sequence() + 1));
    // goes on, between two packets, with a keyframe
    slow.socket().setReadBufferSize(0);
    slow.socket().blockSignals(false);
    std::size_t jump = 0;
    const auto findJump = [&] {
        const auto got = slow.packetsOn(0);
        for (std::size_t i = 1; i < got.size() && jump == 0; ++i) {
            if (got[i].sequence() != static_cast<quint16>(got[i - 1].sequence() + 1))
                jump = i;
        }
        return jump > 0;
    };
    QTRY_VERIFY_WITH_TIMEOUT(
        (feeder.finished() ? (feeder.endBody(), feeder.startBody()) : void(), findJump()), 2 * patience);
    QVERIFY(slow.framed());
    const int type = static_cast<quint8>(slow.packetsOn(0)[jump].bytes[12]) & 0x1f;
    QVERIFY2(type == 24 || type == 7 || type == 9, QByteArray::number(type));
}

void FfserverRtspTest::limitsHold()
{
    FfserverRun server("MaxClients 1\nCustomLog access.log\n" + rtspConfig);
    server.config.replace("access.log", server.folder().toUtf8() + "/access.log");
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    RtspClient one(server);
    QVERIFY(one.play("cam1", 2));
    RtspClient two(server);
    QVERIFY(two.ask("DESCRIBE", "cam1").startsWith("RTSP/1.0 200 "));
    QVERIFY(!two.play("cam1", 2));
    QVERIFY2(two.lastAnswer().startsWith("RTSP/1.0 503 "), two.lastAnswer().constData());
    const QJsonObject status = server.status();
    QCOMPARE(status[QStringLiteral("viewers")].toInt(), 1);
    const QJsonObject viewer = status[QStringLiteral("viewerList")][0].toObject();
    QCOMPARE(viewer[QStringLiteral("stream")].toString(), QStringLiteral("cam1.rtp"));
    QVERIFY(viewer[QStringLiteral("bytes")].toInteger() > 0);
    server.send(R"({"drop":)" + QByteArray::number(viewer[QStringLiteral("id")].toInteger()) + '}');
    QTRY_VERIFY_WITH_TIMEOUT(!one.connected(), patience);
    QCOMPARE(server.events("viewer").back()[QStringLiteral("reason")].toString(),
             QStringLiteral("the viewer was dropped"));
    QVERIFY(two.play("cam1", 2));
    two.socket().abort();
    QTRY_COMPARE_WITH_TIMEOUT(server.status()[QStringLiteral("viewers")].toInt(), 0, patience);
    server.send(R"({"quit":true})");
    QVERIFY(server.waitForExit());
    QFile log(server.folder() + QStringLiteral("/access.log"));
    QVERIFY(log.open(QIODevice::ReadOnly));
    const QByteArray lines = log.readAll();
    QVERIFY2(lines.contains("\"PLAY " + one.url("cam1") + " RTSP/1.0\" 200 "), lines.constData());
    QVERIFY2(lines.contains("\"SETUP " + two.url("cam1/streamid=0") + " RTSP/1.0\" 503 "), lines.constData());
}

void FfserverRtspTest::httpSaysWhereToGo()
{
    FfserverRun server(rtspConfig);
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    const QByteArray rtsp = server.events("ready").front()[QStringLiteral("rtsp")].toString().toUtf8();
    const QByteArray there = QByteArray(rtsp).replace("127.0.0.1", "localhost") + "/cam1.rtp";
    RawViewer stream(server, "/cam1.rtp");
    QTRY_COMPARE_WITH_TIMEOUT(stream.status(), 406, patience);
    QTRY_VERIFY_WITH_TIMEOUT(stream.body().contains("open " + there + '\n'), patience);
    RawViewer address(server, "/cam1.rtsp");
    QTRY_COMPARE_WITH_TIMEOUT(address.body(), there + "\r\n", patience);
    QVERIFY(address.head().contains("Content-Type: application/x-rtsp"));
    RawViewer description(server, "/cam1.sdp");
    QTRY_VERIFY_WITH_TIMEOUT(description.body().contains("a=control:" + there + "/\r\n"), patience);
    QVERIFY(description.head().contains("Content-Type: application/sdp"));
    QVERIFY(description.body().contains("m=audio "));
    RawViewer none(server, "/nix.sdp");
    QTRY_COMPARE_WITH_TIMEOUT(none.status(), 404, patience);
}

void FfserverRtspTest::anEncodedStreamIsDescribedWhenItsEncoderHasBegun()
{
    const auto small = [](const char *width) {
        return QByteArray("<Stream *-") + width +
               ".rtp>\nFeed *\nFormat rtp\nVideoCodec libx264\nVideoSize " + width +
               "x120\nAudioCodec aac\n</Stream>\n";
    };
    FfserverRun server(rtspConfig + small("160") + small("176"));
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QVERIFY(isLive(server));
    RtspClient client(server); // the very first request
    const QByteArray answer = client.ask("DESCRIBE", "cam1-160");
    QVERIFY2(answer.startsWith("RTSP/1.0 200 ") && answer.contains("m=video "), answer.constData());
    QVERIFY2(client.play("cam1-160", 2), client.lastAnswer().constData());
    QTRY_VERIFY_WITH_TIMEOUT(client.packetsOn(0).size() > 10, patience);
    RawViewer description(server, "/cam1-176.sdp");
    QTRY_COMPARE_WITH_TIMEOUT(description.status(), 200, patience);
    QTRY_VERIFY_WITH_TIMEOUT(description.body().contains("m=video "), patience);
}

void FfserverRtspTest::aStreamGoesToAMulticastAddressUnasked()
{
    const QHostAddress group(QStringLiteral("239.255.77.7"));
    UdpEnds ends; // four neighbouring ports, of which the group has the same
    QVERIFY(ends.open());
    const quint16 port = ends.first;
    ends.sockets.clear();
    const QNetworkInterface loopback = QNetworkInterface::interfaceFromName(QStringLiteral("lo"));
    std::array<QUdpSocket, 2> receivers;
    for (std::size_t track = 0; track < receivers.size(); ++track) {
        QVERIFY(receivers[track].bind(QHostAddress::AnyIPv4, static_cast<quint16>(port + 2 * track),
                                      QUdpSocket::ShareAddress));
        QVERIFY2(receivers[track].joinMulticastGroup(group, loopback), "the loopback takes no multicast");
    }
    FfserverRun server("RTSPPort 0\nRTSPBindAddress 127.0.0.1\n<Feed cam1.ffm>\n</Feed>\n"
                       "<Stream wide.rtp>\nFeed cam1.ffm\nFormat rtp\nMulticastAddress 239.255.77.7\n"
                       "MulticastPort " +
                       QByteArray::number(port) + "\nMulticastTTL 1\n</Stream>\n");
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    std::array<QList<quint16>, 2> sequences;
    const auto take = [&](std::size_t track) {
        while (receivers[track].hasPendingDatagrams()) {
            const QByteArray bytes = receivers[track].receiveDatagram().data();
            if (bytes.size() > 12 &&
                (static_cast<quint8>(bytes[0]) & 0xc0) == 0x80) // RFC 3550, 5.1: version 2
                sequences[track] += qFromBigEndian<quint16>(bytes.constData() + 2);
        }
        return sequences[track].size();
    };
    QTRY_VERIFY_WITH_TIMEOUT(take(0) > 100 && take(1) > 50, patience);
    for (const QList<quint16> &track : sequences) {
        for (qsizetype i = 1; i < track.size(); ++i)
            QCOMPARE(track[i], static_cast<quint16>(track[i - 1] + 1));
    }
    QCOMPARE(server.status()[QStringLiteral("viewers")].toInt(), 0); // nobody has asked for it
    RawViewer description(server, "/wide.sdp");
    QTRY_VERIFY_WITH_TIMEOUT(description.body().contains("c=IN IP4 239.255.77.7/1\r\n"), patience);
    QVERIFY2(description.body().contains(' ' + QByteArray::number(port) + " RTP/AVP"), description.body());
    feeder.endBody();
    server.send(R"({"end":"cam1"})");
    QTRY_VERIFY_WITH_TIMEOUT(!server.events("viewer").empty() &&
                                 server.events("viewer").back()[QStringLiteral("state")] ==
                                     QStringLiteral("left"),
                             patience);
}

QTEST_GUILESS_MAIN(FfserverRtspTest)
#include "tst_ffserverrtsp.moc"
