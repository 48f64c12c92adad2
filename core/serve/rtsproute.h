// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/router.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace aspersor::serve {

/// An RTP stream, or one track of it.
struct RtspTarget {
    StreamRequest stream;
    std::optional<std::size_t> track; ///< "/NAME/streamid=N"
};

/// The RTP stream that `name` is for: one of that name, or, as the original ffserver had it, the first whose
/// name without extension it is. Pure, as all here.
[[nodiscard]] std::variant<Answer, StreamRequest> rtpStream(const Config &config, std::string_view name,
                                                            const boost::asio::ip::address &peer,
                                                            std::span<const std::string> liveFeeds);
/// What an RTSP request's path is for.
[[nodiscard]] std::variant<Answer, RtspTarget> routeRtsp(const Config &config, std::string_view path,
                                                         const boost::asio::ip::address &peer,
                                                         std::span<const std::string> liveFeeds);

/// What a session description says beside the tracks.
struct SdpFacts {
    std::string name;                            ///< of the stream
    boost::asio::ip::address address;            ///< of the server, as the peer sees it
    std::string control;                         ///< the stream's rtsp:// address
    std::optional<MulticastSpec> multicast = {}; ///< where it is sent without RTSP
};
/// A session description (RFC 8866) of tracks as media::RtpMuxer describes them.
[[nodiscard]] std::string sessionDescription(const SdpFacts &facts,
                                             std::span<const std::string> mediaSections);

/// "rtsp://HOST:PORT/NAME" for who reached this server's HTTP port as `httpHost` ("HOST" or "HOST:PORT").
[[nodiscard]] std::string rtspUrl(std::string_view httpHost, std::uint16_t rtspPort, std::string_view name);

/// "RTSP/1.0 200 OK\r\n" and so on. `fields` are whole lines with their CRLF.
[[nodiscard]] std::string rtspReply(int status, std::string_view sequence, std::string_view fields,
                                    std::string_view body);

} // namespace aspersor::serve
