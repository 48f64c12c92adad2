// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/muxer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace aspersor::media {

/// A feed as RTP: libav's packetiser for each track, and RTCP sender reports between their packets.
///
/// The output is framed as in an RTSP connection (RtpFrame): the n-th track that RTP can carry is on channel
/// 2n, its reports on 2n+1. Reports of all tracks stand before a video keyframe, so that who begins there can
/// bring sound and picture together at once; they count what was sent to all viewers, who share sequence
/// numbers, and name the same source (CNAME). Lives on the thread that calls it.
class RtpMuxer
{
public:
    /// RTP packets are no larger: with the heads of IPv6 and UDP they fit through a tunnel's MTU of 1420.
    static constexpr int packetBytes = 1360;

    [[nodiscard]] static Result<std::unique_ptr<RtpMuxer>>
    open(const StreamDescription &description, Muxer::Output output, const Muxer::Options &options);
    RtpMuxer(const RtpMuxer &) = delete;
    RtpMuxer &operator=(const RtpMuxer &) = delete;
    ~RtpMuxer();

    [[nodiscard]] bool carries(int track) const;
    /// Timestamps must have passed a Timeline.
    [[nodiscard]] Result<void> write(const Packet &packet);
    /// Tells receivers that nothing more comes (RTCP BYE).
    void finish();

    /// The "m=" section of each track (RFC 8866), with port 0 and without "a=control".
    [[nodiscard]] const std::vector<std::string> &mediaSections() const;
    /// True: packets of `description` follow in the same session, and what has changed travels with them
    /// (parameter sets). False: this is another session; nothing has happened.
    [[nodiscard]] bool adopt(const StreamDescription &description);

private:
    struct Impl;
    explicit RtpMuxer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aspersor::media
