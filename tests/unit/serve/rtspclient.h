// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ffserverrun.h"

#include <QTcpSocket>
#include <vector>

namespace aspersor::test {

/// An RTSP client by hand: requests and their answers, and the packets between them.
class RtspClient final : public QObject
{
    Q_OBJECT

public:
    explicit RtspClient(FfserverRun &server);

    /// The address of a stream; "" is the server's.
    [[nodiscard]] QByteArray url(const QByteArray &name) const { return m_base + '/' + name; }
    /// Sends a request and waits for its answer, which is returned whole; "" when there is none.
    [[nodiscard]] QByteArray ask(const QByteArray &method, const QByteArray &name,
                                 const QByteArray &fields = {});
    /// The same as they are; the answer ends with the connection.
    [[nodiscard]] QByteArray askRaw(const QByteArray &bytes);
    /// SETUP of each track, interleaved or on the UDP ports given, and PLAY.
    [[nodiscard]] bool play(const QByteArray &name, int tracks, quint16 firstUdpPort = 0);

    struct Packet {
        int channel = 0;
        QByteArray bytes;

        [[nodiscard]] quint16 sequence() const { return static_cast<quint16>(number(2, 2)); }
        [[nodiscard]] quint32 time() const { return number(4, 4); }
        [[nodiscard]] quint32 source() const { return number(8, 4); }
        [[nodiscard]] quint32 number(int at, int size) const;
        [[nodiscard]] int type() const { return static_cast<quint8>(bytes[1]) & (channel % 2 ? 0xff : 0x7f); }
    };
    [[nodiscard]] const std::vector<Packet> &packets() const { return m_packets; }
    [[nodiscard]] std::vector<Packet> packetsOn(int channel) const;
    [[nodiscard]] bool connected() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    [[nodiscard]] QTcpSocket &socket() { return m_socket; }
    [[nodiscard]] const QByteArray &session() const { return m_session; }
    [[nodiscard]] const QByteArray &lastAnswer() const { return m_answer; }
    [[nodiscard]] bool framed() const { return m_framed; } ///< all that came was packets and answers

private:
    void take();

    QByteArray m_base;
    QTcpSocket m_socket;
    QByteArray m_got;
    QByteArray m_answer;
    QByteArray m_session;
    std::vector<Packet> m_packets;
    int m_sequence = 0;
    bool m_framed = true;
};

} // namespace aspersor::test
