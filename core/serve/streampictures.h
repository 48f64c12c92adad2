// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/jpeg.h"
#include "core/serve/config.h"

#include <optional>
#include <string>

namespace aspersor::serve {

/// What a stream's section says of its JPEGs: "VideoSize", "Qscale".
[[nodiscard]] media::JpegOptions jpegOptions(const StreamSpec &spec);

/// Why there are no JPEGs of the feed; nothing when there are.
[[nodiscard]] std::optional<std::string> pictureMisfit(const StreamSpec &spec,
                                                       const media::StreamDescription &description);

} // namespace aspersor::serve
