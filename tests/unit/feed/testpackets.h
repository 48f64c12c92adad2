// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

#include <memory>
#include <vector>

namespace aspersor {

/// Video as track 0 and sound as track 1, by libav's codec numbers for H.264 and AAC.
inline media::StreamDescription videoAndSound(int width = 640)
{
    media::StreamDescription description;
    description.tracks.resize(2);
    description.tracks[0].kind = media::TrackKind::Video;
    description.tracks[0].codecId = 27;
    description.tracks[0].width = width;
    description.tracks[0].height = 360;
    description.tracks[0].extradata = {0, 0, 0, 1, 0x67, 0x42};
    description.tracks[1].kind = media::TrackKind::Audio;
    description.tracks[1].codecId = 86018;
    description.tracks[1].sampleRate = 48'000;
    description.tracks[1].channels = 2;
    return description;
}

inline media::PacketPtr testPacket(int track, bool keyframe, media::Ticks dts, std::size_t size = 100)
{
    const std::vector<std::uint8_t> bytes(size, static_cast<std::uint8_t>(dts));
    auto packet = std::make_shared<media::Packet>(media::Packet::copyOf(bytes));
    packet->track = track;
    packet->keyframe = keyframe;
    packet->pts = dts;
    packet->dts = dts;
    packet->duration = 3000;
    return packet;
}

} // namespace aspersor
