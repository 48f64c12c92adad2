// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avptr.h"

namespace aspersor::media {

/// True for H.264 and HEVC as in MP4 and FLV: avcC or hvcC as extradata, lengths before the NAL units.
[[nodiscard]] bool isLengthPrefixed(const AVCodecParameters &parameters);

/// What makes Annex B of it; par_out has the parameter sets. Null: `parameters` are damaged.
[[nodiscard]] BitstreamFilter annexBFilter(const AVCodecParameters &parameters);

} // namespace aspersor::media
