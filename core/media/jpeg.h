// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"
#include "core/media/result.h"

#include <cstdint>
#include <vector>

namespace aspersor::media {

struct JpegOptions {
    int width = 0; ///< pixels; 0 for either: as the picture is
    int height = 0;
    int quality = 4; ///< libav's quantiser scale, 1 is best, 31 smallest

    auto operator<=>(const JpegOptions &) const = default;
};

/// True when this libav can decode such pictures.
[[nodiscard]] bool canMakeJpeg(const TrackDescription &track);

/// A keyframe as a JPEG: decoded and encoded here and now, which takes some milliseconds and keeps nothing.
/// A keyframe that is a JPEG already is copied.
[[nodiscard]] Result<std::vector<std::uint8_t>> jpegOf(const TrackDescription &track, const Packet &keyframe,
                                                       const JpegOptions &options = {});

} // namespace aspersor::media
