// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"
#include "core/media/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aspersor::media {

struct FfmTrack {
    TrackDescription description;
    /// "key=value,key=value" with backslashes before `=`, `,`, `\` and `'` in values. From a feeder: facts on
    /// the track. From a server: how a feeder is to encode it.
    std::string text;
    std::string privateText; ///< the same, for options that only the encoder knows
};

/// What stands before the blocks of an FFM stream. A value.
struct FfmHeader {
    /// In a server's feed file: where the next block goes. 0: not a feed file that a server wrote.
    std::uint64_t writeIndex = 0;
    std::vector<FfmTrack> tracks;
};

/// With the facts on each track as its text.
[[nodiscard]] FfmHeader ffmHeaderOf(const StreamDescription &description);
[[nodiscard]] StreamDescription descriptionOf(const FfmHeader &header);

/// The header as bytes, padded to whole blocks. Pure. Error::Libav: a codec without a number.
[[nodiscard]] Result<std::vector<std::uint8_t>> ffmHeaderBytes(const FfmHeader &header);

struct FfmHeaderRead {
    FfmHeader header;
    std::size_t size = 0; ///< with the padding: where the first block begins
};
/// Reads the header of FFM2 or of its forerunner FFM1 at the front of `bytes`; nothing: it needs more of
/// them. Error::BadRequest: no such header; the message says at which byte. Pure.
[[nodiscard]] Result<std::optional<FfmHeaderRead>> readFfmHeader(std::span<const std::uint8_t> bytes);
/// True when the stream that begins with these (at least 4) bytes claims to be FFM.
[[nodiscard]] bool looksLikeFfm(std::span<const std::uint8_t> front);
/// More than this is no header: it is an Error before it needs memory.
inline constexpr std::size_t ffmMaxHeaderBytes = std::size_t{64} * 1024;

/// The options of such a text in their order, unescaped.
using FfmOptions = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] FfmOptions ffmOptions(std::string_view text);
[[nodiscard]] std::string ffmText(const FfmOptions &options);

} // namespace aspersor::media
