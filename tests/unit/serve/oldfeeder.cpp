// SPDX-License-Identifier: GPL-3.0-or-later
#include "oldfeeder.h"

#include <QDateTime>
#include <QTest>

namespace aspersor::test {

namespace {

constexpr int patience = 20'000;
constexpr std::size_t payloadBytes = 4082;

ffmtest::Bytes adtsOf(const media::Packet &packet) // 48 kHz stereo AAC-LC; ISO/IEC 14496-3, 1.A.2.2
{
    const std::size_t size = packet.data().size() + 7;
    ffmtest::Builder b;
    b.u16(0xfff1).u8(0x4c).u8(0x80 | size >> 11).u8(size >> 3 & 0xff).u8((size & 7) << 5 | 0x1f).u8(0xfc);
    return b.raw(packet.data()).out;
}

std::int64_t microseconds(media::Ticks ticks)
{
    return ticks * 100 / 9;
}

} // namespace

OldFeeder::OldFeeder(const FfserverRun &server, const QByteArray &name, const ServeClip &clip,
                     const Form &form, double speed)
    : m_port(server.port()), m_name(name), m_clip(clip), m_form(form), m_speed(speed)
{
    for (const auto kind : {media::TrackKind::Audio, media::TrackKind::Video}) {
        for (std::size_t i = 0; i < clip.description.tracks.size(); ++i) {
            if (clip.description.tracks[i].kind == kind)
                m_order.insert(form.soundFirst ? m_order.end() : m_order.begin(), i);
        }
    }
    m_timer.setInterval(5);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, [this] { sendDue(); });
}

QByteArray OldFeeder::ask()
{
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"), m_port);
    if (!socket.waitForConnected(patience))
        return {};
    socket.write("GET /" + m_name +
                 " HTTP/1.1\r\nUser-Agent: Lavf/57.71.100\r\nAccept: */*\r\nRange: bytes=0-\r\n"
                 "Connection: close\r\nHost: 127.0.0.1:" +
                 QByteArray::number(m_port) + "\r\nIcy-MetaData: 1\r\n\r\n");
    QByteArray got;
    const auto whole = [&got] {
        const qsizetype body = got.indexOf("\r\n\r\n");
        return body >= 0 && got.size() >= body + 4 + 4096;
    };
    while (!whole() && socket.waitForReadyRead(patience))
        got += socket.readAll();
    return got;
}

bool OldFeeder::start()
{
    m_socket.connectToHost(QStringLiteral("127.0.0.1"), m_port);
    if (!m_socket.waitForConnected(patience))
        return false;
    m_socket.write("POST /" + m_name +
                   " HTTP/1.1\r\nTransfer-Encoding: chunked\r\nUser-Agent: Lavf/57.71.100\r\nAccept: */*\r\n"
                   "Connection: close\r\nHost: 127.0.0.1:" +
                   QByteArray::number(m_port) + "\r\nIcy-MetaData: 1\r\n\r\n");
    sendChunks(header());
    m_startMicroseconds = QDateTime::currentMSecsSinceEpoch() * 1000;
    m_clock.start();
    m_timer.start();
    return true;
}

ffmtest::Bytes OldFeeder::header() const
{
    ffmtest::Builder b;
    b.text("FFM2").u32(4096).u64(0).text("MAIN").u32(8).u32(m_order.size()).u32(1'000'000);
    for (const std::size_t index : m_order) {
        const media::TrackDescription &track = m_clip.description.tracks[index];
        const bool audio = track.kind == media::TrackKind::Audio;
        const bool extradata = !audio || !m_form.adts;
        b.text("COMM").u32(extradata ? 25 + track.extradata.size() : 21).u32(audio ? 0x15002 : 28);
        b.u8(audio ? 1 : 0).u32(audio ? 96'000 : 900'000).u32(extradata ? 0x00400000 : 0).u32(0).u32(0);
        if (extradata)
            b.u32(track.extradata.size()).raw(track.extradata);
        const std::string_view text =
            audio ? "b=96000,ab=96000,ar=48000,ac=2,frame_size=1024,profile=1,channel_layout=3,codec_tag=15"
                  : "b=900000,aspect=1/1,sar=1/1,profile=100,level=30,codec_tag=27,has_b_frames=2,"
                    "bits_per_raw_sample=8,pixel_format=yuv420p,video_size=640x360";
        b.text(audio ? "S2AU" : "S2VI").u32(text.size() + 1).text(text).u8(0);
    }
    return b.zeros(8).padTo(4096).out;
}

void OldFeeder::sendDue()
{
    const auto due = m_clip.packets.front().dts +
                     static_cast<media::Ticks>(static_cast<double>(m_clock.elapsed()) * 90 * m_speed);
    while (!finished() && m_clip.packets[m_next].dts <= due)
        append(m_clip.packets[m_next++]);
    if (finished())
        m_timer.stop();
}

void OldFeeder::append(const media::Packet &packet)
{
    const auto track = static_cast<std::size_t>(packet.track);
    const auto stream = std::ranges::find(m_order, track) - m_order.begin();
    const bool audio = m_clip.description.tracks[track].kind == media::TrackKind::Audio;
    const ffmtest::Bytes data =
        audio && m_form.adts ? adtsOf(packet) : ffmtest::Bytes(packet.data().begin(), packet.data().end());
    const std::int64_t pts = m_startMicroseconds + microseconds(packet.pts);
    const std::int64_t dts = m_startMicroseconds + microseconds(packet.dts);
    m_frames.emplace_back(m_payload.size(), dts);
    ffmtest::Builder b;
    b.u8(static_cast<std::uint64_t>(stream)).u8((packet.keyframe ? 1U : 0U) | (pts != dts ? 2U : 0U));
    b.u24(data.size()).u24(audio ? 21333 : 33333).i64(pts);
    if (pts != dts)
        b.u32(static_cast<std::uint64_t>(pts - dts));
    b.raw(data);
    m_payload.insert(m_payload.end(), b.out.begin(), b.out.end());
    while (m_payload.size() >= payloadBytes)
        sendBlock(payloadBytes);
}

void OldFeeder::sendBlock(std::size_t payload)
{
    const bool begins = !m_frames.empty() && m_frames.front().first < payload;
    if (begins)
        m_lastDts = m_frames.front().second;
    const std::size_t offset = (begins ? m_frames.front().first + 14 : 0) | (m_first ? 0x8000U : 0U);
    m_first = false;
    sendChunks(ffmtest::Builder()
                   .block(static_cast<std::uint16_t>(payloadBytes - payload), m_lastDts,
                          static_cast<std::uint16_t>(offset), std::span(m_payload).first(payload))
                   .out);
    m_payload.erase(m_payload.begin(), m_payload.begin() + static_cast<std::ptrdiff_t>(payload));
    std::erase_if(m_frames, [payload](const auto &frame) { return frame.first < payload; });
    for (auto &frame : m_frames)
        frame.first -= payload;
}

void OldFeeder::sendChunks(const ffmtest::Bytes &block)
{
    QByteArray bytes(reinterpret_cast<const char *>(block.data()), static_cast<qsizetype>(block.size()));
    if (!m_spoilt.isEmpty())
        bytes.replace(0, m_spoilt.size(), std::exchange(m_spoilt, {}));
    m_unsent += bytes;
    while (m_unsent.size() >= m_form.chunkBytes) {
        m_socket.write(QByteArray::number(m_form.chunkBytes, 16) + "\r\n" + m_unsent.left(m_form.chunkBytes) +
                       "\r\n");
        m_unsent.remove(0, m_form.chunkBytes);
    }
    m_socket.flush();
}

void OldFeeder::end()
{
    m_timer.stop();
    if (m_form.endsInBlock) {
        m_socket.abort();
        return;
    }
    if (!m_payload.empty())
        sendBlock(m_payload.size());
    if (!m_unsent.isEmpty())
        m_socket.write(QByteArray::number(m_unsent.size(), 16) + "\r\n" + m_unsent + "\r\n");
    m_socket.write("0\r\n\r\n");
    m_socket.disconnectFromHost();
}

} // namespace aspersor::test
