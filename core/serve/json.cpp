// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/json.h"

// Boost.JSON without its library: the implementation belongs in exactly one source file.
#include <algorithm>
#include <boost/json/src.hpp>
#include <string>
#include <string_view>

namespace aspersor::serve {

namespace json = boost::json;

namespace {

json::object toJson(const EncoderReport &encoder)
{
    json::object shed{{"count", encoder.shedCount}, {"sinceMs", nullptr}, {"paused", encoder.paused}};
    if (encoder.shedFor)
        shed["sinceMs"] = encoder.shedFor->count();
    return {{"video", encoder.video},
            {"width", encoder.width},
            {"height", encoder.height},
            {"audio", encoder.audio},
            {"picturesPerSecond", encoder.picturesPerSecond},
            {"pictures", encoder.pictures},
            {"leftOut", encoder.leftOut},
            {"errors", encoder.errors},
            {"shed", std::move(shed)}};
}

/// How many bytes at the beginning of `text` are one UTF-8 character; 0: none is.
std::size_t utf8Character(std::string_view text)
{
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80)
        return 1;
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
        return 0;
    // Overlong forms, surrogates and what is above U+10FFFF are told by the second byte.
    const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    const auto second = static_cast<unsigned char>(text[1]);
    const bool fits = second >= low && second <= high &&
                      std::ranges::all_of(text.substr(2, length - 2),
                                          [](unsigned char c) { return c >= 0x80 && c <= 0xbf; });
    return fits ? length : 0;
}

/// A configuration may be of any encoding, and what is repeated of it may be cut within a character.
std::string asUtf8(std::string_view text)
{
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = utf8Character(text);
        result += length > 0 ? text.substr(0, length) : "?";
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return result;
}

} // namespace

json::object toJson(const StreamReport &stream, Detail detail)
{
    json::object object{{"name", stream.name},
                        {"format", stream.format},
                        {"viewers", stream.viewers},
                        {"bytes", stream.bytes},
                        {"skips", stream.skips}};
    if (detail == Detail::Status) {
        if (!stream.title.empty())
            object.emplace("title", stream.title);
        object.emplace("bitsPerSecond", stream.bitsPerSecond);
        object.emplace("ringBytes", stream.ringBytes);
        if (stream.encoder)
            object.emplace("encoder", toJson(*stream.encoder));
    }
    return object;
}

json::object toJson(const FeedReport &feed, Detail detail)
{
    json::array streams;
    json::array tracks(feed.tracks.begin(), feed.tracks.end());
    int viewers = 0;
    for (const StreamReport &stream : feed.streams) {
        viewers += stream.viewers;
        streams.push_back(toJson(stream, detail));
    }
    return {{"name", feed.name},
            {"state", toString(feed.state)},
            {"viewers", viewers},
            {"tracks", std::move(tracks)},
            {"streams", std::move(streams)}};
}

json::object toJson(const ViewerReport &viewer)
{
    return {{"id", viewer.id},       {"stream", viewer.stream}, {"address", viewer.address},
            {"bytes", viewer.bytes}, {"skips", viewer.skips},   {"ageMs", viewer.age.count()}};
}

json::object toJson(const Diagnostic &diagnostic)
{
    return {{"file", asUtf8(diagnostic.file)},
            {"line", diagnostic.line},
            {"column", diagnostic.column},
            {"length", diagnostic.length},
            {"severity", diagnostic.severity == Diagnostic::Severity::Error ? "error" : "warning"},
            {"text", asUtf8(diagnostic.message)},
            {"suggestion", asUtf8(diagnostic.suggestion)}};
}

json::array toJson(const Diagnostics &diagnostics)
{
    json::array list;
    for (const Diagnostic &diagnostic : diagnostics)
        list.push_back(toJson(diagnostic));
    return list;
}

} // namespace aspersor::serve
