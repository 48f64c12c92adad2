// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aspersor::media {

/// What this machine's libav can do and how it reads values, for who configures it. Look-ups only:
/// thread-safe.

/// libav's name of an encoder of that kind: `name` itself ("libx264"), or for a codec's name ("h264") the
/// encoder that libav prefers. "" when there is none.
[[nodiscard]] std::string encoderFor(const std::string &name, TrackKind kind);
/// The names of all encoders of that kind.
[[nodiscard]] std::vector<std::string> encoderNames(TrackKind kind);
/// The AVCodecID of what an encoder makes; 0 when there is no such encoder.
[[nodiscard]] int codecOfEncoder(const std::string &encoder);
/// One of libav's, or of ours in its place.
[[nodiscard]] bool demuxerExists(const std::string &name);
[[nodiscard]] bool pixelFormatExists(const std::string &name);

/// What an encoder says to an option and its value.
enum class OptionVerdict { Fits, Unknown, BadValue };
[[nodiscard]] OptionVerdict checkOption(const std::string &encoder, const std::string &option,
                                        const std::string &value);
/// The names of all options of an encoder, those that it shares with others too.
[[nodiscard]] std::vector<std::string> optionNames(const std::string &encoder);

/// "640x360", "hd720": width and height.
[[nodiscard]] std::optional<std::pair<int, int>> parseVideoSize(const std::string &text);
/// "25", "30000/1001", "ntsc": numerator and denominator.
[[nodiscard]] std::optional<std::pair<int, int>> parseFrameRate(const std::string &text);

} // namespace aspersor::media
