// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/udppair.h"

#include "core/media/rtpframe.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/multicast.hpp>
#include <cerrno>
#include <optional>
#include <sys/socket.h>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;
using asio::ip::udp;
using boost::system::error_code;

namespace {

constexpr int attempts = 100;            ///< to find two free ports next to each other
constexpr std::size_t burstPackets = 32; ///< then the network and the receiver's buffer have their turn
constexpr int sendBufferBytes = 1024 * 1024;

bool bindTo(udp::socket &socket, const udp::endpoint &endpoint)
{
    error_code error;
    socket.close(error);
    socket.open(endpoint.protocol(), error);
    if (!error)
        socket.non_blocking(true, error);
    if (!error)
        socket.bind(endpoint, error);
    if (error)
        return false;
    socket.set_option(asio::socket_base::send_buffer_size(sendBufferBytes), error); // as much as may be
    return true;
}

/// True when a packet may be tried again later; else it is lost.
bool isFull(int code)
{
    return code == EAGAIN || code == EWOULDBLOCK || code == ENOBUFS || code == ENOMEM;
}

/// Packets for one socket, gathered for one call.
class Burst
{
public:
    /// `end`: where the packet ends in what is sent.
    void add(const udp::endpoint &to, std::span<const std::uint8_t> packet, std::size_t end)
    {
        m_ends[m_count] = end;
        m_parts[m_count] = {const_cast<std::uint8_t *>(packet.data()), packet.size()}; // iovec has no const
        msghdr &head = m_messages[m_count].msg_hdr;
        head = {};
        head.msg_name = const_cast<sockaddr *>(to.data()); // msghdr neither
        head.msg_namelen = static_cast<socklen_t>(to.size());
        head.msg_iov = &m_parts[m_count++];
        head.msg_iovlen = 1;
    }
    /// Empties the burst. Nothing: all is done with; else the end of the last packet that is, or 0.
    [[nodiscard]] std::optional<std::size_t> send(int descriptor)
    {
        std::size_t done = 0;
        const std::size_t count = std::exchange(m_count, 0);
        while (done < count) {
            const int sent = ::sendmmsg(descriptor, &m_messages[done], static_cast<unsigned>(count - done),
                                        MSG_DONTWAIT | MSG_NOSIGNAL);
            if (sent > 0)
                done += static_cast<std::size_t>(sent);
            else if (isFull(errno))
                return done > 0 ? m_ends[done - 1] : 0;
            else if (errno != EINTR)
                ++done;
        }
        return std::nullopt;
    }

private:
    std::array<mmsghdr, burstPackets> m_messages{};
    std::array<iovec, burstPackets> m_parts{};
    std::array<std::size_t, burstPackets> m_ends{};
    std::size_t m_count = 0;
};

} // namespace

UdpPair::UdpPair(asio::io_context &loop) : m_rtp(loop), m_rtcp(loop) {}

Result<std::unique_ptr<UdpPair>> UdpPair::open(asio::io_context &loop, const asio::ip::address &address,
                                               Heard heard)
{
    std::unique_ptr<UdpPair> pair(new UdpPair(loop));
    for (int attempt = 0; attempt < attempts; ++attempt) {
        error_code error;
        if (!bindTo(pair->m_rtp, {address, 0}))
            break;
        const std::uint16_t port = pair->m_rtp.local_endpoint(error).port();
        const auto even = static_cast<std::uint16_t>(port - port % 2);
        if (error || (port != even && !bindTo(pair->m_rtp, {address, even})) ||
            !bindTo(pair->m_rtcp, {address, static_cast<std::uint16_t>(even + 1)}))
            continue;
        pair->m_port = even;
        pair->m_heard = std::move(heard);
        pair->listen(pair->m_rtp);
        pair->listen(pair->m_rtcp);
        return pair;
    }
    return failure(Error::Kind::Io, "there are no two free UDP ports at " + address.to_string());
}

void UdpPair::setMulticast(int ttl, const asio::ip::address &outgoing)
{
    error_code ignored;
    for (udp::socket *socket : {&m_rtp, &m_rtcp}) {
        socket->set_option(asio::ip::multicast::hops(ttl), ignored);
        socket->set_option(asio::ip::multicast::enable_loopback(true), ignored);
        if (outgoing.is_v4() && !outgoing.is_unspecified())
            socket->set_option(asio::ip::multicast::outbound_interface(outgoing.to_v4()), ignored);
    }
}

void UdpPair::listen(udp::socket &socket)
{
    socket.async_wait(udp::socket::wait_read, [this, &socket](const error_code &error) {
        if (error)
            return;
        constexpr int mostAtOnce = 64;
        error_code code;
        for (int i = 0; i < mostAtOnce && !code; ++i) {
            socket.receive_from(asio::buffer(m_buffer), m_from, 0, code);
            if (!code)
                m_heard(m_from);
        }
        listen(socket);
    });
}

ssize_t UdpPair::send(std::span<const UdpTarget> targets, std::span<const iovec> pieces)
{
    Burst burst;
    bool isRtp = true;       // the burst is
    std::size_t packets = 0; // of all bursts
    std::size_t scanned = 0; // bytes of the pieces
    std::size_t settled = 0; // bytes before which everything is done with
    const auto flush = [&]() -> bool {
        const auto socket = isRtp ? m_rtp.native_handle() : m_rtcp.native_handle();
        const std::optional<std::size_t> stuck = burst.send(socket);
        settled = stuck ? std::max(*stuck, settled) : scanned;
        return !stuck;
    };
    for (const iovec &piece : pieces) {
        std::span bytes(static_cast<const std::uint8_t *>(piece.iov_base), piece.iov_len);
        while (const auto frame = media::rtpFrameAt(bytes)) {
            const std::size_t track = frame->channel / 2U;
            const bool isWanted = track < targets.size() && targets[track].rtp.port() != 0;
            if (isWanted) {
                if (frame->isRtp() != isRtp && !flush())
                    return static_cast<ssize_t>(settled);
                isRtp = frame->isRtp();
                if (packets++ == burstPackets)
                    break;
            }
            bytes = bytes.subspan(frame->size());
            scanned += frame->size();
            if (isWanted)
                burst.add(isRtp ? targets[track].rtp : targets[track].rtcp, frame->packet, scanned);
        }
        if (packets > burstPackets)
            break;
        scanned += bytes.size(); // no frame: nothing of ours
    }
    static_cast<void>(flush());
    return static_cast<ssize_t>(settled);
}

} // namespace aspersor::serve
