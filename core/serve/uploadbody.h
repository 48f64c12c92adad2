// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytesource.h"
#include "core/net/requestparser.h"
#include "core/net/socket.h"

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace aspersor::serve {

/// A connection as a byte stream with a small buffer; lives on the thread that reads it.
class UploadInput
{
public:
    /// `first`: bytes that were read before.
    UploadInput(int descriptor, const net::Waker &waker, std::span<const std::uint8_t> first = {});

    [[nodiscard]] std::span<const std::uint8_t> available() const
    {
        return std::span(m_buffer).subspan(m_begin, m_end - m_begin);
    }
    void consume(std::size_t count) { m_begin += count; }

    enum class More { Some, End, TimedOut, Woken, Nothing };
    /// Reads what is there, when available() is empty; Nothing: would have to wait.
    [[nodiscard]] More readNow();
    /// Waits for bytes; a negative timeout waits for ever.
    [[nodiscard]] More read(std::chrono::milliseconds timeout);

private:
    const int m_descriptor;
    const net::Waker &m_waker;
    std::vector<std::uint8_t> m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

/// The body of one request, for a demuxer. Tells the feed before it waits.
class UploadBody final : public media::ByteSource
{
public:
    using Clock = std::chrono::steady_clock;
    struct Patience {
        std::chrono::milliseconds silence{
            -1}; ///< an upload that sends nothing for so long is over; -1: never
        /// Until released() the whole upload must come to something within this; -1: no limit.
        std::chrono::milliseconds proof{-1};
    };

    /// `parser` is past its head. `untilClose`: the body has no framing, the end of the connection ends it.
    UploadBody(UploadInput &input, net::RequestParser &parser, bool untilClose, const Patience &patience,
               std::function<void()> beforeWait);

    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override;
    [[nodiscard]] std::uint64_t endedPiece() const override;
    /// The upload has shown what it is: its beginning is no longer timed.
    void released() { m_deadline.reset(); }
    [[nodiscard]] std::uint64_t bytes() const { return m_bytes; }

private:
    [[nodiscard]] Result<bool> fill();

    UploadInput &m_input;
    net::RequestParser &m_parser;
    const bool m_untilClose;
    const std::chrono::milliseconds m_silence;
    std::optional<Clock::time_point> m_deadline;
    const std::function<void()> m_beforeWait;
    std::uint64_t m_bytes = 0;
};

} // namespace aspersor::serve
