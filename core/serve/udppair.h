// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <sys/uio.h>
#include <vector>

namespace aspersor::serve {

/// Where a track's packets go.
struct UdpTarget {
    boost::asio::ip::udp::endpoint rtp;
    boost::asio::ip::udp::endpoint rtcp;
};

/// Two UDP ports next to each other: an even one for RTP, the next for RTCP (RFC 3550, 11). All viewers of a
/// loop share them: packets are told apart by where they go to. Lives on its loop's thread.
class UdpPair
{
public:
    using Heard = std::function<void(const boost::asio::ip::udp::endpoint &from)>;

    /// On a free pair of ports of `address`. `heard` is called for every packet that comes in on either: it
    /// says that somebody is there, no more.
    [[nodiscard]] static Result<std::unique_ptr<UdpPair>>
    open(boost::asio::io_context &loop, const boost::asio::ip::address &address, Heard heard);
    UdpPair(const UdpPair &) = delete;
    UdpPair &operator=(const UdpPair &) = delete;

    [[nodiscard]] std::uint16_t port() const { return m_port; } ///< for RTP
    /// For multicast: how far packets go, and by which of this machine's interfaces (unspecified: by route).
    void setMulticast(int ttl, const boost::asio::ip::address &outgoing);

    /// Sends framed packets (media::RtpFrame) to the targets of their tracks, without waiting, and returns
    /// how many bytes of `pieces` are done with: fewer than all at the end of a burst or when there is no
    /// room. Packets of tracks without target (port 0) are passed over; one that the network refuses is lost,
    /// as on its way.
    [[nodiscard]] ssize_t send(std::span<const UdpTarget> targets, std::span<const iovec> pieces);

private:
    explicit UdpPair(boost::asio::io_context &loop);
    void listen(boost::asio::ip::udp::socket &socket);

    boost::asio::ip::udp::socket m_rtp;
    boost::asio::ip::udp::socket m_rtcp;
    boost::asio::ip::udp::endpoint m_from;
    std::array<std::uint8_t, 2048> m_buffer{}; // what comes in is of no interest
    Heard m_heard;
    std::uint16_t m_port = 0;
};

} // namespace aspersor::serve
