// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/router.h"

#include "core/serve/access.h"
#include "core/serve/status.h"

#include "core/serve/feed.h"
#include "core/serve/rtsproute.h"

#include <algorithm>
#include <array>

namespace aspersor::serve {

namespace {

constexpr std::size_t namesShown = 12;
// Players in web pages of other origins may read streams; the state of the server they may not.
constexpr std::string_view anyOrigin = "Access-Control-Allow-Origin: *\r\n";
constexpr std::string_view methods = "GET, HEAD, OPTIONS, POST, PUT";
// Web pages may not upload: no preflight allows it.
constexpr std::string_view methodsOfPages = "GET, HEAD, OPTIONS";

/// A name from the network as it may be repeated in a sentence.
std::string shown(std::string_view name)
{
    std::string result(name.substr(0, 80));
    std::ranges::replace_if(
        result, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '"'; }, '?');
    return result;
}

Answer preflight()
{
    Answer answer{204, {}, std::string(anyOrigin), {}};
    answer.fields.append("Allow: ").append(methods).append("\r\n");
    answer.fields.append("Access-Control-Allow-Methods: ").append(methodsOfPages).append("\r\n");
    answer.fields += "Access-Control-Allow-Headers: *\r\nAccess-Control-Max-Age: 86400\r\n";
    return answer;
}

Answer redirectTo(int status, const std::string &url)
{
    return {status, "See " + url + "\n", "Location: " + url + "\r\n"};
}

/// True when some stream shows the feed.
bool isShown(const Config &config, const std::string &feed)
{
    return std::ranges::any_of(config.streams, [&](const StreamSpec &stream) {
        return !stream.format->isStatus() && (stream.feed == feed || stream.nameFor(feed));
    });
}

/// A request that a proxy or a web page on this machine passed on: the peer's address says nothing of who
/// sent it.
bool isForOthers(const net::RequestHead &head)
{
    return std::ranges::any_of(std::array{"origin", "forwarded", "x-forwarded-for", "x-real-ip", "via"},
                               [&](std::string_view name) { return !head.field(name).empty(); });
}

/// Nobody else has the address that we listen on.
bool isOurOwn(const Config &config, const boost::asio::ip::address &peer)
{
    boost::system::error_code error;
    return isLoopback(peer) || peer == boost::asio::ip::make_address(config.httpBindAddress, error);
}

Route streamRoute(StreamRequest request)
{
    if (request.spec.format->isStatus())
        return StatusRequest{request.spec.name.ends_with(".json"), request.spec.faviconUrl};
    if (request.spec.format->isRtp())
        return RtspHint{std::move(request)};
    return request;
}

/// Who is named by the feed's ACL may upload; where there is none, only programs on this machine.
std::optional<Answer> refusal(const Config &config, const net::RequestHead &head,
                              const boost::asio::ip::address &peer, const std::string &name)
{
    if (!isFeedName(name))
        return errorAnswer(404, "A feed's name is 1 to 64 letters, digits, dots, dashes and underscores.");
    const FeedSpec *feed = config.feed(name);
    const bool hasRules = feed && !feed->acl.rules.empty();
    if (hasRules ? !feed->acl.allows(peer) : !isOurOwn(config, peer) || isForOthers(head))
        return errorAnswer(403, "Your address is not allowed to upload the feed " + name +
                                    "; the server's configuration allows it with a <Feed " + name +
                                    "> section and an ACL line.");
    if (feed && feed->readOnly)
        return errorAnswer(403, "The feed " + name + " is a recording (ReadOnlyFile) and takes no upload.");
    if (!isShown(config, name))
        return errorAnswer(404, "No stream of the configuration shows a feed called " + name + ".");
    return std::nullopt;
}

/// POST and PUT; or the GET of a feeder of the original, which wants to know what to send.
Route routeUpload(const Config &config, const net::RequestHead &head, const boost::asio::ip::address &peer)
{
    const std::string_view path = std::string_view(head.path).substr(head.path.starts_with('/') ? 1 : 0);
    const std::string name(feedBaseName(path));
    if (auto refused = refusal(config, head, peer, name))
        return *refused;
    if (head.method == "GET" || head.method == "HEAD")
        return FeederRequest{name};
    return UploadRequest{name};
}

} // namespace

Answer errorAnswer(int status, std::string_view sentence, std::string fields)
{
    fields.append(anyOrigin).append("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
    return {status, std::string(sentence) + "\n", std::move(fields)};
}

Answer asHtml(Answer answer)
{
    constexpr int firstError = 400;
    if (answer.status < firstError || !answer.contentType.starts_with("text/plain"))
        return answer;
    std::string body = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>ffserver: ";
    body.append(std::to_string(answer.status)).append("</title><h1>").append(std::to_string(answer.status));
    body.append("</h1><p>").append(escapedHtml(answer.body)).append("</p></html>\n");
    answer.body = std::move(body);
    answer.contentType = "text/html; charset=utf-8";
    return answer;
}

Answer noSuchStream(const Config &config, std::string_view name, const boost::asio::ip::address &peer,
                    std::span<const std::string> liveFeeds)
{
    std::string sentence = "There is no stream called \"" + shown(name) + "\"; ";
    std::string list;
    std::size_t count = 0;
    for (const std::string &feed : liveFeeds) {
        for (const StreamSpec &stream : config.streams) {
            if (stream.format->isStatus() || !mayWatch(stream, peer))
                continue;
            if (const auto streamName = stream.nameFor(feed); streamName && ++count <= namesShown)
                list.append(list.empty() ? "" : ", ").append(*streamName);
        }
    }
    sentence += list.empty() ? "nothing is on the air now." : "on the air now: " + list;
    if (!list.empty())
        sentence += count > namesShown ? " and " + std::to_string(count - namesShown) + " more." : ".";
    return errorAnswer(404, sentence);
}

std::string suitableStreams(const Config &config, const Feed &feed, std::string_view asked,
                            const boost::asio::ip::address &peer)
{
    std::string list;
    std::size_t count = 0;
    for (const StreamSpec &stream : config.streams) {
        if (stream.format->isStatus() || !mayWatch(stream, peer) || count == namesShown)
            continue;
        const auto name = stream.nameFor(feed.name());
        if (!name || *name == asked || feed.misfit(stream))
            continue;
        list.append(list.empty() ? "/" : ", /").append(*name);
        ++count;
    }
    return list.empty() ? list : " These can be opened instead: " + list + ".";
}

FoundStream findStream(const Config &config, const boost::asio::ip::address &peer,
                       std::span<const std::string> liveFeeds, const NameAtStream &nameAt)
{
    FoundStream found;
    for (const bool templates : {false, true}) {
        for (const StreamSpec &stream : config.streams) {
            if (stream.isTemplate() != templates)
                continue;
            const auto name = nameAt(stream);
            const auto feed = name ? stream.feedFor(*name) : std::nullopt;
            if (!feed)
                continue;
            if (!mayWatch(stream, peer)) {
                found.denied = true;
                continue;
            }
            const bool isMeant = !templates || std::ranges::find(liveFeeds, *feed) != liveFeeds.end();
            if (found.stream && !isMeant)
                continue;
            found.stream = StreamRequest{*name, *feed, stream, config.feed(*feed) != nullptr};
            found.stream->spec.feed = *feed; // no longer the template's
            if (isMeant)
                return found;
        }
        if (found.stream || found.denied)
            break;
    }
    return found;
}

Route route(const Config &config, const net::RequestHead &head, const boost::asio::ip::address &peer,
            std::span<const std::string> liveFeeds)
{
    if (head.method == "OPTIONS")
        return preflight();
    if (head.method == "POST" || head.method == "PUT")
        return routeUpload(config, head, peer);
    if (head.method != "GET" && head.method != "HEAD")
        return errorAnswer(405,
                           "Streams are read with GET, feeds are sent with POST; " + shown(head.method) +
                               " is not answered here.",
                           "Allow: " + std::string(methods) + "\r\n");
    const std::string_view name = std::string_view(head.path).substr(head.path.starts_with('/') ? 1 : 0);
    for (const RedirectSpec &redirect : config.redirects) {
        if (redirect.name == name || (name.empty() && redirect.name == "index.html"))
            return redirectTo(301, redirect.url);
    }
    auto found = findStream(config, peer, liveFeeds, [&](const StreamSpec &) { return std::string(name); });
    if (found.stream)
        return streamRoute(std::move(*found.stream));
    if (found.denied)
        return errorAnswer(403, "Your address is not allowed to open this page; the ACL lines of the "
                                "configuration say who is.");
    const auto unavailable =
        std::ranges::find_if(config.unavailable, [&](const auto &stream) { return stream.names(name); });
    if (unavailable != config.unavailable.end())
        return errorAnswer(404, unavailable->reason);
    if (name.ends_with(".rtsp") || name.ends_with(".sdp")) {
        const bool isAddress = name.ends_with(".rtsp");
        auto stream = rtpStream(config, name.substr(0, name.rfind('.')), peer, liveFeeds);
        if (auto *described = std::get_if<StreamRequest>(&stream))
            return RtspHint{std::move(*described),
                            isAddress ? RtspHint::Wanted::Address : RtspHint::Wanted::Description};
        return std::get<Answer>(std::move(stream));
    }
    if (name.ends_with(".ffm"))
        return routeUpload(config, head, peer);
    if (name.empty() && isLoopback(peer))
        return redirectTo(302, "/stat.html");
    return noSuchStream(config, name, peer, liveFeeds);
}

std::string toText(const Answer &answer, bool headOnly)
{
    std::string text = net::response(answer.status, answer.contentType, answer.body, answer.fields, false);
    if (headOnly)
        text.resize(text.find("\r\n\r\n") + 4);
    return text;
}

bool wantsChunks(const net::RequestHead &head)
{
    return head.minorVersion > 0 && !head.field("user-agent").empty();
}

std::string streamHead(const Format &format, bool chunked)
{
    std::string head = "HTTP/1.1 200 OK\r\nContent-Type: ";
    head.append(format.contentType).append("\r\nCache-Control: no-store\r\n").append(anyOrigin);
    if (chunked)
        head += "Transfer-Encoding: chunked\r\n";
    return head + "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n";
}

} // namespace aspersor::serve
