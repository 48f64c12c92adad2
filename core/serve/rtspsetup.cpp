// SPDX-License-Identifier: GPL-3.0-or-later
// How a session comes to be: what is asked for, how it is described, and how it gets to the viewer.
#include "core/serve/rtspsession.h"
#include "core/serve/worker.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstdio>
#include <random>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;

namespace {

/// A number that nobody can guess, of 16 hexadecimal digits.
std::string newSession()
{
    std::random_device random;
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%08x%08x", random(), random());
    return text.data();
}

} // namespace

std::optional<RtspTarget> RtspSession::target(const net::RtspRequest &request)
{
    const auto config = m_worker.state().config();
    auto routed =
        routeRtsp(*config, request.head.path, plainAddress(m_peer.address()), m_worker.feeds().names());
    if (const auto *answer = std::get_if<Answer>(&routed)) {
        refuse(*answer);
        return std::nullopt;
    }
    return std::get<RtspTarget>(std::move(routed));
}

std::string RtspSession::addressOf(std::string authority) const
{
    if (authority.empty())
        authority = peerName({m_local, m_worker.state().rtspPort});
    return "rtsp://" + authority + '/' + m_name;
}

void RtspSession::describe(const net::RtspRequest &request)
{
    const auto wanted = target(request);
    if (!wanted)
        return;
    const std::string_view accepted = request.head.field("accept");
    if (!accepted.empty() && accepted.find("application/sdp") == std::string_view::npos &&
        accepted.find('*') == std::string_view::npos) {
        refuse(406, "Streams are described as application/sdp only.");
        return;
    }
    describeStream(wanted->stream, request.authority);
}

/// An encoder takes a moment to begin: then the answer waits, and all requests behind it.
void RtspSession::describeStream(const StreamRequest &stream, const std::string &authority)
{
    const asio::ip::address peer = plainAddress(m_peer.address());
    const auto feed = findFeed(m_worker.state(), m_worker.feeds(), stream, peer);
    if (!feed) {
        m_awaitsEncoderSince.reset();
        refuse(feed.error());
        return;
    }
    const auto again = [weak = weak_from_this(), executor = m_socket.get_executor(), stream, authority] {
        asio::post(executor, [weak, stream, authority] {
            const auto self = weak.lock();
            if (self && !self->m_closed && self->m_awaitsEncoderSince)
                self->describeStream(stream, authority);
        });
    };
    const auto sections = describedTracks(m_worker.state(), **feed, stream, peer, again);
    if (!sections && sections.error().starting) {
        if (!m_awaitsEncoderSince)
            m_awaitsEncoderSince = Clock::now();
        return;
    }
    m_awaitsEncoderSince.reset();
    if (!sections) {
        refuse(sections.error().answer);
        return;
    }
    if (m_state == State::Idle)
        m_name = stream.name;
    const std::string address = addressOf(authority);
    reply(200, "Content-Base: " + address + "/\r\nContent-Type: application/sdp\r\n",
          sessionDescription({stream.name, m_local, address + '/'}, *sections));
}

void RtspSession::setUp(const net::RtspRequest &request)
{
    const auto wanted = target(request);
    if (!wanted)
        return;
    if (m_state == State::Playing) {
        refuse(455, "The session plays already; PAUSE it first.");
        return;
    }
    if (m_state == State::Ready && wanted->stream.name != m_name) {
        refuse(459, "The session is for another stream.");
        return;
    }
    const bool isNew = m_state == State::Idle;
    if (isNew && !takePlaceAt(wanted->stream))
        return;
    const auto fail = [&](int status, const std::string &sentence) {
        if (isNew)
            endSession({});
        refuse(status, sentence);
    };
    const std::size_t tracks = m_place.stream->mediaSections().size();
    if (!wanted->track && tracks > 1) {
        fail(459, "The stream has several tracks; set up each.");
        return;
    }
    const std::size_t track = wanted->track.value_or(0);
    if (track >= tracks) {
        fail(404, "There is no such track.");
        return;
    }
    auto transport = chooseTransport(request.head.field("transport"), static_cast<std::uint16_t>(2 * track));
    const bool fits = transport && std::ranges::none_of(m_tracks, [&](const auto &other) {
                          return other && &other != &m_tracks[track] &&
                                 (other->udp != transport->udp || other->rtp == transport->rtp ||
                                  other->rtp == transport->rtcp || other->rtcp == transport->rtp);
                      });
    if (fits && transport->udp)
        m_udp = m_worker.rtp().udpFor(plainAddress(m_peer.address()));
    if (!fits || (transport->udp && !m_udp)) {
        fail(461, "RTP is sent on this connection (RTP/AVP/TCP;interleaved=...) or over UDP to your address "
                  "(RTP/AVP;unicast;client_port=...), all tracks alike.");
        return;
    }
    m_tracks[track] = transport;
    reply(200, transportField(*transport) + sessionField());
}

/// Begins a session; false: it cannot be, which has been answered.
bool RtspSession::takePlaceAt(const StreamRequest &stream)
{
    ServerState &state = m_worker.state();
    const auto feed = findFeed(state, m_worker.feeds(), stream, plainAddress(m_peer.address()));
    if (!feed) {
        refuse(feed.error());
        return false;
    }
    auto place = takePlace(state, **feed, stream, plainAddress(m_peer.address()));
    if (!place) {
        refuse(place.error().answer);
        return false;
    }
    m_place = std::move(*place);
    m_name = stream.name;
    m_session = newSession();
    m_tracks.assign(m_place.stream->mediaSections().size(), std::nullopt);
    m_state = State::Ready;
    return true;
}

std::string RtspSession::transportField(const RtspTransport &transport) const
{
    const std::string pair = std::to_string(transport.rtp) + '-' + std::to_string(transport.rtcp);
    if (!transport.udp)
        return "Transport: RTP/AVP/TCP;unicast;interleaved=" + pair + "\r\n";
    return "Transport: RTP/AVP;unicast;client_port=" + pair +
           ";server_port=" + std::to_string(m_udp->port()) + '-' + std::to_string(m_udp->port() + 1) + "\r\n";
}

RtpPlan RtspSession::plan()
{
    RtpPlan plan{m_place.stream, m_tracks, m_socket.native_handle(), nullptr, {}};
    if (!playsOverUdp())
        return plan;
    plan.udp = m_udp;
    const asio::ip::address peer = plainAddress(m_peer.address());
    for (const auto &track : m_tracks)
        plan.targets.push_back(track ? UdpTarget{{peer, track->rtp}, {peer, track->rtcp}} : UdpTarget{});
    return plan;
}

bool RtspSession::playsOverUdp() const
{
    return std::ranges::any_of(m_tracks, [](const auto &track) { return track && track->udp; });
}

} // namespace aspersor::serve
