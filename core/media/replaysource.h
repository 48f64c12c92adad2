// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytesource.h"

#include <vector>

namespace aspersor::media {

/// A source whose first bytes can be looked at before they are read.
class ReplaySource final : public ByteSource
{
public:
    explicit ReplaySource(ByteSource &source) : m_source(source) {}

    /// Up to `count` bytes from the front, fewer only at the end or before an error, which read() will meet.
    [[nodiscard]] std::span<const std::uint8_t> peek(std::size_t count);
    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override;

private:
    ByteSource &m_source;
    std::vector<std::uint8_t> m_front;
    std::size_t m_begin = 0;
    Result<std::size_t> m_last = std::size_t{1}; // what the source said last; anything but bytes is its end
};

} // namespace aspersor::media
