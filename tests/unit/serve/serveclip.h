// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/demuxer.h"
#include "core/media/timeline.h"

#include <QByteArray>
#include <QFile>
#include <algorithm>
#include <cstring>
#include <vector>

namespace aspersor::test {

/// The tracks and packets of the test clip, on a repaired timeline.
struct ServeClip {
    media::StreamDescription description;
    std::vector<media::Packet> packets;

    /// A whole copy of the packets, `round` clip lengths later.
    [[nodiscard]] std::vector<media::Packet> later(int round) const
    {
        std::vector<media::Packet> moved = packets;
        const media::Ticks length = packets.back().dts - packets.front().dts + media::ticksPerSecond / 30;
        for (media::Packet &packet : moved) {
            packet.dts += round * length;
            packet.pts += round * length;
        }
        return moved;
    }
    [[nodiscard]] bool isVideo(const media::Packet &packet) const
    {
        return description.tracks[static_cast<std::size_t>(packet.track)].kind == media::TrackKind::Video;
    }
};

class BytesSource final : public media::ByteSource
{
public:
    explicit BytesSource(QByteArray bytes) : m_bytes(std::move(bytes)) {}
    Result<std::size_t> read(std::span<std::uint8_t> into) override
    {
        const std::size_t count = std::min(into.size(), static_cast<std::size_t>(m_bytes.size() - m_at));
        std::memcpy(into.data(), m_bytes.constData() + m_at, count);
        m_at += static_cast<qsizetype>(count);
        return count;
    }

private:
    QByteArray m_bytes;
    qsizetype m_at = 0;
};

inline ServeClip demuxed(const QByteArray &bytes, const std::string &format)
{
    ServeClip clip;
    BytesSource source(bytes);
    media::Demuxer::Options options;
    options.format = format;
    auto demuxer = media::Demuxer::open(source, options);
    if (!demuxer)
        return clip;
    for (;;) {
        auto packet = (*demuxer)->next();
        if (!packet || !*packet)
            break;
        clip.packets.push_back(std::move(**packet));
    }
    clip.description = (*demuxer)->description();
    return clip;
}

/// The clip at `path`; no packets when it cannot be read.
inline ServeClip loadServeClip(const char *path)
{
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    ServeClip clip = demuxed(file.readAll(), "mpegts");
    media::Timeline timeline;
    for (media::Packet &packet : clip.packets)
        timeline.place(packet, {});
    return clip;
}

/// Counts MPEG-TS continuity gaps (ISO/IEC 13818-1, 2.4.3.3) that no discontinuity_indicator announces, lost
/// sync included. A packet without payload keeps the counter; the indicator lets it be anything.
inline int unexplainedGaps(const QByteArray &ts, int *announced = nullptr)
{
    int gaps = ts.size() % 188 == 0 ? 0 : 1;
    std::vector<int> counters(0x2000, -1);
    for (qsizetype at = 0; at + 188 <= ts.size(); at += 188) {
        const auto *packet = reinterpret_cast<const unsigned char *>(ts.constData() + at);
        if (packet[0] != 0x47) {
            ++gaps;
            continue;
        }
        int &last = counters[static_cast<std::size_t>((packet[1] & 0x1f) << 8 | packet[2])];
        const int counter = packet[3] & 0x0f;
        const bool hasPayload = packet[3] & 0x10;
        const bool isAnnounced = (packet[3] & 0x20) && packet[4] > 0 && (packet[5] & 0x80);
        if (last >= 0 && !isAnnounced && counter != (hasPayload ? (last + 1) & 0x0f : last))
            ++gaps;
        if (isAnnounced && announced)
            ++*announced;
        last = counter;
    }
    return gaps;
}

} // namespace aspersor::test
