// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

/// The layout of FFM, for its reader and its writer.
namespace aspersor::media {

inline constexpr std::uint8_t ffmVideo = 0;
inline constexpr std::uint8_t ffmAudio = 1;
inline constexpr std::uint32_t ffmHasExtradata = 0x00400000;
inline constexpr std::size_t ffmBlockHeadBytes = 14;      ///< 'f' 'm', u16 fill, i64 dts, u16 frame offset
inline constexpr std::uint16_t ffmDiscontinuity = 0x8000; ///< in the frame offset
inline constexpr std::uint8_t ffmKeyframe = 0x01;
inline constexpr std::uint8_t ffmHasDts = 0x02;
inline constexpr std::size_t ffmFrameHeadBytes = 16; ///< and 4 more with ffmHasDts
inline constexpr std::uint32_t ffmMaxU24 = 0xffffff;

template <typename T>
void appendBig(std::vector<std::uint8_t> &out, T value)
{
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(static_cast<std::make_unsigned_t<T>>(value) >> shift));
}

/// The big-endian number that all of `bytes` (at most 8) make.
[[nodiscard]] inline std::uint64_t bigEndian(std::span<const std::uint8_t> bytes)
{
    std::uint64_t value = 0;
    for (const std::uint8_t byte : bytes)
        value = value << 8 | byte;
    return value;
}

/// What is wrong with an FFM stream, and where.
[[nodiscard]] inline tl::unexpected<Error> ffmFault(std::uint64_t offset, const std::string &what)
{
    return failure(Error::Kind::BadRequest, "byte " + std::to_string(offset) + " of the FFM stream: " + what);
}

/// Writes the low bytes of `value` over all of `into`.
inline void putBig(std::span<std::uint8_t> into, std::uint64_t value)
{
    for (std::size_t i = into.size(); i-- > 0; value >>= 8)
        into[i] = static_cast<std::uint8_t>(value);
}

} // namespace aspersor::media
