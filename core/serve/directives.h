// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace aspersor::serve {

/// Every directive of the original ffserver, so that a known one is told from a misspelt one.
enum class Section { Global, Feed, Stream, Redirect };

[[nodiscard]] std::span<const std::string_view> directivesOf(Section section);
/// "the global part", "<Stream>"
[[nodiscard]] std::string_view sectionName(Section section);

} // namespace aspersor::serve
