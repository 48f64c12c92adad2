// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avptr.h"
#include "core/media/description.h"

namespace aspersor::media {

/// What a muxer is told of a track. Include from .cpp files only.
[[nodiscard]] Result<void> copyParameters(const TrackDescription &track, AVCodecParameters &into);

} // namespace aspersor::media
