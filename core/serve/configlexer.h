// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace aspersor::serve {

/// A word of a configuration line, with where it stands.
struct Word {
    std::string text;          ///< without its quotes
    int column = 1;            ///< from 1, of its first byte (the quote, if there is one)
    int length = 0;            ///< bytes in the line, quotes included
    bool unterminated = false; ///< a quote without its partner

    bool operator==(const Word &) const = default;
};

/// A line that says something.
struct ConfigLine {
    int number = 1;        ///< from 1
    std::string_view text; ///< without its line end
    std::vector<Word> words;
};

/// Splits a configuration into lines of words; comments and empty lines are left out.
///
/// The original's rules: blanks separate; a line whose first non-blank is "#" is a comment, "#" elsewhere is
/// not special; a word that starts with " or ' runs to the same quote, without escapes. Lines may end with
/// CR LF, may be of any length, and a byte-order mark is skipped. `text` must outlive the result.
[[nodiscard]] std::vector<ConfigLine> splitConfig(std::string_view text);

} // namespace aspersor::serve
