// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytesource.h"

#include <string>
#include <vector>

namespace aspersor::media {

/// The container that bytes begin with, as a name for Demuxer::Options::format; "" when they tell nothing:
/// then libav may probe. Pure. MPEG-TS needs three packets in a row and may begin within a packet.
[[nodiscard]] std::string sniffFormat(std::span<const std::uint8_t> begin);
/// How many bytes sniffFormat() wants to see.
inline constexpr std::size_t sniffBytes = std::size_t{4} * 188;

/// Another source whose first bytes can be looked at before they are read.
class PeekedSource final : public ByteSource
{
public:
    explicit PeekedSource(ByteSource &source) : m_source(source) {}

    /// The first `count` bytes, fewer only when the source ends before. Call before the first read().
    [[nodiscard]] Result<std::span<const std::uint8_t>> peek(std::size_t count);
    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override;

private:
    ByteSource &m_source;
    std::vector<std::uint8_t> m_head;
    std::size_t m_next = 0; // of m_head
};

} // namespace aspersor::media
