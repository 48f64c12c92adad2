// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aspersor::serve {

/// How one track reaches a viewer: two channels of the RTSP connection, or two UDP ports.
struct RtspTransport {
    bool udp = false;
    std::uint16_t rtp = 0; ///< channel, or port of the viewer
    std::uint16_t rtcp = 0;

    bool operator==(const RtspTransport &) const = default;
};

/// The first of the offers of a Transport field (RFC 2326, 12.39) that can be met: RTP/AVP to the peer
/// itself. Where channels are left to us they begin with `channel`. Pure.
[[nodiscard]] std::optional<RtspTransport> chooseTransport(std::string_view offers, std::uint16_t channel);

} // namespace aspersor::serve
