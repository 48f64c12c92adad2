// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytesource.h"
#include "core/media/demuxer.h"

#include <QByteArray>
#include <QFile>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <algorithm>
#include <functional>
#include <vector>

namespace aspersor::test {

/// Runs a program to its end; its standard output, or nothing with `ok` false.
inline QByteArray run(const QString &program, const QStringList &arguments, const QByteArray &input, bool *ok)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::SeparateChannels);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    *ok = process.waitForFinished(60'000) && process.exitCode() == 0;
    return process.readAllStandardOutput();
}

/// A clip as MPEG-TS: 640x360, 30 frames/s, H.264 and AAC.
inline QByteArray makeClip(const QStringList &videoOptions, int seconds = 4, int sampleRate = 48'000)
{
    bool ok = false;
    QStringList arguments{
        QStringLiteral("-v"),       QStringLiteral("error"),
        QStringLiteral("-f"),       QStringLiteral("lavfi"),
        QStringLiteral("-i"),       QStringLiteral("testsrc2=size=640x360:rate=30"),
        QStringLiteral("-f"),       QStringLiteral("lavfi"),
        QStringLiteral("-i"),       QStringLiteral("sine=frequency=440:sample_rate=%1").arg(sampleRate),
        QStringLiteral("-t"),       QString::number(seconds),
        QStringLiteral("-c:v"),     QStringLiteral("libx264"),
        QStringLiteral("-preset"),  QStringLiteral("veryfast"),
        QStringLiteral("-pix_fmt"), QStringLiteral("yuv420p"),
        QStringLiteral("-g"),       QStringLiteral("30")};
    arguments += videoOptions;
    arguments +=
        {QStringLiteral("-c:a"), QStringLiteral("aac"),    QStringLiteral("-ac"), QStringLiteral("2"),
         QStringLiteral("-f"),   QStringLiteral("mpegts"), QStringLiteral("-")};
    const QByteArray clip = run(QStringLiteral("ffmpeg"), arguments, {}, &ok);
    return ok ? clip : QByteArray();
}

/// Bytes handed out in pieces of a given size.
class PieceSource final : public media::ByteSource
{
public:
    explicit PieceSource(QByteArray bytes, std::size_t piece = SIZE_MAX)
        : m_bytes(std::move(bytes)), m_piece(piece)
    {
    }
    Result<std::size_t> read(std::span<std::uint8_t> into) override
    {
        const std::size_t left = static_cast<std::size_t>(m_bytes.size()) - m_at;
        const std::size_t count = std::min({into.size(), left, m_piece});
        std::copy_n(m_bytes.constData() + m_at, count, into.begin());
        m_at += count;
        return count;
    }
    [[nodiscard]] std::size_t position() const { return m_at; }

private:
    QByteArray m_bytes;
    std::size_t m_piece;
    std::size_t m_at = 0;
};

inline std::vector<media::Packet> readAll(media::Demuxer &demuxer)
{
    std::vector<media::Packet> packets;
    for (;;) {
        auto packet = demuxer.next();
        if (!packet || !*packet)
            return packets;
        packets.push_back(std::move(**packet));
    }
}

inline std::vector<media::Packet> ofTrack(const std::vector<media::Packet> &packets, int track)
{
    std::vector<media::Packet> chosen;
    std::ranges::copy_if(packets, std::back_inserter(chosen),
                         [&](const auto &p) { return p.track == track; });
    return chosen;
}

} // namespace aspersor::test
