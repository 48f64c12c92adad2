// SPDX-License-Identifier: GPL-3.0-or-later
#include "rtspclient.h"

#include <QTest>
#include <QUrl>

namespace aspersor::test {

namespace {

constexpr int patience = 20'000;

QByteArray fieldOf(const QByteArray &answer, const QByteArray &name)
{
    const qsizetype at = answer.indexOf("\r\n" + name + ": ");
    if (at < 0)
        return {};
    const qsizetype begin = at + 4 + name.size();
    return answer.mid(begin, answer.indexOf("\r\n", begin) - begin);
}

} // namespace

RtspClient::RtspClient(FfserverRun &server)
    : m_base(server.events("ready").back()[QStringLiteral("rtsp")].toString().toUtf8())
{
    connect(&m_socket, &QTcpSocket::readyRead, this, &RtspClient::take);
    const QUrl url(QString::fromUtf8(m_base));
    m_socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
    m_socket.waitForConnected(patience);
}

quint32 RtspClient::Packet::number(int at, int size) const
{
    quint32 value = 0;
    for (int i = at; i < at + size && i < bytes.size(); ++i)
        value = value << 8 | static_cast<quint8>(bytes[i]);
    return value;
}

void RtspClient::take()
{
    m_got += m_socket.readAll();
    while (!m_got.isEmpty()) {
        if (m_got.startsWith('$')) {
            if (m_got.size() < 4)
                return;
            const int length = static_cast<quint8>(m_got[2]) << 8 | static_cast<quint8>(m_got[3]);
            if (m_got.size() < 4 + length)
                return;
            m_packets.push_back({static_cast<quint8>(m_got[1]), m_got.mid(4, length)});
            m_got.remove(0, 4 + length);
            continue;
        }
        if (!QByteArray("RTSP/1.0 ").startsWith(m_got.left(9)))
            m_framed = false;
        const qsizetype end = m_got.indexOf("\r\n\r\n");
        if (!m_framed || end < 0)
            return;
        const qsizetype size = end + 4 + fieldOf(m_got.left(end + 2), "Content-Length").toInt();
        if (m_got.size() < size)
            return;
        m_answer = m_got.left(size);
        m_got.remove(0, size);
    }
}

QByteArray RtspClient::ask(const QByteArray &method, const QByteArray &name, const QByteArray &fields)
{
    const QByteArray number = QByteArray::number(++m_sequence);
    QByteArray request = method + ' ' + url(name) + " RTSP/1.0\r\nCSeq: " + number + "\r\n" + fields;
    if (!m_session.isEmpty())
        request += "Session: " + m_session + "\r\n";
    m_socket.write(request + "\r\n");
    if (!QTest::qWaitFor([&] { return fieldOf(m_answer, "CSeq") == number || !connected(); }, patience) ||
        fieldOf(m_answer, "CSeq") != number)
        return {};
    if (method == "SETUP" && m_answer.startsWith("RTSP/1.0 200 "))
        m_session = fieldOf(m_answer, "Session").split(';').first();
    return m_answer;
}

QByteArray RtspClient::askRaw(const QByteArray &bytes)
{
    m_socket.write(bytes);
    if (!QTest::qWaitFor([this] { return !connected(); }, patience))
        return {};
    take();
    return m_answer;
}

bool RtspClient::play(const QByteArray &name, int tracks, quint16 firstUdpPort)
{
    for (int track = 0; track < tracks; ++track) {
        const int first = firstUdpPort + 2 * track;
        const QByteArray pair = QByteArray::number(first) + '-' + QByteArray::number(first + 1);
        const QByteArray transport = firstUdpPort == 0 ? "RTP/AVP/TCP;unicast;interleaved=" + pair
                                                       : "RTP/AVP;unicast;client_port=" + pair;
        if (!ask("SETUP", name + "/streamid=" + QByteArray::number(track), "Transport: " + transport + "\r\n")
                 .startsWith("RTSP/1.0 200 "))
            return false;
    }
    return ask("PLAY", name, "Range: npt=0.000-\r\n").startsWith("RTSP/1.0 200 ");
}

std::vector<RtspClient::Packet> RtspClient::packetsOn(int channel) const
{
    std::vector<Packet> chosen;
    for (const Packet &packet : m_packets) {
        if (packet.channel == channel)
            chosen.push_back(packet);
    }
    return chosen;
}

} // namespace aspersor::test
