// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace aspersor::phone {

/// The server's answer to an upload, as values.
struct Answer {
    int status = 0;
    std::string reason; ///< the first line of a plain-text body, else the status line's words
    std::optional<std::chrono::seconds> retryAfter;
    bool keepAlive = false;

    [[nodiscard]] bool accepted() const { return status >= 200 && status < 300; }
    /// Trying the same again later may work: the feed is taken or was kicked, the server full or restarting,
    /// we were too slow.
    [[nodiscard]] bool temporary() const
    {
        return status == 403 || status == 408 || status == 409 || status == 429 || status >= 500;
    }
};

/// Reads one answer incrementally (a shell over Boost.Beast's parser); interim 1xx answers are passed over.
/// Pure: no socket, no clock.
class AnswerReader
{
public:
    AnswerReader();
    AnswerReader(const AnswerReader &) = delete;
    AnswerReader &operator=(const AnswerReader &) = delete;
    ~AnswerReader();

    /// Takes bytes from the socket. Error::BadRequest when this is no HTTP answer.
    [[nodiscard]] Result<void> feed(std::span<const std::uint8_t> bytes);
    /// The peer has closed: an answer without a length ends here.
    void close();
    /// The answer, once it is complete; the reader then begins anew.
    [[nodiscard]] std::optional<Answer> take();

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace aspersor::phone
