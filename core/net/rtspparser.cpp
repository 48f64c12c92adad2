// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/rtspparser.h"

#include <algorithm>
#include <utility>

namespace aspersor::net {

namespace {

constexpr std::size_t packetHeadBytes = 4;
constexpr std::size_t maxFields = 64;

/// Takes "rtsp://HOST" off the front of an address and returns HOST, without a user's name.
std::string_view takeAuthority(std::string_view &address)
{
    constexpr std::string_view scheme = "rtsp://";
    const auto sameLetter = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; };
    if (address.size() < scheme.size() ||
        !std::equal(scheme.begin(), scheme.end(), address.begin(),
                    [&](char ours, char theirs) { return sameLetter(theirs, ours); }))
        return {};
    address.remove_prefix(scheme.size());
    const std::size_t end = std::min(address.find_first_of("/?"), address.size());
    std::string_view authority = address.substr(0, end);
    address.remove_prefix(end);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
        authority.remove_prefix(at + 1);
    return authority;
}

std::span<const std::uint8_t> bytesOf(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

} // namespace

RtspParser::RtspParser() = default;
RtspParser::~RtspParser() = default;

RtspParser::Event RtspParser::fail(int status, std::string reason)
{
    m_error = HttpError{status, std::move(reason)};
    return Event::Error;
}

RtspParser::Event RtspParser::feed(std::span<const std::uint8_t> &bytes)
{
    if (m_error)
        return Event::Error;
    if (std::exchange(m_requestGiven, false))
        m_request = {};
    while (!bytes.empty()) {
        Event event = Event::None;
        if (m_toSkip > 0) {
            const std::size_t count = std::min(m_toSkip, bytes.size());
            bytes = bytes.subspan(count);
            m_toSkip -= count;
            event = m_toSkip == 0 ? Event::Packet : Event::None;
        } else if (m_parser) {
            event = feedRequest(bytes);
        } else {
            const std::uint8_t byte = bytes.front();
            bytes = bytes.subspan(1);
            event = feedLine(byte);
        }
        if (event != Event::None)
            return event;
    }
    return Event::None;
}

RtspParser::Event RtspParser::feedLine(std::uint8_t byte)
{
    m_line.push_back(static_cast<char>(byte));
    if (m_line.front() == '$') {
        if (m_line.size() < packetHeadBytes)
            return Event::None;
        m_toSkip = static_cast<std::size_t>(static_cast<unsigned char>(m_line[2])) << 8 |
                   static_cast<unsigned char>(m_line[3]);
        m_line.clear();
        return m_toSkip == 0 ? Event::Packet : Event::None;
    }
    if (byte == '\n') {
        if (m_line == "\r\n" || m_line == "\n") { // empty lines before a request
            m_line.clear();
            return Event::None;
        }
        return beginRequest();
    }
    if ((byte < 0x20 && byte != '\r') || byte >= 0x7f)
        return fail(400, "The request line is not one of RTSP.");
    if (m_line.size() >= headBytes)
        return fail(431, "The request line is longer than " + std::to_string(headBytes) + " bytes.");
    return Event::None;
}

RtspParser::Event RtspParser::beginRequest()
{
    const std::string line = std::exchange(m_line, {});
    std::string_view text(line);
    if (!text.ends_with("\r\n"))
        return fail(400, "The request line does not end with CR LF.");
    text.remove_suffix(2);
    const std::size_t first = text.find(' ');
    const std::size_t last = text.rfind(' ');
    if (first == std::string_view::npos || last == first)
        return fail(400, "The request line is not one of RTSP.");
    const std::string_view version = text.substr(last + 1);
    if (version.starts_with("HTTP/"))
        return fail(400, "This port speaks RTSP, not HTTP; open the address with rtsp://.");
    if (version != "RTSP/1.0")
        return version.starts_with("RTSP/") ? fail(505, "Only RTSP/1.0 is spoken here.")
                                            : fail(400, "The request line does not end with RTSP/1.0.");
    const std::string_view method = text.substr(0, first);
    std::string_view address = text.substr(first + 1, last - first - 1);
    m_request.line = text;
    m_request.authority = takeAuthority(address);
    // RFC 2326, 10.1: "*" where the request is for no stream
    const bool isForNone = address == "*" || address.empty();
    std::string http(method);
    http.append(isForNone || address.front() == '?' ? " /" : " ");
    http.append(isForNone ? std::string_view() : address).append(" HTTP/1.1\r\n");
    m_parser = std::make_unique<RequestParser>(
        RequestLimits{.headBytes = headBytes, .fieldCount = maxFields, .chunkHeadBytes = 64});
    auto words = bytesOf(http);
    return feedRequest(words);
}

RtspParser::Event RtspParser::feedRequest(std::span<const std::uint8_t> &bytes)
{
    RequestParser &parser = *m_parser;
    const bool hadHead = parser.headDone();
    bytes = bytes.subspan(parser.feed(bytes, [](auto) {}));
    if (parser.error())
        return fail(parser.error()->status, parser.error()->reason);
    if (!parser.headDone())
        return Event::None;
    if (!hadHead && (parser.head().chunked || parser.head().contentLength.value_or(0) > bodyBytes))
        return fail(413, "The body is longer than " + std::to_string(bodyBytes) + " bytes.");
    if (!parser.done())
        return Event::None;
    m_request.head = parser.head();
    m_parser.reset();
    m_requestGiven = true;
    return Event::Request;
}

} // namespace aspersor::net
