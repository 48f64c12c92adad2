// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/rtsproute.h"

#include "core/serve/access.h"

#include <algorithm>
#include <charconv>

namespace aspersor::serve {

namespace {

constexpr std::string_view trackPrefix = "streamid=";

std::string_view extensionOf(std::string_view name)
{
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

std::string_view reasonPhrase(int status)
{
    switch (status) { // RFC 2326, 7.1.1: those that HTTP does not have
    case 454:
        return "Session Not Found";
    case 455:
        return "Method Not Valid in This State";
    case 459:
        return "Aggregate Operation Not Allowed";
    case 461:
        return "Unsupported Transport";
    case 551:
        return "Option Not Supported";
    default:
        return net::statusText(status);
    }
}

} // namespace

std::variant<Answer, StreamRequest> rtpStream(const Config &config, std::string_view name,
                                              const boost::asio::ip::address &peer,
                                              std::span<const std::string> liveFeeds)
{
    // A whole name goes before its beginning. Who is denied at one is not let in at the next.
    for (const bool isWhole : {true, false}) {
        auto found =
            findStream(config, peer, liveFeeds, [&](const StreamSpec &stream) -> std::optional<std::string> {
                if (!stream.format->isRtp())
                    return std::nullopt;
                std::string meant(name);
                return isWhole ? meant : meant.append(extensionOf(stream.name));
            });
        if (found.stream)
            return std::move(*found.stream);
        if (found.denied)
            return errorAnswer(403, "Your address is not allowed to open this stream; the ACL lines of "
                                    "the configuration say who is.");
    }
    return noSuchStream(config, name, peer, liveFeeds);
}

std::variant<Answer, RtspTarget> routeRtsp(const Config &config, std::string_view path,
                                           const boost::asio::ip::address &peer,
                                           std::span<const std::string> liveFeeds)
{
    RtspTarget target;
    if (path.starts_with('/'))
        path.remove_prefix(1);
    if (path.ends_with('/'))
        path.remove_suffix(1);
    if (const std::size_t slash = path.rfind('/');
        slash != std::string_view::npos && path.substr(slash + 1).starts_with(trackPrefix)) {
        const std::string_view number = path.substr(slash + 1 + trackPrefix.size());
        std::size_t track = 0;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), track);
        if (error != std::errc() || end != number.data() + number.size())
            return errorAnswer(404, "There is no such track.");
        target.track = track;
        path = path.substr(0, slash);
    }
    auto stream = rtpStream(config, path, peer, liveFeeds);
    if (auto *answer = std::get_if<Answer>(&stream))
        return std::move(*answer);
    target.stream = std::get<StreamRequest>(std::move(stream));
    return target;
}

std::string sessionDescription(const SdpFacts &facts, std::span<const std::string> mediaSections)
{
    const auto typed = [](const boost::asio::ip::address &address) {
        return (address.is_v6() ? "IN IP6 " : "IN IP4 ") + address.to_string();
    };
    std::string sdp = "v=0\r\no=- 1 1 " + typed(facts.address) + "\r\ns=" + facts.name + "\r\n";
    if (facts.multicast)
        sdp += "c=IN IP4 " + facts.multicast->address + '/' + std::to_string(facts.multicast->ttl) + "\r\n";
    else
        sdp += facts.address.is_v6() ? "c=IN IP6 ::\r\n" : "c=IN IP4 0.0.0.0\r\n";
    sdp += "t=0 0\r\na=range:npt=now-\r\n";
    if (!facts.multicast)
        sdp += "a=control:" + facts.control + "\r\n";
    for (std::size_t track = 0; track < mediaSections.size(); ++track) {
        std::string section = mediaSections[track];
        if (facts.multicast) { // "m=video 0 RTP/AVP 96"
            const std::size_t port = section.find(' ') + 1;
            section.replace(port, section.find(' ', port) - port,
                            std::to_string(facts.multicast->port + 2 * track));
        }
        sdp += section;
        if (!facts.multicast)
            sdp.append("a=control:").append(trackPrefix).append(std::to_string(track)).append("\r\n");
    }
    return sdp;
}

std::string rtspUrl(std::string_view httpHost, std::uint16_t rtspPort, std::string_view name)
{
    constexpr std::uint16_t usualPort = 554;
    const std::size_t colon = httpHost.rfind(':');
    if (colon != std::string_view::npos && httpHost.find(']', colon) == std::string_view::npos)
        httpHost = httpHost.substr(0, colon);
    std::string url = "rtsp://" + std::string(httpHost);
    if (rtspPort != usualPort)
        url += ':' + std::to_string(rtspPort);
    return url.append("/").append(name);
}

std::string rtspReply(int status, std::string_view sequence, std::string_view fields, std::string_view body)
{
    std::string reply = "RTSP/1.0 " + std::to_string(status) + ' ';
    reply.append(reasonPhrase(status)).append("\r\n");
    if (!sequence.empty())
        reply.append("CSeq: ").append(sequence).append("\r\n");
    reply.append("Server: Aspersor ffserver\r\n").append(fields);
    if (!body.empty())
        reply.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    return reply.append("\r\n").append(body);
}

} // namespace aspersor::serve
