// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/demuxer.h"
#include "core/media/packet.h"

#include <string>
#include <vector>

namespace aspersor::media {

/// The container between the control room and ffserver, over a local socket.
///
/// NUT was the first choice, but it carries no dts (a receiver must guess it where there are B-frames),
/// libav's muxer chooses another time base for audio, and both ends remember every syncpoint for ever. This
/// carries exactly what a Packet is: 28 bytes and the payload, nothing to probe, nothing to guess, parameters
/// may change in mid-stream.
///
/// All numbers are big-endian. Stream: "ASPL", u8 version (1), then records.
/// Description: u8 1, u32 size, u8 tracks; a track: u8 kind, u32 codec id, i32 profile, level, width, height,
/// sample rate, channels, i64 bit rate, i32 frame rate numerator, denominator, frame size, u32 extradata
/// size, extradata. Packet: u8 2, u8 track, u8 flags (1 keyframe, 2 corrupt), u32 size, i64 pts, i64 dts, u32
/// duration, u8 0, payload.
inline constexpr const char *linkFormat = "aspersor";
/// The Content-Type of a body in it.
inline constexpr const char *linkContentType = "application/x-aspersor-feed";

/// Appends to `out`. Pure.
void appendLinkHeader(std::vector<std::uint8_t> &out);
void appendLinkDescription(const StreamDescription &description, std::vector<std::uint8_t> &out);
void appendLinkPacket(const Packet &packet, std::vector<std::uint8_t> &out);

/// Reads it; every length is bounded, a broken record is Error::BadRequest.
class LinkDemuxer final : public Demuxer
{
public:
    explicit LinkDemuxer(ByteSource &source);
    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<std::optional<Packet>> next() override;

private:
    [[nodiscard]] Result<bool> fill(std::size_t needed);
    [[nodiscard]] Result<void> readDescription();
    [[nodiscard]] Result<Packet> readPacket();
    [[nodiscard]] Result<bool> readExact(std::span<std::uint8_t> into);

    ByteSource &m_source;
    std::vector<std::uint8_t> m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

} // namespace aspersor::media
