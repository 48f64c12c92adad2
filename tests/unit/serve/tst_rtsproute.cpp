// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/rtsproute.h"
#include "core/serve/rtsptransport.h"

#include <QTest>

using namespace aspersor::serve;

/// What RTSP requests ask for, and how streams are described: pure functions.
class RtspRouteTest final : public QObject
{
    Q_OBJECT

private slots:
    void theFirstOfferThatCanBeMetIsTaken_data();
    void theFirstOfferThatCanBeMetIsTaken();
    void pathsFindStreamsAndTracks_data();
    void pathsFindStreamsAndTracks();
    void descriptionsAreWhole();
    void addressesAreMadeOfTheHttpHost_data();
    void addressesAreMadeOfTheHttpHost();
};

void RtspRouteTest::theFirstOfferThatCanBeMetIsTaken_data()
{
    QTest::addColumn<QByteArray>("offers");
    QTest::addColumn<QByteArray>("taken"); // "udp 5000-5001"; "": none
    const auto row = [](const char *offers, const char *taken) {
        QTest::newRow(offers) << QByteArray(offers) << QByteArray(taken);
    };
    row("RTP/AVP/TCP;unicast;interleaved=0-1", "tcp 0-1");
    row("RTP/AVP/TCP;interleaved=8", "tcp 8-9");
    row("RTP/AVP/TCP;unicast", "tcp 4-5"); // as given for want of others
    row("rtp/avp/tcp; Unicast; INTERLEAVED=2-3", "tcp 2-3");
    row("RTP/AVP/UDP;unicast;client_port=5000-5001", "udp 5000-5001");
    row("RTP/AVP;unicast;client_port=5000", "udp 5000-5001");
    row("RTP/AVP;unicast;client_port=5000-5001;mode=\"PLAY\"", "udp 5000-5001");
    row("RTP/AVP;unicast;destination=10.0.0.9;client_port=6000-6001", "udp 6000-6001");
    row("RTP/SAVP;unicast;client_port=1-2,RTP/AVP;multicast,RTP/AVP;client_port=7000-7001", "udp 7000-7001");
    row("RTP/AVP;multicast;port=5000-5001", "");
    row("RTP/AVP;unicast", "");
    row("RTP/AVP;unicast;client_port=0-1", "");
    row("RTP/AVP;unicast;client_port=65535", "");
    row("RTP/AVP;unicast;client_port=5000-5000", "");
    row("RTP/AVP;unicast;client_port=99999-100000", "");
    row("RTP/AVP;unicast;client_port=-5", "");
    row("RTP/AVP;unicast;client_port=a-b", "");
    row("RTP/AVP/TCP;interleaved=255-256", "");
    row("RTP/AVP/TCP;interleaved=", "");
    row("RTP/AVP;unicast;client_port=5000-5001;mode=record", "");
    row("MP2T/H2221/UDP;unicast;client_port=5000-5001", "");
    row(",;,=;=,", "");
    row("", "");
}

void RtspRouteTest::theFirstOfferThatCanBeMetIsTaken()
{
    QFETCH(QByteArray, offers);
    QFETCH(QByteArray, taken);
    const auto transport = chooseTransport(offers.toStdString(), 4);
    QByteArray text;
    if (transport)
        text = (transport->udp ? "udp " : "tcp ") + QByteArray::number(transport->rtp) + '-' +
               QByteArray::number(transport->rtcp);
    QCOMPARE(text, taken);
}

void RtspRouteTest::pathsFindStreamsAndTracks_data()
{
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("found"); // "stream feed track", or a status
    const auto row = [](const char *path, const char *found) {
        QTest::newRow(path) << QByteArray(path) << QByteArray(found);
    };
    row("/cam1.rtp", "cam1.rtp cam1 -");
    row("/cam1", "cam1.rtp cam1 -");
    row("/cam1/", "cam1.rtp cam1 -");
    row("/cam1/streamid=1", "cam1.rtp cam1 1");
    row("/cam1.rtp/streamid=0", "cam1.rtp cam1 0");
    row("/door", "door door -");
    row("/gate", "gate.sdp door -");
    row("/secret", "403");
    row("/cam1/streamid=", "404");
    row("/cam1/streamid=-1", "404");
    row("/cam1/streamid=99999999999999999999", "404");
    row("/cam1/other", "404");
    row("/a b", "404");
    row("/", "404");
    row("", "404");
}

void RtspRouteTest::pathsFindStreamsAndTracks()
{
    QFETCH(QByteArray, path);
    QFETCH(QByteArray, found);
    Config config;
    const Format *rtp = formatByName("rtp");
    config.streams = {{.name = "*.ts", .feed = "*", .format = formatByName("mpegts")},
                      {.name = "*.rtp", .feed = "*", .format = rtp},
                      {.name = "door", .feed = "door", .format = rtp},
                      {.name = "gate.sdp", .feed = "door", .format = rtp},
                      {.name = "secret", .feed = "door", .format = rtp, .acl = {{{false, {}, {}}}}}};
    const auto here = boost::asio::ip::make_address("10.0.0.1");
    config.streams.back().acl.rules = {{false, here, here}};
    const auto routed = routeRtsp(config, path.toStdString(), here, {});
    if (const auto *answer = std::get_if<Answer>(&routed)) {
        QCOMPARE(QByteArray::number(answer->status), found);
        return;
    }
    const auto &target = std::get<RtspTarget>(routed);
    QCOMPARE(QByteArray::fromStdString(target.stream.name + ' ' + target.stream.feed + ' ') +
                 (target.track ? QByteArray::number(static_cast<qulonglong>(*target.track)) : "-"),
             found);
}

void RtspRouteTest::descriptionsAreWhole()
{
    const std::vector<std::string> sections{"m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n",
                                            "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/8000\r\n"};
    SdpFacts facts{"cam1.rtp", boost::asio::ip::make_address("10.0.0.1"), "rtsp://h/cam1.rtp/"};
    QCOMPARE(QByteArray::fromStdString(sessionDescription(facts, sections)),
             QByteArray("v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=cam1.rtp\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
                        "a=range:npt=now-\r\na=control:rtsp://h/cam1.rtp/\r\n"
                        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\n"
                        "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/8000\r\na=control:streamid=1\r\n"));
    facts.multicast = MulticastSpec{"239.1.2.3", 7000, 4};
    QCOMPARE(QByteArray::fromStdString(sessionDescription(facts, sections)),
             QByteArray("v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=cam1.rtp\r\nc=IN IP4 239.1.2.3/4\r\nt=0 0\r\n"
                        "a=range:npt=now-\r\n"
                        "m=video 7000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
                        "m=audio 7002 RTP/AVP 97\r\na=rtpmap:97 L16/8000\r\n"));
    facts.multicast.reset();
    facts.address = boost::asio::ip::make_address("::1");
    QVERIFY(sessionDescription(facts, sections).find("o=- 1 1 IN IP6 ::1\r\n") != std::string::npos);
    QVERIFY(sessionDescription(facts, sections).find("c=IN IP6 ::\r\n") != std::string::npos);
}

void RtspRouteTest::addressesAreMadeOfTheHttpHost_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QByteArray>("url");
    QTest::newRow("name") << QByteArray("example.org") << 5554 << QByteArray("rtsp://example.org:5554/a");
    QTest::newRow("port") << QByteArray("10.0.0.1:8090") << 5554 << QByteArray("rtsp://10.0.0.1:5554/a");
    QTest::newRow("usual") << QByteArray("h:8090") << 554 << QByteArray("rtsp://h/a");
    QTest::newRow("IPv6") << QByteArray("[::1]:8090") << 5554 << QByteArray("rtsp://[::1]:5554/a");
    QTest::newRow("IPv6, no port") << QByteArray("[::1]") << 5554 << QByteArray("rtsp://[::1]:5554/a");
}

void RtspRouteTest::addressesAreMadeOfTheHttpHost()
{
    QFETCH(QByteArray, host);
    QFETCH(int, port);
    QFETCH(QByteArray, url);
    QCOMPARE(QByteArray::fromStdString(rtspUrl(host.toStdString(), static_cast<std::uint16_t>(port), "a")),
             url);
}

QTEST_GUILESS_MAIN(RtspRouteTest)
#include "tst_rtsproute.moc"
