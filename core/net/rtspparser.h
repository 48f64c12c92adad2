// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/requestparser.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aspersor::net {

/// A request of an RTSP/1.0 connection (RFC 2326).
struct RtspRequest {
    std::string line;      ///< as sent, for a log
    std::string authority; ///< "192.168.0.7:554" of the address in it; "" where it is a path only
    RequestHead head;      ///< method, path and fields; `target` is without the authority
};

/// Reads requests, one after the other, and passes over the packets that may stand between them ("$", RFC
/// 2326, 10.12). Pure: no socket, no clock.
///
/// Only the request line differs from HTTP's: it is put into the words of HTTP, and RequestParser does the
/// rest. Bodies are read and thrown away.
class RtspParser
{
public:
    static constexpr std::size_t headBytes = 8 * 1024;
    static constexpr std::size_t bodyBytes = 64 * 1024;

    enum class Event {
        None,    ///< all bytes are taken, more are needed
        Request, ///< request() is there, until the next feed()
        Packet,  ///< a packet has gone by
        Error,   ///< error() says what is wrong: the connection cannot go on
    };

    RtspParser();
    RtspParser(const RtspParser &) = delete;
    RtspParser &operator=(const RtspParser &) = delete;
    ~RtspParser();

    /// Takes bytes from the front of `bytes`, which is left with the rest, up to the next event.
    [[nodiscard]] Event feed(std::span<const std::uint8_t> &bytes);

    [[nodiscard]] bool inMidRequest() const { return m_parser != nullptr || !m_line.empty(); }
    [[nodiscard]] const RtspRequest &request() const { return m_request; }
    [[nodiscard]] const HttpError &error() const { return *m_error; }

private:
    [[nodiscard]] Event fail(int status, std::string reason);
    [[nodiscard]] Event feedLine(std::uint8_t byte);
    [[nodiscard]] Event beginRequest();
    [[nodiscard]] Event feedRequest(std::span<const std::uint8_t> &bytes);

    std::string m_line;                      // an unfinished request line, or the head of a packet
    std::size_t m_toSkip = 0;                // bytes of a packet
    std::unique_ptr<RequestParser> m_parser; // of the request whose line has been read
    bool m_requestGiven = false;
    RtspRequest m_request;
    std::optional<HttpError> m_error;
};

} // namespace aspersor::net
