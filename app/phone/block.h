// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace aspersor::phone {

/// A piece of MPEG-TS that travels as one HTTP chunk; many feeds may share its bytes.
struct Block {
    std::shared_ptr<const std::vector<std::uint8_t>> bytes;
    bool startsSegment = false; ///< begins with PAT, PMT and a keyframe: a stream may begin with it
};

} // namespace aspersor::phone
