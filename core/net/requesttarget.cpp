// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/requesttarget.h"

#include <algorithm>

namespace aspersor::net {
namespace {

int hexValue(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool hasControl(std::string_view text)
{
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

} // namespace

std::optional<std::string> percentDecoded(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result.push_back(text[i]);
            continue;
        }
        if (i + 2 >= text.size())
            return std::nullopt;
        const int high = hexValue(text[i + 1]);
        const int low = hexValue(text[i + 2]);
        if (high < 0 || low < 0)
            return std::nullopt;
        result.push_back(static_cast<char>(high * 16 + low));
        i += 2;
    }
    return result;
}

tl::expected<RequestTarget, std::string> parseTarget(std::string_view method, std::string_view target)
{
    const auto bad = [](const char *sentence) { return tl::unexpected<std::string>(sentence); };
    if (target == "*" && method == "OPTIONS")
        return RequestTarget{"*", {}};
    if (const auto scheme = target.find("://"); scheme != std::string_view::npos && target.front() != '/') {
        const auto name = target.substr(0, scheme);
        const auto matches = [name](std::string_view known) {
            return std::equal(name.begin(), name.end(), known.begin(), known.end(),
                              [](char a, char b) { return (a | 0x20) == b; });
        };
        if (!matches("http") && !matches("https"))
            return bad("The address in the request line is not one of HTTP.");
        const auto end = target.find_first_of("/?", scheme + 3);
        target = end == std::string_view::npos ? std::string_view() : target.substr(end);
    } else if (target.empty() || target.front() != '/') {
        return bad("The path in the request line does not begin with a slash.");
    }
    if (target.find('#') != std::string_view::npos)
        return bad("The address in the request line has a fragment.");

    const auto question = target.find('?');
    RequestTarget result;
    const auto path = percentDecoded(target.substr(0, question));
    if (!path)
        return bad("The path has a broken percent escape.");
    if (hasControl(*path))
        return bad("The path has a control character in it.");
    result.path = path->empty() ? "/" : *path;

    auto rest = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const auto pair = rest.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        const auto name = percentDecoded(pair.substr(0, equals));
        const auto value =
            percentDecoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view());
        if (!name || !value)
            return bad("The query has a broken percent escape.");
        if (!name->empty())
            result.query.try_emplace(*name, *value);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return result;
}

} // namespace aspersor::net
