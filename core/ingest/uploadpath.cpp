// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/uploadpath.h"

#include <algorithm>
#include <array>

namespace aspersor {
namespace {

constexpr std::size_t longestName = 64;
constexpr std::size_t longestSegment = 255;
constexpr std::array<std::string_view, 13> mediaSuffixes = {".ts",  ".m2ts", ".mts",    ".m2t", ".ffm",
                                                            ".mpg", ".mpeg", ".mpegts", ".flv", ".mkv",
                                                            ".mp4", ".mov",  ".aac"};
constexpr std::array<std::string_view, 3> playlistSuffixes = {".m3u8", ".m3u", ".mpd"};

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool endsWith(std::string_view text, std::string_view suffix)
{
    return text.size() > suffix.size() && std::equal(suffix.rbegin(), suffix.rend(), text.rbegin(),
                                                     [](char a, char b) { return a == lower(b); });
}

template <std::size_t count>
std::string_view suffixOf(std::string_view text, const std::array<std::string_view, count> &suffixes)
{
    const auto found = std::find_if(suffixes.begin(), suffixes.end(),
                                    [text](std::string_view suffix) { return endsWith(text, suffix); });
    return found == suffixes.end() ? std::string_view() : *found;
}

} // namespace

bool isFeedName(std::string_view name)
{
    const auto allowed = [](char c) {
        const char l = lower(c);
        return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= longestName && name.front() != '.' &&
           std::all_of(name.begin(), name.end(), allowed);
}

std::optional<UploadPath> parseUploadPath(std::string_view path)
{
    if (path.empty() || path.front() != '/')
        return std::nullopt;
    path.remove_prefix(1);
    const auto slash = path.find('/');
    const auto first = path.substr(0, slash);
    UploadPath result;
    std::string_view name = first;
    if (slash == std::string_view::npos) {
        if (const auto suffix = suffixOf(first, playlistSuffixes); !suffix.empty()) {
            result.kind = UploadPath::Kind::Playlist;
            name.remove_suffix(suffix.size());
        } else {
            name.remove_suffix(suffixOf(first, mediaSuffixes).size());
        }
    } else {
        const auto segment = path.substr(slash + 1);
        if (segment.empty() || segment.size() > longestSegment || segment.find('/') != std::string_view::npos)
            return std::nullopt;
        result.kind = suffixOf(segment, playlistSuffixes).empty() ? UploadPath::Kind::Segment
                                                                  : UploadPath::Kind::Playlist;
    }
    if (!isFeedName(name))
        return std::nullopt;
    result.feed = QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
    return result;
}

} // namespace aspersor
