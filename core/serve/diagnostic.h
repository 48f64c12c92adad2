// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace aspersor::serve {

/// One thing to say about a configuration file.
struct Diagnostic {
    enum class Severity { Warning, Error };
    Severity severity = Severity::Error;
    std::string file;
    int line = 0;                ///< from 1; 0: the file as a whole
    int column = 0;              ///< from 1, in bytes; 0: the line as a whole
    std::string message;         ///< whole sentences: what is wrong and what to do
    std::string text;            ///< the offending line as it stands in the file
    int length = 0;              ///< bytes of `text` from `column` on that are meant
    std::string suggestion = {}; ///< what may stand there instead; "": nothing is near

    /// "FILE:12:10: error: ...": one line.
    [[nodiscard]] std::string oneLine() const;
    /// oneLine(), then the offending line with the word underlined.
    [[nodiscard]] std::string withExcerpt() const;
};

using Diagnostics = std::vector<Diagnostic>;

[[nodiscard]] bool hasErrors(const Diagnostics &diagnostics);

} // namespace aspersor::serve
