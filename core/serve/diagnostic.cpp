// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/diagnostic.h"

#include <algorithm>

namespace aspersor::serve {

namespace {

constexpr std::size_t excerptBytes = 160;

/// What a terminal must not be sent becomes "?", so that a hostile file cannot write to it.
std::string printable(std::string_view text)
{
    std::string result(text);
    for (char &c : result) {
        if (c == '\t')
            c = ' ';
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = '?';
    }
    return result;
}

} // namespace

std::string Diagnostic::oneLine() const
{
    std::string result = file;
    if (line > 0)
        result += ':' + std::to_string(line);
    if (line > 0 && column > 0)
        result += ':' + std::to_string(column);
    return result + (severity == Severity::Error ? ": error: " : ": warning: ") + printable(message);
}

std::string Diagnostic::withExcerpt() const
{
    const std::size_t at = column > 0 ? static_cast<std::size_t>(column) - 1 : 0;
    if (line <= 0 || column <= 0 || at >= text.size() + 1)
        return oneLine();
    const std::size_t from = at > excerptBytes / 2 ? at - excerptBytes / 2 : 0;
    const std::string excerpt = printable(std::string_view(text).substr(from, excerptBytes));
    const auto marked = std::clamp<std::size_t>(
        static_cast<std::size_t>(std::max(length, 1)), 1,
        std::max<std::size_t>(excerpt.size() - std::min(excerpt.size(), at - from), 1));
    return oneLine() + "\n    " + excerpt + "\n    " + std::string(at - from, ' ') + '^' +
           std::string(marked - 1, '~');
}

bool hasErrors(const Diagnostics &diagnostics)
{
    return std::ranges::any_of(diagnostics,
                               [](const Diagnostic &d) { return d.severity == Diagnostic::Severity::Error; });
}

} // namespace aspersor::serve
