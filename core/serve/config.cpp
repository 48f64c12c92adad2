// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/config.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace aspersor::serve {

namespace {

/// What stands for the "*" of `pattern` in `text`; nothing when they do not fit.
std::optional<std::string_view> captured(std::string_view pattern, std::string_view text)
{
    const std::size_t star = pattern.find('*');
    const std::string_view before = pattern.substr(0, star);
    const std::string_view after = pattern.substr(star + 1);
    if (text.size() <= before.size() + after.size() || !text.starts_with(before) || !text.ends_with(after))
        return std::nullopt;
    return text.substr(before.size(), text.size() - before.size() - after.size());
}

std::string filled(std::string_view pattern, std::string_view text)
{
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos)
        return std::string(pattern);
    return std::string(pattern.substr(0, star)).append(text).append(pattern.substr(star + 1));
}

} // namespace

std::optional<std::string> StreamSpec::feedFor(std::string_view requested) const
{
    if (!isTemplate()) {
        if (requested != name)
            return std::nullopt;
        return feed;
    }
    const auto text = captured(name, requested);
    if (!text)
        return std::nullopt;
    std::string result = filled(feed, *text);
    if (!isFeedName(result))
        return std::nullopt;
    return result;
}

std::optional<std::string> StreamSpec::nameFor(std::string_view feedName) const
{
    if (!isTemplate()) {
        if (feedName != feed)
            return std::nullopt;
        return name;
    }
    if (feed.find('*') == std::string::npos)
        return std::nullopt; // any name of a fixed feed: there is no one name to give
    const auto text = captured(feed, feedName);
    if (!text)
        return std::nullopt;
    return filled(name, *text);
}

bool StreamSpec::operator==(const StreamSpec &other) const
{
    const auto all = [](const StreamSpec &s) {
        return std::tie(s.name, s.feed, s.format, s.acl, s.dynamicAcl, s.encoding, s.file, s.inputFormat,
                        s.loop, s.preroll, s.startOnKey, s.maxTime, s.metadata, s.faviconUrl, s.multicast);
    };
    return all(*this) == all(other);
}

bool UnavailableSpec::names(std::string_view requested) const
{
    return name.find('*') == std::string::npos ? requested == name : captured(name, requested).has_value();
}

bool FeedSpec::operator==(const FeedSpec &other) const
{
    const auto all = [](const FeedSpec &f) {
        return std::tie(f.name, f.acl, f.file, f.fileMaxBytes, f.truncate, f.readOnly, f.launch);
    };
    return all(*this) == all(other);
}

const FeedSpec *Config::feed(std::string_view name) const
{
    const auto found = std::ranges::find(feeds, name, &FeedSpec::name);
    return found == feeds.end() ? nullptr : &*found;
}

const StreamSpec *Config::streamNamed(std::string_view requested) const
{
    for (const bool templates : {false, true}) {
        for (const StreamSpec &stream : streams) {
            if (stream.isTemplate() == templates && stream.feedFor(requested))
                return &stream;
        }
    }
    return nullptr;
}

std::string_view feedBaseName(std::string_view name)
{
    constexpr std::array<std::string_view, 6> suffixes{".ffm", ".ts", ".nut", ".flv", ".mkv", ".mp4"};
    for (const std::string_view suffix : suffixes) {
        if (name.size() > suffix.size() && name.ends_with(suffix))
            return name.substr(0, name.size() - suffix.size());
    }
    return name;
}

bool isFeedName(std::string_view name)
{
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !name.empty() && name.size() <= 64 && name.front() != '.' &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

} // namespace aspersor::serve
