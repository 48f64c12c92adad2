// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/block.h"

#include <array>
#include <charconv>

namespace aspersor::serve {

Chunk::Chunk(std::span<const std::uint8_t> payload) : m_size(payload.size())
{
    constexpr std::array<std::uint8_t, 2> lineEnd{'\r', '\n'};
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), m_size, 16).ptr;
    m_bytes.reserve(static_cast<std::size_t>(end - digits.data()) + m_size + 2 * lineEnd.size());
    m_bytes.insert(m_bytes.end(), digits.data(), end);
    m_bytes.insert(m_bytes.end(), lineEnd.begin(), lineEnd.end());
    m_begin = m_bytes.size();
    m_bytes.insert(m_bytes.end(), payload.begin(), payload.end());
    m_bytes.insert(m_bytes.end(), lineEnd.begin(), lineEnd.end());
}

} // namespace aspersor::serve
