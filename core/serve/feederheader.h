// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/ffmheader.h"
#include "core/serve/config.h"

#include <string_view>

namespace aspersor::serve {

/// What a feeder of the original ("ffmpeg -i IN http://HOST/feed1.ffm") is told when it asks what to send: a
/// sound and a picture, in this order, as far as the feed's streams show them.
///
/// Where a stream copies, it is what that format carries best; where every stream is made anew, what the one
/// with the largest picture, or most of the bit rate, wants. The original asked for each stream's own, but it
/// had no encoders: here one good picture serves all. Empty: no stream shows the feed. Pure.
[[nodiscard]] media::FfmHeader feederHeader(const Config &config, std::string_view feed);

} // namespace aspersor::serve
