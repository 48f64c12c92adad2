// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/config.h"

#include <string>

namespace aspersor::serve {

/// A configuration as the text of an ffserver.conf: every value that is not the default, in a fixed order,
/// under its present name. Read again it gives the same configuration. Pure.
[[nodiscard]] std::string printConfig(const Config &config);

/// "libx264 640x360 25/s + aac": what is made anew in a stream, for a list; "" when all is copied.
[[nodiscard]] std::string summaryOf(const media::Encoding &encoding);

} // namespace aspersor::serve
