// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/place.h"

#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::string_view retrySoon = "Retry-After: 2\r\n";
constexpr std::string_view retryLater = "Retry-After: 10\r\n";

} // namespace

Answer answerFor(const ServerState &state, const Feed &feed, const OpenError &error,
                 const boost::asio::ip::address &peer)
{
    std::string reason = error.reason;
    if (error.status == 415)
        reason += suitableStreams(*state.config(), feed, peer);
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

tl::expected<std::vector<std::string>, Answer> describedTracks(const ServerState &state, Feed &feed,
                                                               const StreamRequest &request,
                                                               const boost::asio::ip::address &peer)
{
    auto stream = feed.open(request.name, request.spec);
    if (!stream)
        return tl::unexpected(answerFor(state, feed, stream.error(), peer));
    --(*stream)->viewers; // it lingers for who opens it next
    return (*stream)->mediaSections();
}

tl::expected<Place, NoPlace> takePlace(ServerState &state, Feed &feed, const StreamRequest &request,
                                       const boost::asio::ip::address &peer, Encoder::Ready ready)
{
    const auto config = state.config();
    Place place;
    place.viewer = Booking<int>(state.viewers, 1);
    if (state.viewers > config->maxClients)
        return tl::unexpected(NoPlace{errorAnswer(503,
                                                  "All " + std::to_string(config->maxClients) +
                                                      " places for viewers are taken; try again later.",
                                                  std::string(retryLater))});
    auto stream = feed.open(request.name, request.spec, std::move(ready));
    if (!stream)
        return tl::unexpected(NoPlace{answerFor(state, feed, stream.error(), peer), stream.error().starting});
    place.bandwidth = Booking<std::int64_t>(state.bookedBits, (*stream)->ring().bitsPerSecond());
    if (config->maxBandwidthKbps && state.bookedBits > std::int64_t{*config->maxBandwidthKbps} * 1000) {
        --(*stream)->viewers;
        return tl::unexpected(
            NoPlace{errorAnswer(503,
                                "The bandwidth of " + std::to_string(*config->maxBandwidthKbps) +
                                    " kbit/s for all viewers is used up; try again later.",
                                std::string(retryLater))});
    }
    place.stream = std::move(*stream);
    return place;
}

} // namespace aspersor::serve
