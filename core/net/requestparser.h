// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aspersor::net {

/// The head of an HTTP/1.x request (RFC 9112) as values.
struct RequestHead {
    std::string method;
    std::string target; ///< as sent
    std::string path;   ///< percent-decoded, without the query; begins with '/' or is "*"
    std::map<std::string, std::string> query;  ///< decoded ('+' stays '+'); the first of equal names counts
    std::map<std::string, std::string> fields; ///< names in lower case; equal names joined by ", "
    int minorVersion = 1;                      ///< HTTP/1.minorVersion
    bool chunked = false;
    std::optional<std::uint64_t> contentLength;
    bool expectContinue = false;
    bool keepAlive = true;

    [[nodiscard]] std::string_view field(std::string_view lowerCaseName) const; ///< "" when absent
};

/// An HTTP status with the sentence for the peer and the log.
struct HttpError {
    int status = 400;
    std::string reason; ///< one sentence, with its full stop
};

struct RequestLimits {
    std::size_t headBytes = 16 * 1024;
    std::size_t fieldCount = 100;
    std::size_t chunkHeadBytes = 4 * 1024; ///< a chunk-size line with its extensions; the trailer section
};

/// Reads one request incrementally: bytes in, head and body pieces out. Pure: no socket, no clock. For the
/// next request of a connection make another one.
///
/// Boost.Beast's basic_parser does the grammar; on top: limits, exactly one of chunked and Content-Length
/// (request smuggling, RFC 9112 6.1), only "chunked" as transfer coding, no bare CR or LF, no folded lines,
/// no NUL or control bytes in the path. A missing Host is forgiven: phone apps write their heads by hand.
class RequestParser
{
public:
    explicit RequestParser(const RequestLimits &limits = {});
    RequestParser(const RequestParser &) = delete;
    RequestParser &operator=(const RequestParser &) = delete;
    ~RequestParser();

    /// Body bytes as they stand in the input: valid during the call only, never gathered. The callee may
    /// overwrite the input up to the end of the piece it was given: to dechunk in place.
    using BodySink = std::function<void(std::span<const std::uint8_t>)>;

    /// Takes bytes from the front and returns how many. That is all of them unless it stopped early: right
    /// after the head (so that it can be judged before the body: call again with the rest), at the end of the
    /// request (the rest is the next request) or at an error (the rest means nothing). An unfinished head or
    /// chunk-size line is kept inside, within the limits. Body bytes go to `body`, at most `bytes.size()` of
    /// them in a call. Does nothing and returns 0 once done() or error().
    [[nodiscard]] std::size_t feed(std::span<const std::uint8_t> bytes, const BodySink &body);

    [[nodiscard]] bool started() const; ///< at least one byte of a request line has come
    [[nodiscard]] bool headDone() const;
    [[nodiscard]] bool done() const; ///< the whole request has been read
    /// The size of the chunk that ended with the newest body byte; 0 in the middle of one, and without
    /// chunks.
    [[nodiscard]] std::uint64_t endedChunk() const;
    [[nodiscard]] const std::optional<HttpError> &error() const;
    [[nodiscard]] const RequestHead &head() const; ///< valid once headDone()

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// "HTTP/1.1 404 Not Found\r\n" and so on, with Content-Length, ready to send. `extraFields` are whole lines
/// with their CRLF.
[[nodiscard]] std::string response(int status, std::string_view contentType, std::string_view body,
                                   std::string_view extraFields, bool keepAlive);
/// The reason phrase of a status (RFC 9110).
[[nodiscard]] std::string_view statusText(int status);

} // namespace aspersor::net
