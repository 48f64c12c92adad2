// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aspersor::serve {

/// The small change of the configuration parser. Pure.

/// C syntax: decimal, 0x hexadecimal, leading-0 octal; nothing for anything else or out of range.
[[nodiscard]] std::optional<std::int64_t> parseInteger(std::string_view text);
/// A finite decimal number ("2", "0.5").
[[nodiscard]] std::optional<double> parseReal(std::string_view text);
/// An IPv4 or IPv6 address in numbers.
[[nodiscard]] bool isAddress(const std::string &text);

[[nodiscard]] std::string lowered(std::string_view text);
[[nodiscard]] bool equalIgnoringCase(std::string_view a, std::string_view b);
[[nodiscard]] std::string_view trimmed(std::string_view text);
/// Cut at 80 bytes: what is repeated in a message.
[[nodiscard]] std::string shortened(std::string_view text);
/// The same in double quotes.
[[nodiscard]] std::string quoted(std::string_view text);
/// " Did you mean WORD?", or "" without a word.
[[nodiscard]] std::string didYouMean(std::string_view word);

} // namespace aspersor::serve
