// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace aspersor::media {

/// Where a demuxer pulls its bytes from: a request body, a file, a test's buffer.
///
/// Used by one thread. An implementation that is about to wait for a peer tells whoever gathers output
/// first, so that nothing finished is held back by a quiet socket.
class ByteSource
{
public:
    ByteSource() = default;
    ByteSource(const ByteSource &) = delete;
    ByteSource &operator=(const ByteSource &) = delete;
    virtual ~ByteSource() = default;

    /// Waits for at least one byte and returns how many were written to the front of `into`; 0 is the
    /// regular end. An Error ends the source: Stopped, TimedOut, BadRequest (broken framing) or Io.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::uint8_t> into) = 0;
    /// The size of the piece of the sender's writing (a chunk of HTTP, say) that ended with the last byte
    /// read; 0 when it did not end there, or nobody knows.
    [[nodiscard]] virtual std::uint64_t endedPiece() const { return 0; }

    /// Bytes in all where that is known and seekTo() works (a file); -1: read it from front to end.
    [[nodiscard]] virtual std::int64_t size() const { return -1; }
    /// Goes on reading at `offset` from the front.
    [[nodiscard]] virtual bool seekTo(std::int64_t /*offset*/) { return false; }
};

} // namespace aspersor::media
