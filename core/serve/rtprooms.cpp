// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/rtprooms.h"

#include "core/media/rtpframe.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::chrono::milliseconds burstDistance{4}; ///< between two bursts over UDP
constexpr std::size_t maxWords = 16;                  ///< waiting at a viewer

/// Only the wanted tracks, on the wanted channels.
BlockPtr onChannels(const BlockPtr &block, const std::vector<int> &channels)
{
    Bytes bytes;
    std::span rest = block->data.payload();
    while (const auto frame = media::rtpFrameAt(rest)) {
        const int channel = frame->channel < channels.size() ? channels[frame->channel] : -1;
        if (channel >= 0) {
            bytes.insert(bytes.end(), rest.begin(),
                         rest.begin() + static_cast<std::ptrdiff_t>(frame->size()));
            bytes[bytes.size() - frame->size() + 1] = static_cast<std::uint8_t>(channel);
        }
        rest = rest.subspan(frame->size());
    }
    return std::make_shared<const Block>(
        Block{.data = Chunk(bytes), .time = block->time, .start = block->start, .epoch = block->epoch});
}

/// The first RTP packet of each track; `channels` as in the blocks, empty: as they are made.
std::vector<std::optional<RtpBegin>> beginsIn(const std::vector<BlockPtr> &blocks,
                                              const std::vector<int> &channels, std::size_t tracks)
{
    constexpr std::size_t rtpHeadBytes = 12; // RFC 3550, 5.1
    std::vector<std::optional<RtpBegin>> begins(tracks);
    std::size_t missing = tracks;
    for (const BlockPtr &block : blocks) {
        std::span rest = block->data.payload();
        while (const auto frame = media::rtpFrameAt(rest)) {
            rest = rest.subspan(frame->size());
            std::size_t channel = frame->channel;
            if (!channels.empty())
                channel =
                    static_cast<std::size_t>(std::ranges::find(channels, frame->channel) - channels.begin());
            const std::size_t track = channel / 2;
            if (channel % 2 != 0 || track >= tracks || begins[track] || frame->packet.size() < rtpHeadBytes)
                continue;
            const auto byte = [&](std::size_t at) { return std::uint32_t{frame->packet[at]}; };
            begins[track] = RtpBegin{static_cast<std::uint16_t>(byte(2) << 8 | byte(3)),
                                     byte(4) << 24 | byte(5) << 16 | byte(6) << 8 | byte(7)};
            if (--missing == 0)
                return begins;
        }
    }
    return begins;
}

} // namespace

struct RtpRooms::Room {
    Room(const Key &roomKey, const RtpPlan &plan, boost::asio::io_context &loop)
        : key(roomKey), stream(plan.stream), audience(stream, sender(), lens()), timer(loop)
    {
    }
    [[nodiscard]] SendFunction sender()
    {
        if (!key.udp)
            return sendPieces;
        // A UDP viewer's "descriptor" is the number of its way.
        return [this](int way, std::span<const iovec> pieces) {
            const Way &to = ways.at(way);
            return to.udp->send(to.targets, pieces);
        };
    }
    [[nodiscard]] BlockLens lens() const
    {
        if (key.channels.empty())
            return {};
        return [channels = key.channels](const BlockPtr &block) { return onChannels(block, channels); };
    }

    struct Way {
        UdpPair *udp = nullptr;
        std::vector<UdpTarget> targets;
    };
    const Key key;
    const std::shared_ptr<Stream> stream;
    std::map<int, Way> ways; // UDP only
    int lastWay = 0;
    Audience audience;
    boost::asio::steady_timer timer; // UDP only: the next burst
    bool timerRuns = false;
};

RtpRooms::RtpRooms(std::size_t worker, boost::asio::io_context &loop, ServerState &state)
    : m_worker(worker), m_loop(loop), m_state(state)
{
}

RtpRooms::~RtpRooms() = default;

UdpPair *RtpRooms::udpFor(const boost::asio::ip::address &peer)
{
    std::unique_ptr<UdpPair> &pair = m_udp[peer.is_v6() ? 1 : 0];
    if (pair)
        return pair.get();
    boost::system::error_code error;
    auto from = boost::asio::ip::make_address(m_state.config()->rtspBindAddress, error);
    if (error || from.is_v6() != peer.is_v6())
        from = peer.is_v6() ? boost::asio::ip::address(boost::asio::ip::address_v6::any())
                            : boost::asio::ip::address(boost::asio::ip::address_v4::any());
    auto opened = UdpPair::open(m_loop, from, [this](const boost::asio::ip::udp::endpoint &sender) {
        if (const auto found = m_ids.find(sender); found != m_ids.end())
            m_seats.at(found->second).player->heard();
    });
    if (!opened) {
        m_state.observer.log(LogLevel::Warning,
                             "A viewer could not be served over UDP: " + opened.error().message + ".");
        return nullptr;
    }
    pair = std::move(*opened);
    return pair.get();
}

void RtpRooms::enter(std::uint64_t id, RtpPlayer &player)
{
    m_seats[id].player = &player;
}

void RtpRooms::leave(std::uint64_t id)
{
    static_cast<void>(stop(id));
    m_seats.erase(id);
}

RtpRooms::Key RtpRooms::keyOf(const RtpPlan &plan)
{
    Key key{plan.stream.get(), plan.udp != nullptr, {}};
    if (key.udp)
        return key;
    bool asMade = true;
    for (std::size_t track = 0; track < plan.tracks.size(); ++track) {
        const auto &transport = plan.tracks[track];
        key.channels.push_back(transport ? transport->rtp : -1);
        key.channels.push_back(transport ? transport->rtcp : -1);
        asMade = asMade && transport && transport->rtp == 2 * track && transport->rtcp == 2 * track + 1;
    }
    if (asMade)
        key.channels.clear();
    return key;
}

RtpRooms::Room &RtpRooms::roomFor(const RtpPlan &plan)
{
    const Key key = keyOf(plan);
    std::shared_ptr<Room> &room = m_rooms[key];
    if (!room) {
        room = std::make_shared<Room>(key, plan, m_loop);
        plan.stream->attach(m_worker);
    }
    return *room;
}

void RtpRooms::play(std::uint64_t id, const RtpPlan &plan, const Reply &reply)
{
    Room &room = roomFor(plan);
    Audience &audience = room.audience;
    audience.fetch();
    auto head = std::make_shared<const std::string>(
        reply(beginsIn(audience.newestBlocks(), room.key.channels, plan.tracks.size())));
    int descriptor = plan.descriptor;
    if (room.key.udp) {
        descriptor = ++room.lastWay;
        room.ways[descriptor] = {plan.udp, plan.targets};
        head = nullptr;
        for (const UdpTarget &target : plan.targets) {
            m_ids[target.rtp] = id;
            m_ids[target.rtcp] = id;
        }
    }
    Seat &seat = m_seats.at(id);
    seat.room = &room;
    seat.index = audience.add(id, descriptor, head, false, std::chrono::steady_clock::now());
    pushTo(id);
}

std::string RtpRooms::stop(std::uint64_t id)
{
    const auto found = m_seats.find(id);
    if (found == m_seats.end() || !found->second.room)
        return {};
    Seat &seat = found->second;
    Room &room = *std::exchange(seat.room, nullptr);
    Audience &audience = room.audience;
    std::string rest;
    if (room.key.udp) {
        room.ways.erase(audience.viewers()[seat.index].descriptor);
        std::erase_if(m_ids, [id](const auto &entry) { return entry.second == id; });
    } else {
        rest = audience.remainder(seat.index);
    }
    audience.remove(seat.index);
    if (seat.index < audience.viewers().size())
        m_seats.at(audience.viewers()[seat.index].id).index = seat.index;
    // The room may be in use by the caller's callers.
    if (audience.viewers().empty())
        boost::asio::post(m_loop, [this] { sweep(); });
    return rest;
}

/// Closes rooms that have become empty.
void RtpRooms::sweep()
{
    for (auto at = m_rooms.begin(); at != m_rooms.end();) {
        const Stream *const stream = at->first.stream;
        if (!at->second->audience.viewers().empty()) {
            ++at;
            continue;
        }
        const std::shared_ptr<Stream> kept = at->second->stream;
        at = m_rooms.erase(at);
        if (std::ranges::none_of(m_rooms, [&](const auto &room) { return room.first.stream == stream; }))
            kept->detach(m_worker);
    }
}

bool RtpRooms::say(std::uint64_t id, std::string text)
{
    Seat &seat = m_seats.at(id);
    Audience &audience = seat.room->audience;
    const Viewer &viewer = audience.viewers()[seat.index];
    if (viewer.prefix && viewer.prefix->parts.size() - viewer.prefix->next > maxWords)
        return false;
    const bool isBlocked = viewer.blocked;
    audience.interject(seat.index, std::make_shared<const std::string>(std::move(text)));
    if (!isBlocked)
        pushTo(id);
    return true;
}

void RtpRooms::writable(std::uint64_t id)
{
    if (const auto found = m_seats.find(id); found != m_seats.end() && found->second.room)
        pushTo(id);
}

/// Writes to one who plays.
void RtpRooms::pushTo(std::uint64_t id)
{
    const Seat &seat = m_seats.at(id);
    Audience &audience = seat.room->audience;
    const Audience::Outcome outcome = audience.push(seat.index, std::chrono::steady_clock::now());
    audience.account();
    settle(id, outcome);
}

RtpRooms::Totals RtpRooms::totals(std::uint64_t id) const
{
    const auto found = m_seats.find(id);
    if (found == m_seats.end() || !found->second.room)
        return {};
    const Viewer &viewer = found->second.room->audience.viewers()[found->second.index];
    return {viewer.bytes, viewer.skips, viewer.blocked, viewer.lastProgress};
}

void RtpRooms::serve(Stream &stream)
{
    stream.acknowledge(m_worker);
    for (const auto &[key, room] : m_rooms) {
        if (key.stream != &stream)
            continue;
        room->audience.fetch();
        push(*room);
    }
}

/// Writes to everybody who is not waiting for room.
void RtpRooms::push(Room &room)
{
    Audience &audience = room.audience;
    const auto now = std::chrono::steady_clock::now();
    // From the back: a viewer that leaves is replaced by the last one, which has had its turn.
    for (std::size_t i = audience.viewers().size(); i-- > 0;) {
        if (i >= audience.viewers().size() || audience.viewers()[i].blocked)
            continue;
        const std::uint64_t id = audience.viewers()[i].id;
        const Audience::Outcome outcome = audience.push(i, now);
        if (outcome != Audience::Outcome::CaughtUp)
            settle(id, outcome);
    }
    audience.account();
}

void RtpRooms::settle(std::uint64_t id, Audience::Outcome outcome)
{
    const Seat seat = m_seats.at(id);
    switch (outcome) {
    case Audience::Outcome::CaughtUp:
        break;
    case Audience::Outcome::Blocked:
        if (seat.room->key.udp)
            pushLater(*seat.room);
        else
            seat.player->awaitWritable();
        break;
    case Audience::Outcome::Gone:
        seat.player->ended("the viewer closed the connection");
        break;
    case Audience::Outcome::Finished:
        seat.player->ended(seat.room->audience.endReason());
        break;
    }
}

/// The next burst of those who have had one.
void RtpRooms::pushLater(Room &room)
{
    if (std::exchange(room.timerRuns, true))
        return;
    room.timer.expires_after(burstDistance);
    const auto kept = m_rooms.at(room.key);
    room.timer.async_wait([this, waiting = std::weak_ptr(kept)](const boost::system::error_code &error) {
        const auto there = waiting.lock();
        if (error || !there)
            return;
        there->timerRuns = false;
        pushWaiting(*there);
    });
}

void RtpRooms::pushWaiting(const Room &room)
{
    std::vector<std::uint64_t> waiting;
    for (const Viewer &viewer : room.audience.viewers()) {
        if (viewer.blocked)
            waiting.push_back(viewer.id);
    }
    for (const std::uint64_t id : waiting)
        writable(id);
}

void RtpRooms::drop(std::uint64_t id, const std::string &reason)
{
    if (const auto found = m_seats.find(id); found != m_seats.end())
        found->second.player->ended(reason);
}

void RtpRooms::report(std::vector<ViewerReport> &into) const
{
    for (const auto &[id, seat] : m_seats)
        into.push_back(seat.player->report());
}

void RtpRooms::clear()
{
    for (const auto &[key, room] : m_rooms)
        room->stream->detach(m_worker);
    m_rooms.clear();
    m_seats.clear();
}

} // namespace aspersor::serve
