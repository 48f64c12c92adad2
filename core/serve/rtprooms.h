// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/audience.h"
#include "core/serve/observer.h"
#include "core/serve/rtsptransport.h"
#include "core/serve/serverstate.h"
#include "core/serve/udppair.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace aspersor::serve {

/// Who is sent RTP, as the rooms know it. Called on the loop's thread.
class RtpPlayer
{
public:
    RtpPlayer() = default;
    RtpPlayer(const RtpPlayer &) = delete;
    RtpPlayer &operator=(const RtpPlayer &) = delete;
    virtual ~RtpPlayer() = default;

    /// Nothing more can be sent, or the viewer was dropped: leave().
    virtual void ended(const std::string &reason) = 0;
    /// Its connection is full: tell writable() when it is not.
    virtual void awaitWritable() = 0;
    /// Something came from it over UDP.
    virtual void heard() = 0;
    /// Itself, with the bytes and skips of before it plays now.
    [[nodiscard]] virtual ViewerReport report() const = 0;
};

/// What a viewer is sent and how.
struct RtpPlan {
    std::shared_ptr<Stream> stream;
    std::vector<std::optional<RtspTransport>> tracks; ///< all of one kind; none: not wanted
    int descriptor = -1;                              ///< the connection, without UDP
    UdpPair *udp = nullptr;                           ///< outlives the playing
    std::vector<UdpTarget> targets;                   ///< by track, with UDP
};

/// Where a track begins for a viewer, for the RTP-Info field.
struct RtpBegin {
    std::uint16_t sequence = 0;
    std::uint32_t time = 0;
};

/// The RTSP viewers of one worker, and what they are sent.
///
/// The packets of a stream are made once, in blocks of RtpFrames. A viewer on the usual channels is sent
/// these blocks as they are; one on others, or without some tracks, shares rewritten copies with those like
/// it; over UDP the packets go out one by one, in bursts that a receiver's buffer can hold. Lives on the
/// loop's thread.
class RtpRooms
{
public:
    RtpRooms(std::size_t worker, boost::asio::io_context &loop, ServerState &state);
    RtpRooms(const RtpRooms &) = delete;
    RtpRooms &operator=(const RtpRooms &) = delete;
    ~RtpRooms();

    /// The ports that this worker sends from to viewers like `peer`; null: there are none (it is logged).
    [[nodiscard]] UdpPair *udpFor(const boost::asio::ip::address &peer);

    /// From here to leave() the player is counted and can be dropped.
    void enter(std::uint64_t id, RtpPlayer &player);
    void leave(std::uint64_t id);

    /// Begins with the newest GOP. `reply` is given where each track begins and makes the words that a viewer
    /// without UDP is sent first.
    using Reply = std::function<std::string(const std::vector<std::optional<RtpBegin>> &begins)>;
    void play(std::uint64_t id, const RtpPlan &plan, const Reply &reply);
    /// Stops; returns what must go first on the connection, so that a packet begun is whole.
    [[nodiscard]] std::string stop(std::uint64_t id);
    /// Sends words between two packets. False: too many wait already.
    [[nodiscard]] bool say(std::uint64_t id, std::string text);
    void writable(std::uint64_t id);

    struct Totals {
        std::uint64_t bytes = 0;
        std::uint32_t skips = 0;
        bool stuck = false; ///< could take nothing
        std::chrono::steady_clock::time_point lastProgress{};
    };
    [[nodiscard]] Totals totals(std::uint64_t id) const; ///< of the playing that goes on

    void serve(Stream &stream); ///< it has something new
    void drop(std::uint64_t id, const std::string &reason);
    void report(std::vector<ViewerReport> &into) const;
    void clear(); ///< the loop has stopped

private:
    struct Room;
    struct Seat {
        RtpPlayer *player = nullptr;
        Room *room = nullptr; // null: does not play
        std::size_t index = 0;
    };
    /// What viewers of one audience have in common.
    struct Key {
        const Stream *stream = nullptr;
        bool udp = false;
        std::vector<int> channels; // by track: RTP and RTCP in turn, -1: none; empty: as they are made
        auto operator<=>(const Key &) const = default;
    };
    [[nodiscard]] static Key keyOf(const RtpPlan &plan);
    [[nodiscard]] Room &roomFor(const RtpPlan &plan);
    void push(Room &room);
    void pushTo(std::uint64_t id);
    void settle(std::uint64_t id, Audience::Outcome outcome);
    void pushLater(Room &room);
    void pushWaiting(const Room &room);
    void sweep();

    const std::size_t m_worker;
    boost::asio::io_context &m_loop;
    ServerState &m_state;
    std::array<std::unique_ptr<UdpPair>, 2> m_udp;                 // IPv4, IPv6; made when first needed
    std::map<boost::asio::ip::udp::endpoint, std::uint64_t> m_ids; // of who plays over UDP
    std::map<Key, std::shared_ptr<Room>> m_rooms;
    std::unordered_map<std::uint64_t, Seat> m_seats; // by viewer's id
};

} // namespace aspersor::serve
