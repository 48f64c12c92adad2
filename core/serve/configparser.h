// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/config.h"
#include "core/serve/diagnostic.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aspersor::serve {

/// The text of an encoder's preset file; nothing when there is none.
using PresetSource =
    std::function<std::optional<std::string>(const std::string &encoder, const std::string &preset)>;
/// The addresses of a host; empty: it has none.
using HostSource = std::function<std::vector<boost::asio::ip::address>(const std::string &host)>;

/// What a configuration may ask of the machine while it is read. Without: nothing is there.
struct ConfigSources {
    PresetSource preset = {};
    HostSource host = {};

    /// /usr/share/ffmpeg and the other places for preset files, and the system's name service.
    [[nodiscard]] static ConfigSources ofThisMachine();
};

struct ParsedConfig {
    Config config;           ///< to be used only when there are no errors
    Diagnostics diagnostics; ///< everything that is to be said about the file, in the order of its lines
};

/// Reads an ffserver.conf. Pure but for the sources: `file` is only for the messages. Never stops at the
/// first error.
[[nodiscard]] ParsedConfig parseConfig(std::string_view text, const std::string &file,
                                       const ConfigSources &sources = {});
/// Reads it from `path`, with what this machine has; a file that cannot be read is one error. "-" is standard
/// input.
[[nodiscard]] ParsedConfig readConfig(const std::string &path);

/// The word of `known` that `word` was probably meant to be, any letter case; "" when none is near.
[[nodiscard]] std::string_view nearestWord(std::string_view word, std::span<const std::string_view> known);

} // namespace aspersor::serve
