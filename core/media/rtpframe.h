// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace aspersor::media {

/// One packet in the framing of RTSP connections (RFC 2326, 10.12): "$", a channel, a length, the packet.
struct RtpFrame {
    static constexpr std::size_t headBytes = 4;
    std::uint8_t channel = 0; ///< even: RTP, odd: RTCP; of the track `channel / 2`
    std::span<const std::uint8_t> packet;

    [[nodiscard]] bool isRtp() const { return channel % 2 == 0; }
    [[nodiscard]] std::size_t size() const { return headBytes + packet.size(); }
};

/// The frame that `bytes` begin with; nothing when it is not whole or no frame.
[[nodiscard]] inline std::optional<RtpFrame> rtpFrameAt(std::span<const std::uint8_t> bytes)
{
    if (bytes.size() < RtpFrame::headBytes || bytes[0] != '$')
        return std::nullopt;
    const std::size_t length = static_cast<std::size_t>(bytes[2]) << 8 | bytes[3];
    if (bytes.size() - RtpFrame::headBytes < length)
        return std::nullopt;
    return RtpFrame{bytes[1], bytes.subspan(RtpFrame::headBytes, length)};
}

} // namespace aspersor::media
