// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/flvtags.h"

#include <cstddef>

namespace aspersor::serve {

void stampFlvTags(std::span<std::uint8_t> tags, media::Ticks time)
{
    constexpr std::size_t headBytes = 11;
    constexpr std::size_t backPointerBytes = 4; // PreviousTagSize
    const auto milliseconds = static_cast<std::uint32_t>(time * 1000 / media::ticksPerSecond);
    for (std::size_t at = 0; at + headBytes <= tags.size();) {
        std::uint8_t *tag = tags.data() + at;
        tag[4] = static_cast<std::uint8_t>(milliseconds >> 16);
        tag[5] = static_cast<std::uint8_t>(milliseconds >> 8);
        tag[6] = static_cast<std::uint8_t>(milliseconds);
        tag[7] = static_cast<std::uint8_t>(milliseconds >> 24); // TimestampExtended
        const std::size_t dataSize =
            static_cast<std::size_t>(tag[1]) << 16 | static_cast<std::size_t>(tag[2]) << 8 | tag[3];
        at += headBytes + dataSize + backPointerBytes;
    }
}

} // namespace aspersor::serve
