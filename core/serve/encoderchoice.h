// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"
#include "core/serve/format.h"

#include <string>
#include <string_view>

namespace aspersor::serve {

/// The encoder that a format is made with when the configuration names none, as people expect it today
/// ("libx264" for "mpegts"). "" when the format does not have that kind of track, or libav no such encoder.
[[nodiscard]] std::string defaultEncoder(const Format &format, media::TrackKind kind);
/// True when the format takes what phones send (H.264, AAC) as it comes.
[[nodiscard]] bool takesPhones(const Format &format, media::TrackKind kind);
/// False for "mp3" and video, "mjpeg" and sound.
[[nodiscard]] bool formatHas(const Format &format, media::TrackKind kind);

/// What took the place of an encoder that libav no longer has ("libfaac" -> "aac"); "" for any other.
[[nodiscard]] std::string_view successorOf(std::string_view encoder);

} // namespace aspersor::serve
