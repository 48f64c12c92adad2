// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/requestparser.h"

#include "core/net/requesttarget.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>

namespace aspersor::net {
namespace http = boost::beast::http;
namespace {

using boost::beast::string_view;
using boost::system::error_code;

std::string lowerCase(string_view text)
{
    std::string result(text.data(), text.size());
    for (char &c : result)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return result;
}

bool isControl(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
}

/// A size no body has; keeps sums of sizes within 64 bits.
constexpr std::uint64_t absurdSize = std::numeric_limits<std::int64_t>::max();

} // namespace

std::string_view RequestHead::field(std::string_view lowerCaseName) const
{
    const auto found = fields.find(std::string(lowerCaseName));
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

struct RequestParser::Impl final : http::basic_parser<true> {
    explicit Impl(const RequestLimits &requestLimits) : limits(requestLimits)
    {
        body_limit(boost::none); // a feed has no end
        // Beast's own bound is per part of the head; ours counts the whole and comes first.
        header_limit(static_cast<std::uint32_t>(limits.headBytes + 4));
    }

    enum class Phase { Head, Body, Done };

    RequestLimits limits;
    Phase phase = Phase::Head;
    bool started = false;
    std::string pending; // an unfinished head, chunk-size line or trailer
    std::size_t headBytes = 0;
    std::size_t headLines = 0;
    std::size_t fieldCount = 0;
    bool chunkHeaderSeen = false; // by the put() that runs
    std::uint64_t chunkSize = 0;  // of the newest chunk
    std::uint64_t chunkLeft = 0;  // of it, still to come
    std::optional<HttpError> error;
    RequestHead head;
    const BodySink *sink = nullptr; // set during feed()

    void fail(int status, std::string reason)
    {
        if (!error)
            error = HttpError{status, std::move(reason)};
    }
    std::size_t feedHead(std::span<const std::uint8_t> bytes);
    std::size_t feedBody(std::span<const std::uint8_t> bytes);
    [[nodiscard]] bool guardHeadByte(char c);
    void parseHeadLines();
    void judgeHead();
    void judgeFraming();
    void failHead(const error_code &code);
    void failBody(const error_code &code);
    void keepTail(std::span<const std::uint8_t> tail);
    void failLongChunkHead()
    {
        fail(400,
             "A chunk header or trailer is longer than " + std::to_string(limits.chunkHeadBytes) + " bytes.");
    }

    // What Beast's parser tells us. A set error_code stops it; the reason is in `error` then.
    void on_request_impl(http::verb method, string_view name, string_view target, int version,
                         error_code &) override;
    void on_response_impl(int, string_view, int, error_code &) override {}
    void on_field_impl(http::field, string_view name, string_view value, error_code &code) override;
    // Newer Beast (Boost 1.87) reports trailer fields here; older ones by on_field_impl().
    void on_trailer_field_impl(http::field field, string_view name, string_view value, error_code &code)
    {
        on_field_impl(field, name, value, code);
    }
    void on_header_impl(error_code &) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t> &, error_code &) override {}
    std::size_t on_body_impl(string_view body, error_code &) override { return give(body); }
    void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code &code) override;
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code &) override
    {
        chunkLeft -= std::min<std::uint64_t>(chunkLeft, body.size());
        return give(body);
    }
    void on_finish_impl(error_code &) override {}

    std::size_t give(string_view body) const
    {
        if (!body.empty())
            (*sink)({reinterpret_cast<const std::uint8_t *>(body.data()), body.size()});
        return body.size();
    }
};

void RequestParser::Impl::on_request_impl(http::verb, string_view name, string_view target, int version,
                                          error_code &)
{
    head.method.assign(name.data(), name.size());
    head.target.assign(target.data(), target.size());
    head.minorVersion = version - 10;
}

void RequestParser::Impl::on_field_impl(http::field, string_view name, string_view value, error_code &code)
{
    if (++fieldCount > limits.fieldCount) {
        fail(431, "The request has more than " + std::to_string(limits.fieldCount) + " header fields.");
        code = http::error::header_limit;
        return;
    }
    if (phase == Phase::Body)
        return; // a trailer field: accepted, bounded, of no interest
    const auto [place, isNew] = head.fields.try_emplace(lowerCase(name), value.data(), value.size());
    if (!isNew)
        place->second.append(", ").append(value.data(), value.size());
    if (!isNew && place->first == "host") {
        fail(400, "The request has two Host fields.");
        code = http::error::bad_field;
    }
}

void RequestParser::Impl::on_chunk_header_impl(std::uint64_t size, string_view, error_code &code)
{
    if (size > absurdSize) {
        fail(400, "The chunk size is beyond all bounds.");
        code = http::error::bad_chunk;
    }
    chunkHeaderSeen = true;
    chunkSize = chunkLeft = size;
}

/// Finds what must be refused at once, before a line is complete; false at an error.
bool RequestParser::Impl::guardHeadByte(char c)
{
    const char before = pending.empty() ? '\n' : pending.back();
    if ((c == '\n') != (before == '\r'))
        fail(400, "A line of the request head does not end with CR LF.");
    else if (isControl(c) && c != '\r' && c != '\n')
        fail(400, "The request head has a control character in it.");
    else if (headLines == 0 && static_cast<unsigned char>(c) >= 0x80)
        fail(400, "The request line is not ASCII: this is not an HTTP request.");
    else if ((c == ' ' || c == '\t') && before == '\n')
        fail(400, "The request head has a folded line.");
    return !error;
}

std::size_t RequestParser::Impl::feedHead(std::span<const std::uint8_t> bytes)
{
    std::size_t used = 0;
    while (used < bytes.size() && phase == Phase::Head && !error) {
        const char c = static_cast<char>(bytes[used++]);
        if (++headBytes > limits.headBytes) {
            fail(431, "The request head is longer than " + std::to_string(limits.headBytes) + " bytes.");
            break;
        }
        if (!guardHeadByte(c))
            break;
        pending.push_back(c);
        if (c != '\n')
            continue;
        if (headLines == 0 && pending == "\r\n") { // empty lines before a request: RFC 9112 2.2
            pending.clear();
            continue;
        }
        ++headLines;
        if (headLines == 1 || pending == "\r\n" || pending.ends_with("\r\n\r\n"))
            parseHeadLines();
    }
    started = started || headLines > 0 || (!pending.empty() && pending != "\r");
    return used;
}

/// Gives Beast the request line as soon as it is there, so that garbage is refused at its first line; then
/// all fields at once.
void RequestParser::Impl::parseHeadLines()
{
    error_code code;
    const std::size_t used = put(boost::asio::buffer(pending), code);
    const bool complete = is_header_done();
    if (code && code != http::error::need_more)
        failHead(code);
    else if (complete)
        judgeHead();
    else if (headLines > 1)
        fail(400, "The request head cannot be understood.");
    if (!error && complete)
        phase = is_done() ? Phase::Done : Phase::Body;
    pending.erase(0, used);
}

void RequestParser::Impl::judgeHead()
{
    judgeFraming();
    if (error)
        return;
    if (auto target = parseTarget(head.method, head.target)) {
        head.path = std::move(target->path);
        head.query = std::move(target->query);
    } else {
        fail(400, target.error());
    }
    head.keepAlive = keep_alive();
    if (const auto expect = lowerCase(head.field("expect")); expect == "100-continue")
        head.expectContinue = head.minorVersion >= 1; // RFC 9110 10.1.1: ignored in HTTP/1.0
    else if (!expect.empty())
        fail(417, "The only expectation that can be met is 100-continue.");
}

/// RFC 9112 6.1 and 6.3: one way only to know where the body ends.
void RequestParser::Impl::judgeFraming()
{
    const bool hasLength = head.fields.contains("content-length");
    if (const auto found = head.fields.find("transfer-encoding"); found != head.fields.end()) {
        if (hasLength)
            return fail(400, "The request has both Content-Length and Transfer-Encoding.");
        if (lowerCase(found->second) != "chunked")
            return fail(501, "The only transfer coding that is understood is \"chunked\".");
        if (head.minorVersion < 1)
            return fail(400, "An HTTP/1.0 request cannot be chunked.");
        head.chunked = chunked();
    } else if (hasLength) {
        if (const auto length = content_length())
            head.contentLength = *length;
        if (head.contentLength.value_or(0) > absurdSize)
            return fail(413, "The Content-Length is beyond all bounds.");
    }
}

void RequestParser::Impl::failHead(const error_code &code)
{
    const auto has = [this](const char *name) { return head.fields.contains(name); };
    if (code == http::error::bad_version) {
        const auto line = std::string_view(pending).substr(0, pending.find('\r'));
        const auto at = line.rfind(" HTTP/");
        const bool other = at != std::string_view::npos && line.size() - at == 9 && line[at + 7] == '.';
        if (other)
            fail(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
        else
            fail(400, "The request line does not end with an HTTP version.");
    } else if (code == http::error::bad_transfer_encoding || code == http::error::bad_content_length) {
        if (has(code == http::error::bad_content_length ? "transfer-encoding" : "content-length"))
            fail(400, "The request has both Content-Length and Transfer-Encoding.");
        else if (code == http::error::bad_content_length)
            fail(400, "The Content-Length is not a number.");
        else
            fail(400, "The request has two Transfer-Encoding fields.");
    } else if (code == http::error::multiple_content_length) {
        fail(400, "The request has two different Content-Length values.");
    } else if (code == http::error::header_limit) {
        fail(431, "The request head is longer than " + std::to_string(limits.headBytes) + " bytes.");
    } else if (code == http::error::bad_method || code == http::error::bad_target) {
        fail(400, "The request line is not one of HTTP.");
    } else {
        fail(400, "The request head is malformed (" + code.message() + ").");
    }
}

std::size_t RequestParser::Impl::feedBody(std::span<const std::uint8_t> bytes)
{
    std::size_t used = 0;
    while (used < bytes.size() && phase == Phase::Body && !error) {
        const auto rest = bytes.subspan(used);
        error_code code;
        chunkHeaderSeen = false;
        if (pending.empty()) {
            const std::size_t took = put(boost::asio::buffer(rest.data(), rest.size()), code);
            used += took;
            if (chunkHeaderSeen && took > limits.chunkHeadBytes + 4)
                failLongChunkHead();
            if (code == http::error::need_more) {
                keepTail(rest.subspan(took));
                used = bytes.size();
            }
        } else {
            // Line by line: only what ends a chunk-size line or the trailer is ever copied.
            const auto *begin = reinterpret_cast<const char *>(rest.data());
            const std::size_t feed = std::string_view(begin, rest.size()).find('\n');
            const std::size_t count = feed == std::string_view::npos ? rest.size() : feed + 1;
            used += count;
            keepTail(rest.first(count));
            if (error || pending.back() != '\n')
                break; // Beast asserts that a last chunk is presented again with a whole line more
            const std::size_t took = put(boost::asio::buffer(pending), code);
            pending.erase(0, took);
        }
        if (code && code != http::error::need_more)
            failBody(code);
        else if (is_done() && !error)
            phase = Phase::Done;
    }
    return used;
}

void RequestParser::Impl::keepTail(std::span<const std::uint8_t> tail)
{
    if (pending.size() + tail.size() > limits.chunkHeadBytes + 4)
        return fail(400, "A chunk header or trailer is longer than " + std::to_string(limits.chunkHeadBytes) +
                             " bytes.");
    for (const std::uint8_t byte : tail) {
        const char c = static_cast<char>(byte);
        if (c == '\n' && (pending.empty() || pending.back() != '\r'))
            return fail(400, "A line of the chunked body does not end with CR LF.");
        pending.push_back(c);
    }
}

void RequestParser::Impl::failBody(const error_code &code)
{
    if (code == http::error::bad_chunk || code == http::error::bad_line_ending)
        fail(400, "The chunked body is malformed: a chunk size was expected.");
    else if (code == http::error::bad_chunk_extension)
        fail(400, "The chunked body is malformed: a chunk extension cannot be understood.");
    else
        fail(400, "The chunked body is malformed (" + code.message() + ").");
}

RequestParser::RequestParser(const RequestLimits &limits) : m_impl(std::make_unique<Impl>(limits)) {}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::span<const std::uint8_t> bytes, const BodySink &body)
{
    if (m_impl->error || bytes.empty())
        return 0;
    switch (m_impl->phase) {
    case Impl::Phase::Head:
        return m_impl->feedHead(bytes);
    case Impl::Phase::Body: {
        m_impl->sink = &body;
        const std::size_t used = m_impl->feedBody(bytes);
        m_impl->sink = nullptr;
        return used;
    }
    case Impl::Phase::Done:
        break;
    }
    return 0;
}

bool RequestParser::started() const
{
    return m_impl->started;
}

bool RequestParser::headDone() const
{
    return m_impl->phase != Impl::Phase::Head;
}

bool RequestParser::done() const
{
    return m_impl->phase == Impl::Phase::Done;
}

std::uint64_t RequestParser::endedChunk() const
{
    return m_impl->chunkLeft == 0 ? m_impl->chunkSize : 0;
}

const std::optional<HttpError> &RequestParser::error() const
{
    return m_impl->error;
}

const RequestHead &RequestParser::head() const
{
    return m_impl->head;
}

} // namespace aspersor::net
