// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/rtsptransport.h"

#include "core/serve/configvalues.h"

#include <algorithm>

namespace aspersor::serve {

namespace {

constexpr std::int64_t maxChannel = 255;
constexpr std::int64_t maxPort = 65'535;

/// Takes the text up to `end` off the front, and the end with it.
std::string_view takeUntil(std::string_view &text, char end)
{
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view taken = trimmed(text.substr(0, at));
    text.remove_prefix(std::min(at + 1, text.size()));
    return taken;
}

/// "5000-5001"; of "5000" the second is the next one.
bool parsePair(std::string_view text, std::int64_t low, std::int64_t high, RtspTransport &into)
{
    const std::string_view first = takeUntil(text, '-');
    const auto rtp = parseInteger(std::string(first));
    const auto rtcp =
        text.empty() ? rtp.value_or(0) + 1 : parseInteger(std::string(trimmed(text))).value_or(-1);
    if (!rtp || *rtp < low || *rtp > high || rtcp < low || rtcp > high || rtcp == *rtp)
        return false;
    into.rtp = static_cast<std::uint16_t>(*rtp);
    into.rtcp = static_cast<std::uint16_t>(rtcp);
    return true;
}

std::optional<RtspTransport> parseOffer(std::string_view offer, std::uint16_t channel)
{
    RtspTransport transport;
    const std::string_view protocol = takeUntil(offer, ';');
    transport.udp = equalIgnoringCase(protocol, "RTP/AVP") || equalIgnoringCase(protocol, "RTP/AVP/UDP");
    if (!transport.udp && !equalIgnoringCase(protocol, "RTP/AVP/TCP"))
        return std::nullopt;
    bool hasPair = false;
    while (!offer.empty()) {
        std::string_view value = takeUntil(offer, ';');
        const std::string_view name = takeUntil(value, '=');
        if (equalIgnoringCase(name, "multicast"))
            return std::nullopt;
        if (equalIgnoringCase(name, "mode") && !equalIgnoringCase(value, "play") &&
            !equalIgnoringCase(value, "\"play\""))
            return std::nullopt;
        if (!equalIgnoringCase(name, transport.udp ? "client_port" : "interleaved"))
            continue; // "destination" too: packets go to the peer, never to others
        hasPair = parsePair(value, transport.udp ? 1 : 0, transport.udp ? maxPort : maxChannel, transport);
        if (!hasPair)
            return std::nullopt;
    }
    if (!hasPair && transport.udp)
        return std::nullopt;
    if (!hasPair) {
        transport.rtp = channel;
        transport.rtcp = static_cast<std::uint16_t>(channel + 1);
    }
    return transport;
}

} // namespace

std::optional<RtspTransport> chooseTransport(std::string_view offers, std::uint16_t channel)
{
    while (!offers.empty()) {
        if (const auto transport = parseOffer(takeUntil(offers, ','), channel))
            return transport;
    }
    return std::nullopt;
}

} // namespace aspersor::serve
