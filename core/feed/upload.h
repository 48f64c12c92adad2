// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/requestparser.h"
#include "core/net/socket.h"

#include <QString>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace aspersor {

/// Who publishes.
struct Publisher {
    QString address;     ///< without the port: "192.168.1.5"
    QString name;        ///< "192.168.1.5:40312", as shown to people
    bool hasKey = false; ///< showed the publish key, not merely let in because publishing is open
};

/// A connection that a feed is through with.
struct UploadEnd {
    net::Socket socket;
    std::string answer; ///< whole HTTP response, still to be sent; empty: nothing can be said any more
    std::vector<std::uint8_t> unread; ///< bytes of the next request
    bool keepAlive = false;           ///< else: send, then see to it that the peer can read it, and close
};

/// One authorised request whose body is (a part of) a feed, on its way to the feed's thread.
struct Upload {
    net::Socket socket;                         ///< non-blocking
    std::unique_ptr<net::RequestParser> parser; ///< headDone()
    std::vector<std::uint8_t> unread;           ///< bytes that came in with the head
    Publisher publisher;
    bool segment = false; ///< one of many that make up the feed: PUT /NAME/seg-001.ts
    /// Takes the connection back; called exactly once, from the feed's thread or the one that refuses the
    /// upload. Must not block.
    std::function<void(UploadEnd)> finished;
};

/// Why a publisher is not let in.
struct Refusal {
    int status = 409;
    std::string reason;        ///< one sentence
    int retryAfterSeconds = 0; ///< 0: no Retry-After
};

/// The answer in plain text: the sentence, and Retry-After.
[[nodiscard]] std::string refusalAnswer(const Refusal &refusal, bool keepAlive = false);

} // namespace aspersor
