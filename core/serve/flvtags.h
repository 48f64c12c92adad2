// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"

#include <cstdint>
#include <span>

namespace aspersor::serve {

/// Gives every tag in `tags` (whole ones) the time `time`: libav's muxer writes onMetaData and the sequence
/// headers at zero, which in mid-stream would be a jump into the past. Adobe FLV 10.1, annex E.4.1.
void stampFlvTags(std::span<std::uint8_t> tags, media::Ticks time);

} // namespace aspersor::serve
