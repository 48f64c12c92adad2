// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aspersor::serve {

using Bytes = std::vector<std::uint8_t>;
using BytesPtr = std::shared_ptr<const Bytes>;

[[nodiscard]] inline BytesPtr toBytes(std::string_view text)
{
    return std::make_shared<const Bytes>(text.begin(), text.end());
}

/// A run of a stream's output that begins and ends between two packets of the container. Immutable and
/// shared by everybody who sends it.
struct Block {
    Bytes bytes;
    media::Ticks time = 0;   ///< dts of its first packet
    bool start = false;      ///< a viewer can begin here
    std::uint32_t epoch = 0; ///< number of the muxer that made it; grows
    BytesPtr splice;         ///< start only, may be null: goes before it to a viewer that missed blocks
    BytesPtr reentry;        ///< start only, may be null: goes before that to a viewer of another epoch
};
using BlockPtr = std::shared_ptr<const Block>;

} // namespace aspersor::serve
