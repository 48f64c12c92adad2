// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configvalues.h"

#include "core/serve/configparser.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cctype>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace aspersor::serve {

std::optional<std::int64_t> parseInteger(std::string_view text)
{
    int base = 10;
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
        base = 8;
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || !std::isxdigit(static_cast<unsigned char>(text.front())) || error != std::errc{} ||
        end != text.data() + text.size())
        return std::nullopt;
    return negative ? -value : value;
}

std::optional<double> parseReal(std::string_view text)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

bool isAddress(const std::string &text)
{
    boost::system::error_code error;
    static_cast<void>(boost::asio::ip::make_address(text, error));
    return !error && text.find('\0') == std::string::npos;
}

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

bool equalIgnoringCase(std::string_view a, std::string_view b)
{
    return std::ranges::equal(
        a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\v\f";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return text.substr(0, 0);
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string shortened(std::string_view text)
{
    constexpr std::size_t most = 80;
    return std::string(text.substr(0, most)) + (text.size() > most ? "..." : "");
}

std::string quoted(std::string_view text)
{
    return '"' + shortened(text) + '"';
}

std::string didYouMean(std::string_view word)
{
    return word.empty() ? std::string() : " Did you mean " + std::string(word) + "?";
}

std::string_view nearestWord(std::string_view word, std::span<const std::string_view> known)
{
    constexpr std::size_t longest = 64;
    if (word.size() < 3 || word.size() > longest)
        return {};
    const std::string wanted = lowered(word);
    std::string_view best;
    std::size_t bestDistance = std::max<std::size_t>(wanted.size() / 3, 1) + 1;
    for (const std::string_view candidate : known) {
        const std::string other = lowered(candidate);
        // Levenshtein's distance with two letters in the wrong order as one mistake, row by row
        std::vector<std::size_t> row(other.size() + 1);
        std::iota(row.begin(), row.end(), std::size_t{0});
        std::vector<std::size_t> above = row;
        std::vector<std::size_t> twoAbove;
        for (std::size_t i = 1; i <= wanted.size(); ++i) {
            twoAbove = std::exchange(above, row);
            row[0] = i;
            for (std::size_t j = 1; j <= other.size(); ++j) {
                const std::size_t changed = above[j - 1] + (wanted[i - 1] == other[j - 1] ? 0 : 1);
                row[j] = std::min({above[j] + 1, row[j - 1] + 1, changed});
                if (i > 1 && j > 1 && wanted[i - 1] == other[j - 2] && wanted[i - 2] == other[j - 1])
                    row[j] = std::min(row[j], twoAbove[j - 2] + 1);
            }
        }
        if (row.back() < bestDistance) {
            bestDistance = row.back();
            best = candidate;
        }
    }
    return best;
}

} // namespace aspersor::serve
