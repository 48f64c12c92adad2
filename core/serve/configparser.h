// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/config.h"
#include "core/serve/diagnostic.h"

#include <string>
#include <string_view>

namespace aspersor::serve {

struct ParsedConfig {
    Config config;           ///< to be used only when there are no errors
    Diagnostics diagnostics; ///< everything that is to be said about the file, in the order of its lines
};

/// Reads an ffserver.conf. Pure: `file` is only for the messages. Never stops at the first error.
[[nodiscard]] ParsedConfig parseConfig(std::string_view text, const std::string &file);
/// Reads it from `path`; a file that cannot be read is one error.
[[nodiscard]] ParsedConfig readConfig(const std::string &path);

/// The word of `known` that `word` was probably meant to be, any letter case; "" when none is near.
[[nodiscard]] std::string_view nearestWord(std::string_view word, std::span<const std::string_view> known);

} // namespace aspersor::serve
