// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/place.h"

#include <algorithm>
#include <utility>

namespace aspersor::serve {

Answer notReadyInTime()
{
    return errorAnswer(
        503,
        "The stream was not made ready within " + std::to_string(encoderTimeout.count()) +
            " seconds; the machine has too much to do. Try again later, or watch a stream that is "
            "not encoded.",
        std::string(retryLater));
}

Answer answerFor(const ServerState &state, const Feed &feed, const OpenError &error, std::string_view asked,
                 const boost::asio::ip::address &peer)
{
    std::string reason = error.reason;
    if (error.status == 415)
        reason += suitableStreams(*state.config(), feed, asked, peer);
    return errorAnswer(error.status, reason, error.status == 503 ? std::string(retrySoon) : std::string());
}

tl::expected<std::shared_ptr<Feed>, Answer> findFeed(const ServerState &state, const FeedRegistry &feeds,
                                                     const StreamRequest &request,
                                                     const boost::asio::ip::address &peer)
{
    if (std::shared_ptr<Feed> feed = feeds.find(request.feed))
        return feed;
    if (request.declared)
        return tl::unexpected(errorAnswer(503,
                                          "The feed " + request.feed + " is not on the air; try again later.",
                                          std::string(retryLater)));
    return tl::unexpected(noSuchStream(*state.config(), request.name, peer, feeds.names()));
}

tl::expected<std::vector<std::string>, NoPlace> describedTracks(const ServerState &state, Feed &feed,
                                                                const StreamRequest &request,
                                                                const boost::asio::ip::address &peer,
                                                                Encoder::Ready ready)
{
    auto stream = feed.open(request.name, request.spec, std::move(ready));
    if (!stream)
        return tl::unexpected(
            NoPlace{answerFor(state, feed, stream.error(), request.name, peer), stream.error().starting});
    (*stream)->viewerLeft(); // it lingers for who opens it next
    return (*stream)->mediaSections();
}

tl::expected<Booking<int>, Answer> takeViewer(ServerState &state)
{
    const int most = state.config()->maxClients;
    Booking<int> viewer(state.viewers, 1);
    if (state.viewers > most)
        return tl::unexpected(errorAnswer(
            503, "All " + std::to_string(most) + " places for viewers are taken; try again later.",
            std::string(retryLater)));
    return viewer;
}

tl::expected<Place, Answer> placeAt(ServerState &state, Booking<int> viewer, std::shared_ptr<Stream> stream,
                                    std::int64_t bits)
{
    const auto config = state.config();
    Booking<std::int64_t> bandwidth(state.bookedBits, std::max(bits, stream->ring().bitsPerSecond()));
    if (config->maxBandwidthKbps && state.bookedBits > std::int64_t{*config->maxBandwidthKbps} * 1000) {
        stream->viewerLeft();
        return tl::unexpected(errorAnswer(503,
                                          "The bandwidth of " + std::to_string(*config->maxBandwidthKbps) +
                                              " kbit/s for all viewers is used up; try again later.",
                                          std::string(retryLater)));
    }
    return Place{std::move(stream), std::move(viewer), std::move(bandwidth)};
}

tl::expected<Place, NoPlace> takePlace(ServerState &state, Feed &feed, const StreamRequest &request,
                                       const boost::asio::ip::address &peer, Encoder::Ready ready)
{
    auto viewer = takeViewer(state);
    if (!viewer)
        return tl::unexpected(NoPlace{std::move(viewer.error())});
    auto stream = feed.open(request.name, request.spec, std::move(ready));
    if (!stream)
        return tl::unexpected(
            NoPlace{answerFor(state, feed, stream.error(), request.name, peer), stream.error().starting});
    auto place = placeAt(state, std::move(*viewer), std::move(*stream));
    if (!place)
        return tl::unexpected(NoPlace{std::move(place.error())});
    return std::move(*place);
}

} // namespace aspersor::serve
