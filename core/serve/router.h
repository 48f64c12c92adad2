// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/requestparser.h"
#include "core/serve/config.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace aspersor::serve {

class Feed;

/// A complete answer to a request.
struct Answer {
    int status = 200;
    std::string body;
    std::string fields; ///< whole header lines with their CRLF
    std::string contentType = "text/plain; charset=utf-8";
};

/// The request is for a stream of a feed; whether that is there is still to be seen.
struct StreamRequest {
    std::string name; ///< "cam1.ts"
    std::string feed; ///< "cam1"
    StreamSpec spec;
    bool declared = false; ///< the feed has a <Feed> section
};

/// The request is for the state of the server.
struct StatusRequest {
    bool json = false;           ///< else a page for people
    std::string faviconUrl = {}; ///< of the page
};

/// The request is for a stream that is sent over RTSP.
struct RtspHint {
    enum class Wanted { Stream, Address, Description };
    StreamRequest stream;
    Wanted wanted = Wanted::Stream; ///< itself, which cannot be; "/NAME.rtsp"; "/NAME.sdp"
};

/// The request uploads to a feed, and may.
struct UploadRequest {
    std::string feed; ///< "cam1"
};

/// A feeder of the original asks what to send to a feed, and may send it.
struct FeederRequest {
    std::string feed; ///< "feed1"
};

using Route = std::variant<Answer, StreamRequest, StatusRequest, RtspHint, UploadRequest, FeederRequest>;

struct FoundStream {
    std::optional<StreamRequest> stream;
    bool denied = false; ///< one that fits is not for this peer; when there is no other, that is the answer
};
/// What the request would have to be called at a stream; nothing: that one is not meant.
using NameAtStream = std::function<std::optional<std::string>(const StreamSpec &)>;
/// The stream that a request is for. One with a fixed name goes before a template that fits too, and a
/// template whose feed is on the air before one whose is not: "*-small.ts" may stand behind "*.ts". Pure.
[[nodiscard]] FoundStream findStream(const Config &config, const boost::asio::ip::address &peer,
                                     std::span<const std::string> liveFeeds, const NameAtStream &nameAt);
/// What a request from `peer` is for. Pure.
[[nodiscard]] Route route(const Config &config, const net::RequestHead &head,
                          const boost::asio::ip::address &peer, std::span<const std::string> liveFeeds);

/// 404 with a sentence that names what the peer may watch instead.
[[nodiscard]] Answer noSuchStream(const Config &config, std::string_view name,
                                  const boost::asio::ip::address &peer,
                                  std::span<const std::string> liveFeeds);
/// The streams of a feed, but for that which was asked for, that the peer may open and that suit the feed, as
/// a sentence; "" when there is none.
[[nodiscard]] std::string suitableStreams(const Config &config, const Feed &feed, std::string_view asked,
                                          const boost::asio::ip::address &peer);
/// An error with its sentence.
[[nodiscard]] Answer errorAnswer(int status, std::string_view sentence, std::string fields = {});
constexpr std::string_view retrySoon = "Retry-After: 2\r\n"; ///< fields for it
constexpr std::string_view retryLater = "Retry-After: 10\r\n";
/// The same as a page, for browsers, if it is an error's sentence.
[[nodiscard]] Answer asHtml(Answer answer);
/// An answer as bytes; without its body for HEAD.
[[nodiscard]] std::string toText(const Answer &answer, bool headOnly);
/// True when a stream's body is sent in chunks: then a player can tell its end from a broken connection, and
/// libav's does not complain of the end. Otherwise the body ends with the connection, as in HTTP/1.0 and with
/// the original ffserver; that form is also for requests made by hand (no User-Agent), which read bytes as
/// they come.
[[nodiscard]] bool wantsChunks(const net::RequestHead &head);
/// The head that goes before a stream.
[[nodiscard]] std::string streamHead(const Format &format, bool chunked);

} // namespace aspersor::serve
