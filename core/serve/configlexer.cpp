// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configlexer.h"

#include <algorithm>

namespace aspersor::serve {

namespace {

constexpr std::string_view blanks = " \t\r\v\f";

std::vector<Word> splitLine(std::string_view line)
{
    std::vector<Word> words;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(blanks, at)) != std::string_view::npos) {
        Word word;
        word.column = static_cast<int>(at) + 1;
        std::size_t end = 0;
        if (const char quote = line[at]; quote == '"' || quote == '\'') {
            const std::size_t close = line.find(quote, at + 1);
            word.unterminated = close == std::string_view::npos;
            end = word.unterminated ? line.size() : close + 1;
            word.text = line.substr(at + 1, (word.unterminated ? end : close) - at - 1);
        } else {
            end = std::min(line.find_first_of(blanks, at), line.size());
            word.text = line.substr(at, end - at);
        }
        word.length = static_cast<int>(end - at);
        words.push_back(std::move(word));
        at = end;
    }
    return words;
}

} // namespace

std::vector<ConfigLine> splitConfig(std::string_view text)
{
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    std::vector<ConfigLine> lines;
    for (int number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        const std::size_t first = line.find_first_not_of(blanks);
        if (first == std::string_view::npos || line[first] == '#')
            continue;
        lines.push_back({number, line, splitLine(line)});
    }
    return lines;
}

} // namespace aspersor::serve
