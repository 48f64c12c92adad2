// SPDX-License-Identifier: GPL-3.0-or-later
#include "testclip.h"

#include "core/media/demuxer.h"

#include <QProcess>
#include <algorithm>
#include <cstring>
#include <optional>

namespace aspersor::testing {

namespace {

class MemorySource final : public media::ByteSource
{
public:
    explicit MemorySource(const QByteArray &bytes) : m_bytes(bytes) {}

    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override
    {
        const auto count = std::min(into.size(), static_cast<std::size_t>(m_bytes.size() - m_at));
        std::memcpy(into.data(), m_bytes.constData() + m_at, count);
        m_at += static_cast<qsizetype>(count);
        return count;
    }

private:
    const QByteArray m_bytes;
    qsizetype m_at = 0;
};

const QStringList encoding = {
    QStringLiteral("-c:v"),      QStringLiteral("libx264"), QStringLiteral("-preset"),
    QStringLiteral("ultrafast"), QStringLiteral("-tune"),   QStringLiteral("zerolatency"),
    QStringLiteral("-g"),        QStringLiteral("30"),      QStringLiteral("-pix_fmt"),
    QStringLiteral("yuv420p"),   QStringLiteral("-c:a"),    QStringLiteral("aac"),
    QStringLiteral("-b:a"),      QStringLiteral("96k")};

} // namespace

QByteArray makeTransportStream(const QStringList &arguments)
{
    QProcess ffmpeg;
    ffmpeg.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    ffmpeg.start(QStringLiteral("ffmpeg"),
                 QStringList{QStringLiteral("-nostdin"), QStringLiteral("-v"), QStringLiteral("error")} +
                     arguments +
                     QStringList{QStringLiteral("-pes_payload_size"),
                                 QStringLiteral("0"), // sound as soon as it is there
                                 QStringLiteral("-f"), QStringLiteral("mpegts"), QStringLiteral("-")});
    constexpr int timeoutMs = 60'000;
    if (!ffmpeg.waitForFinished(timeoutMs) || ffmpeg.exitStatus() != QProcess::NormalExit ||
        ffmpeg.exitCode() != 0)
        return {};
    return ffmpeg.readAllStandardOutput();
}

QByteArray makeTestStream(double seconds, const QString &size, int soundRate, bool video, bool sound)
{
    const QString duration = QString::number(seconds);
    QStringList arguments;
    if (video)
        arguments << QStringLiteral("-f") << QStringLiteral("lavfi") << QStringLiteral("-t") << duration
                  << QStringLiteral("-i") << QStringLiteral("testsrc2=rate=30:size=%1").arg(size);
    if (sound)
        arguments << QStringLiteral("-f") << QStringLiteral("lavfi") << QStringLiteral("-t") << duration
                  << QStringLiteral("-i")
                  << QStringLiteral("sine=frequency=440:sample_rate=%1").arg(soundRate);
    return makeTransportStream(arguments + encoding);
}

QByteArray makeFlashAndBeepStream(int seconds)
{
    const QString duration = QString::number(seconds);
    return makeTransportStream(
        QStringList{
            QStringLiteral("-f"), QStringLiteral("lavfi"), QStringLiteral("-t"), duration,
            QStringLiteral("-i"),
            QStringLiteral("color=c=black:size=160x90:rate=30,"
                           "geq=lum='if(gte(T,1)*lt(mod(T+0.001,1),0.1),235,16)':cb=128:cr=128"),
            QStringLiteral("-f"), QStringLiteral("lavfi"), QStringLiteral("-t"), duration,
            QStringLiteral("-i"),
            QStringLiteral("aevalsrc='if(gte(t,1)*lt(mod(t,1),0.1),0.5*sin(2*PI*1000*t),0)':s=48000")} +
        encoding);
}

Clip demux(const QByteArray &transportStream)
{
    Clip clip;
    MemorySource source(transportStream);
    auto demuxer = media::Demuxer::open(source, {});
    if (!demuxer)
        return clip;
    std::shared_ptr<const media::StreamDescription> description;
    std::optional<std::uint32_t> version;
    for (;;) {
        auto next = (*demuxer)->next();
        if (!next || !*next)
            return clip;
        if (version != (*demuxer)->descriptionVersion()) {
            version = (*demuxer)->descriptionVersion();
            description = std::make_shared<const media::StreamDescription>((*demuxer)->description());
        }
        clip.entries.push_back({std::make_shared<const media::Packet>(std::move(**next)), description});
    }
}

Clip joined(const Clip &first, const Clip &second)
{
    if (first.entries.empty() || second.entries.empty())
        return {};
    media::Ticks end = media::noTicks;
    for (const Clip::Entry &entry : first.entries)
        end = std::max(end, entry.packet->pts + entry.packet->duration);
    media::Ticks begin = second.entries.front().packet->dts;
    for (const Clip::Entry &entry : second.entries)
        begin = std::min(begin, entry.packet->dts);
    constexpr media::Ticks gap = 3000; // one picture
    Clip clip = first;
    for (const Clip::Entry &entry : second.entries) {
        auto moved = std::make_shared<media::Packet>(*entry.packet);
        moved->pts += end - begin + gap;
        moved->dts += end - begin + gap;
        clip.entries.push_back({std::move(moved), entry.description});
    }
    return clip;
}

} // namespace aspersor::testing
