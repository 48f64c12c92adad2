// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"

#include <cstdint>
#include <optional>

namespace aspersor::media {

/// A codec by its number in FFM as FFmpeg 3.3 wrote it: those numbers changed between releases, so they are
/// not what libav uses today.
struct FfmCodec {
    std::uint32_t id = 0;
    TrackKind kind = TrackKind::Other;
    int codecId = 0; ///< AVCodecID
};

/// Nothing: a number that is not known here.
[[nodiscard]] std::optional<FfmCodec> ffmCodec(std::uint32_t id);
/// Nothing: FFM of 3.3 has no number for it, or we do not know it.
[[nodiscard]] std::optional<FfmCodec> ffmCodecOf(int codecId);

} // namespace aspersor::media
