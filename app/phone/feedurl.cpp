// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/feedurl.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace aspersor::phone {

namespace {

constexpr std::string_view scheme = "http://";
constexpr std::string_view suffix = ".ts";

tl::unexpected<Error> wrong(std::string_view url, std::string_view why)
{
    return failure(Error::Kind::BadRequest, "The address \"" + std::string(url) + "\" " + std::string(why) +
                                                ": write http://HOST:PORT/NAME.");
}

bool isPort(std::string_view text)
{
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

} // namespace

std::string FeedUrl::name() const
{
    std::string_view bare = path;
    bare.remove_prefix(std::min(bare.find_first_not_of('/'), bare.size()));
    if (bare.size() > suffix.size() && bare.ends_with(suffix))
        bare.remove_suffix(suffix.size());
    return std::string(bare);
}

std::string FeedUrl::authority() const
{
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? '[' + host + ']' : host) + ':' + port;
}

std::string FeedUrl::target() const
{
    return query.empty() ? path : path + '?' + query;
}

std::string FeedUrl::segmentTarget(unsigned number) const
{
    std::array<char, 32> file{};
    std::snprintf(file.data(), file.size(), "/seg-%05u.ts", number);
    return '/' + name() + file.data() + (query.empty() ? "" : '?' + query);
}

FeedUrl FeedUrl::numbered(int number) const
{
    FeedUrl other = *this;
    const bool suffixed = path.ends_with(suffix) && path.size() > suffix.size() + 1;
    other.path.insert(path.size() - (suffixed ? suffix.size() : 0), std::to_string(number));
    return other;
}

Result<FeedUrl> parseFeedUrl(std::string_view url)
{
    if (!url.starts_with(scheme))
        return wrong(url, "does not begin with http://");
    // A request line ends at the first of these: they cannot be part of an address.
    if (std::any_of(url.begin(), url.end(),
                    [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 127; }))
        return wrong(url, "holds a space or a control character");

    std::string_view rest = url.substr(scheme.size());
    rest = rest.substr(0, rest.find('#'));
    const auto pathAt = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, pathAt);
    rest.remove_prefix(pathAt);

    FeedUrl result;
    const auto queryAt = rest.find('?');
    result.path = rest.substr(0, queryAt);
    if (queryAt != std::string_view::npos)
        result.query = rest.substr(queryAt + 1);

    std::string_view port;
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos)
            return wrong(url, "has an IPv6 address without its \"]\"");
        result.host = authority.substr(1, end - 1);
        port = authority.substr(end + 1);
    } else {
        const auto colon = std::min(authority.find(':'), authority.size());
        result.host = authority.substr(0, colon);
        port = authority.substr(colon);
    }
    if (!port.empty()) {
        if (port.front() != ':' || !isPort(port.substr(1)))
            return wrong(url, "has no valid port");
        result.port = port.substr(1);
    }
    if (result.host.empty())
        return wrong(url, "names no host");
    if (result.name().empty())
        return wrong(url, "names no feed");
    return result;
}

} // namespace aspersor::phone
