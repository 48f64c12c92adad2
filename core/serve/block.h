// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace aspersor::serve {

using Bytes = std::vector<std::uint8_t>;

/// Immutable bytes with the frame of an HTTP/1.1 chunk around them (RFC 9112, 7.1): shared by viewers that
/// are sent chunks and by viewers that are sent the bytes alone.
class Chunk
{
public:
    /// Copies. Of no bytes it is the last chunk, which ends a body.
    explicit Chunk(std::span<const std::uint8_t> payload);

    [[nodiscard]] std::span<const std::uint8_t> framed() const { return m_bytes; }
    [[nodiscard]] std::span<const std::uint8_t> payload() const
    {
        return std::span(m_bytes).subspan(m_begin, m_size);
    }
    [[nodiscard]] std::size_t size() const { return m_size; } ///< of the payload

private:
    Bytes m_bytes;
    std::size_t m_begin = 0;
    std::size_t m_size = 0;
};
using ChunkPtr = std::shared_ptr<const Chunk>;

/// A run of a stream's output that begins and ends between two packets of the container. Immutable and
/// shared by everybody who sends it.
struct Block {
    Chunk data;
    media::Ticks time = 0;   ///< dts of its first packet
    bool start = false;      ///< a viewer can begin here
    std::uint32_t epoch = 0; ///< number of the muxer that made it; grows
    ChunkPtr splice = {};    ///< start only, may be null: goes before it to a viewer that missed blocks
    ChunkPtr reentry = {};   ///< start only, may be null: goes before that to a viewer of another epoch
};
using BlockPtr = std::shared_ptr<const Block>;

} // namespace aspersor::serve
