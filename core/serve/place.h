// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/feedregistry.h"
#include "core/serve/router.h"
#include "core/serve/serverstate.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace aspersor::serve {

/// What a viewer holds for as long as it watches.
struct Place {
    std::shared_ptr<Stream> stream; ///< this viewer already counts in its `viewers`
    Booking<int> viewer;
    Booking<std::int64_t> bandwidth;
};

/// Why there is no place.
struct NoPlace {
    Answer answer;
    bool starting = false; ///< the stream is being made ready: ask again
};

constexpr std::chrono::seconds encoderTimeout{15}; ///< for a stream to be made ready
/// When that was not enough.
[[nodiscard]] Answer notReadyInTime();
/// The feed that a request is for, or the answer that it is not there.
[[nodiscard]] tl::expected<std::shared_ptr<Feed>, Answer> findFeed(const ServerState &state,
                                                                   const FeedRegistry &feeds,
                                                                   const StreamRequest &request,
                                                                   const boost::asio::ip::address &peer);
/// Counts one viewer more, or the answer that no place is left.
[[nodiscard]] tl::expected<Booking<int>, Answer> takeViewer(ServerState &state);
/// The place of a viewer whom `stream` counts already, or the answer that the bandwidth is used up. `bits`: a
/// second of a stream that has sent nothing yet.
[[nodiscard]] tl::expected<Place, Answer> placeAt(ServerState &state, Booking<int> viewer,
                                                  std::shared_ptr<Stream> stream, std::int64_t bits = 0);
/// A place at the stream, within the limits of the configuration, or the answer why there is none. `ready`
/// is called when it is worth to ask again, see Feed::open().
[[nodiscard]] tl::expected<Place, NoPlace> takePlace(ServerState &state, Feed &feed,
                                                     const StreamRequest &request,
                                                     const boost::asio::ip::address &peer,
                                                     Encoder::Ready ready = {});
/// What `peer` is told when the stream that it asked for cannot be opened; it may name what can be opened
/// instead.
[[nodiscard]] Answer answerFor(const ServerState &state, const Feed &feed, const OpenError &error,
                               std::string_view asked, const boost::asio::ip::address &peer);
/// RTP only: how the feed's tracks are described to receivers, or the answer why they cannot be. `ready`: as
/// with takePlace().
[[nodiscard]] tl::expected<std::vector<std::string>, NoPlace>
describedTracks(const ServerState &state, Feed &feed, const StreamRequest &request,
                const boost::asio::ip::address &peer, Encoder::Ready ready = {});

} // namespace aspersor::serve
