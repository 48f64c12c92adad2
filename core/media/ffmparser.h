// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/ffmheader.h"
#include "core/media/packet.h"

#include <array>
#include <optional>

namespace aspersor::media {

/// Takes FFM apart: bytes in, frames out as they are in it. Pure and not thread-safe.
///
/// The first block need not be the first of the stream: what belongs to a frame from before it is dropped.
/// All it holds is a header (at most 64 KiB) or one frame (less than 16 MiB, of which the system lends only
/// what has come).
class FfmParser
{
public:
    enum class Damage {
        IsError,   ///< a live feed: nothing damages TCP, so the peer does not send FFM
        IsSkipped, ///< a file: look for the next block
    };
    explicit FfmParser(Damage damage) : m_damage(damage) {}

    /// Takes bytes off the front of `bytes` until they or a frame are at their end, and returns how many.
    /// `frame` is set when there is one: its track is an index into header(), its times are ticks.
    /// Error::BadRequest: not FFM; the message says at which byte.
    [[nodiscard]] Result<std::size_t> feed(std::span<const std::uint8_t> bytes, std::optional<Packet> &frame);
    /// The bytes are at their end: fails within the header or, where damage is an error, within a block.
    [[nodiscard]] Result<void> finish() const;

    /// Empty until the whole header has come.
    [[nodiscard]] const std::optional<FfmHeader> &header() const { return m_header; }
    /// How many bytes came before the next one.
    [[nodiscard]] std::uint64_t offset() const { return m_offset; }
    /// Frames that were dropped, places that were skipped.
    [[nodiscard]] std::uint64_t errors() const { return m_errors; }

private:
    [[nodiscard]] Result<std::size_t> takeHeader(std::span<const std::uint8_t> bytes);
    [[nodiscard]] Result<std::size_t> takeBlockHead(std::span<const std::uint8_t> bytes);
    [[nodiscard]] Result<void> beginBlock(std::uint64_t at);
    [[nodiscard]] std::size_t takeFrameHead(std::span<const std::uint8_t> bytes);
    [[nodiscard]] std::size_t takeData(std::span<const std::uint8_t> bytes);
    void beginFrame();
    void dropFrame();

    Damage m_damage;
    std::uint64_t m_offset = 0;
    std::uint64_t m_errors = 0;
    std::optional<FfmHeader> m_header;
    std::vector<std::uint8_t> m_headerBytes; // until it is whole

    std::array<std::uint8_t, 14> m_blockHead{};
    std::size_t m_blockHeadSize = 0; // 14: in its payload
    std::size_t m_payloadLeft = 0;   // of the block
    std::size_t m_skip = 0;          // of that: before the first frame that begins in it
    std::size_t m_fill = 0;          // bytes behind the payload
    bool m_synced = false;           // the next byte of payload follows the last one

    std::array<std::uint8_t, 20> m_frameHead{};
    std::size_t m_frameHeadSize = 0;
    std::optional<Packet> m_frame; // its head is whole, its data is coming
    std::size_t m_dataTaken = 0;   // of m_frame
    std::size_t m_dropping = 0;    // bytes of a frame that is of no use
};

} // namespace aspersor::media
