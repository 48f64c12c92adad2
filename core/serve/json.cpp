// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/json.h"

// Boost.JSON without its library: the implementation belongs in exactly one source file.
#include <boost/json/src.hpp>

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

} // namespace aspersor::serve
