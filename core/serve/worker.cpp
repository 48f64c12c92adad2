// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/worker.h"

#include "core/serve/router.h"
#include "core/serve/rtspsession.h"
#include "core/serve/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds stallCheck{1};
constexpr std::uint32_t maxStrayBytes = 64 * 1024;
/// What the kernel may hold that has not been sent: more would only be older when it arrives.
constexpr int unsentBytes = 128 * 1024;

void setOption(int descriptor, int level, int name, int value)
{
    // An option that the system does not have costs comfort only.
    static_cast<void>(::setsockopt(descriptor, level, name, &value, sizeof value));
}

} // namespace

void prepareForStreaming(int descriptor)
{
    setOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
    setOption(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsentBytes);
    // A viewer that vanished without a word is noticed even while its feed is away: 15 s + 4 * 5 s.
    setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
    setOption(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, 15);
    setOption(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, 5);
    setOption(descriptor, IPPROTO_TCP, TCP_KEEPCNT, 4);
}

Worker::Worker(std::size_t index, ServerState &state, FanOut &fanOut)
    : m_index(index), m_state(state), m_fanOut(fanOut), m_work(m_loop.get_executor()), m_stallTimer(m_loop),
      m_rtp(index, m_loop, state)
{
}

Worker::~Worker()
{
    stop();
}

void Worker::start(FeedRegistry &feeds)
{
    m_feeds = &feeds;
    m_multicaster = std::make_unique<Multicaster>(m_loop, m_state, feeds, m_rtp);
    m_thread = std::jthread([this] {
        static_cast<void>(
            ::pthread_setname_np(::pthread_self(), ("viewers-" + std::to_string(m_index)).c_str()));
        m_loop.run();
    });
}

void Worker::stop()
{
    m_loop.stop();
    if (m_thread.joinable())
        m_thread.join();
    for (const auto &[stream, room] : m_rooms)
        room->audience.stream().detach(m_index);
    m_seats.clear();
    m_rooms.clear();
    m_multicaster.reset();
    m_rtp.clear();
}

void Worker::adopt(net::Socket socket, Booking<int> connection, Protocol protocol)
{
    asio::post(m_loop, [this, taken = std::move(socket), booked = std::move(connection), protocol]() mutable {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        if (::getsockname(taken.descriptor(), reinterpret_cast<sockaddr *>(&address), &length) != 0)
            return;
        tcp::socket owned(m_loop);
        boost::system::error_code error;
        owned.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), taken.descriptor(), error);
        if (error)
            return;
        static_cast<void>(taken.release());
        if (protocol == Protocol::Rtsp)
            std::make_shared<RtspSession>(*this, std::move(owned), std::move(booked))->start();
        else
            std::make_shared<Session>(*this, std::move(owned), std::move(booked))->start();
    });
}

void Worker::wake(std::shared_ptr<Stream> stream)
{
    asio::post(m_loop, [this, advanced = std::move(stream)] { advance(advanced); });
}

void Worker::multicast()
{
    asio::post(m_loop, [this] { m_multicaster->look(); });
}

void Worker::drop(std::uint64_t viewerId, std::string reason)
{
    asio::post(m_loop, [this, viewerId, why = std::move(reason)] {
        dismiss(viewerId, why);
        m_rtp.drop(viewerId, why);
    });
}

void Worker::report(std::function<void(std::vector<ViewerReport>)> done)
{
    asio::post(m_loop, [this, tell = std::move(done)] {
        std::vector<ViewerReport> viewers;
        viewers.reserve(m_seats.size());
        for (const auto &[id, seat] : m_seats)
            viewers.push_back(reportOf(seat));
        m_rtp.report(viewers);
        tell(std::move(viewers));
    });
}

ViewerReport Worker::reportOf(const Seat &seat)
{
    const Viewer &viewer = seat.audience->viewers()[seat.index];
    const Stream &stream = seat.audience->stream();
    return {viewer.id,
            stream.name(),
            peerName(seat.peer),
            viewer.bytes,
            viewer.skips + (stream.isReplay() ? static_cast<std::uint32_t>(stream.skips.load()) : 0),
            std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                  seat.joined)};
}

std::shared_ptr<const std::string> Worker::headFor(const Format &format, bool chunked)
{
    auto &head = m_heads[{&format, chunked}];
    if (!head)
        head = std::make_shared<const std::string>(streamHead(format, chunked));
    return head;
}

void Worker::admit(Admission admission)
{
    Stream &stream = *admission.stream;
    std::unique_ptr<Room> &room = m_rooms[&stream];
    if (!room) {
        room = std::make_unique<Room>(admission.stream, m_loop);
        stream.attach(m_index);
    }
    Audience *const audience = &room->audience;
    audience->fetch();
    const auto now = std::chrono::steady_clock::now();
    const std::uint64_t id = ++m_state.lastViewerId;
    const int descriptor = admission.socket.native_handle();
    prepareForStreaming(descriptor);
    const std::size_t index = audience->add(id, descriptor, headFor(stream.format(), admission.chunked),
                                            admission.chunked, now, admission.back);
    const auto seat = m_seats
                          .emplace(id, Seat{audience, index, std::move(admission.socket), admission.peer,
                                            std::move(admission.requestLine), now, 0, nullptr,
                                            std::move(admission.connection), std::move(admission.viewer),
                                            std::move(admission.bandwidth)})
                          .first;
    m_state.observer.viewerJoined(reportOf(seat->second));
    awaitReadable(id);
    if (admission.maxTime)
        awaitLimit(id, *admission.maxTime);
    const Audience::Outcome outcome = audience->push(index, now);
    audience->account();
    settle(id, outcome, *audience);
    closeEmpty(*audience);
    watchForStalls();
}

/// A write costs the kernel about the same whether it carries one picture or ten: the more viewers there are,
/// the longer output is gathered, up to the delay budget. Few viewers get everything at once.
std::chrono::milliseconds Worker::gatheringTime() const
{
    constexpr int few = 100;
    constexpr int many = 1000;
    const int viewers = std::clamp(m_state.viewers.load(std::memory_order_relaxed), few, many);
    return m_state.config()->delayBudget * (viewers - few) / (many - few);
}

void Worker::advance(const std::shared_ptr<Stream> &stream)
{
    if (stream->format().isRtp()) {
        m_rtp.serve(*stream);
        return;
    }
    const bool picture = stream->acknowledge(m_index);
    const auto found = m_rooms.find(stream.get());
    if (found == m_rooms.end())
        return;
    Room &room = *found->second;
    const auto now = std::chrono::steady_clock::now();
    const auto budget = gatheringTime();
    const auto due = budget.count() == 0 ? now : room.gathering.news(now, picture, budget);
    if (due <= now) {
        room.timer.cancel();
        serve(stream);
    } else if (due != room.timer.expiry() || !room.timerRuns) {
        room.timerRuns = true;
        room.timer.expires_at(due);
        room.timer.async_wait([this, stream](const boost::system::error_code &error) {
            if (!error)
                serve(stream);
        });
    }
}

/// Begins a pass over the stream's viewers, or has one follow that which is under way.
void Worker::serve(const std::shared_ptr<Stream> &stream)
{
    const auto found = m_rooms.find(stream.get());
    if (found == m_rooms.end())
        return;
    Room &room = *found->second;
    room.timerRuns = false;
    room.gathering.written(std::chrono::steady_clock::now());
    room.again = room.left > 0;
    if (room.again)
        return;
    room.audience.fetch();
    room.left = room.audience.viewers().size();
    serveSome(stream);
}

/// A part of a pass; then whoever else waits for this thread has a turn: a new viewer's first byte, say,
/// which would otherwise come after the writes to a thousand others.
void Worker::serveSome(const std::shared_ptr<Stream> &stream)
{
    constexpr std::size_t part = 64; // a millisecond of writes at most
    const auto found = m_rooms.find(stream.get());
    if (found == m_rooms.end())
        return;
    Room &room = *found->second;
    Audience &audience = room.audience;
    const auto now = std::chrono::steady_clock::now();
    // From the back: a viewer that leaves is replaced by the last one, which has had its turn.
    room.left = std::min(room.left, audience.viewers().size());
    for (const std::size_t end = room.left - std::min(room.left, part); room.left > end;) {
        const std::size_t i = --room.left;
        if (i >= audience.viewers().size())
            continue;
        const Viewer &viewer = audience.viewers()[i];
        if (viewer.blocked)
            continue;
        const std::uint64_t id = viewer.id;
        const Audience::Outcome outcome = audience.push(i, now);
        if (outcome != Audience::Outcome::CaughtUp)
            settle(id, outcome, audience);
    }
    audience.account();
    if (room.left > 0)
        asio::post(m_loop, [this, stream] { serveSome(stream); });
    else if (std::exchange(room.again, false))
        asio::post(m_loop, [this, stream] { serve(stream); });
    closeEmpty(audience);
}

void Worker::settle(std::uint64_t id, Audience::Outcome outcome, const Audience &audience)
{
    switch (outcome) {
    case Audience::Outcome::CaughtUp:
        break;
    case Audience::Outcome::Blocked:
        awaitWritable(id);
        break;
    case Audience::Outcome::Gone:
        leave(id, "the viewer closed the connection");
        break;
    case Audience::Outcome::Finished:
        leave(id, audience.endReason());
        break;
    }
}

void Worker::awaitWritable(std::uint64_t id)
{
    m_seats.at(id).socket.async_wait(tcp::socket::wait_write, [this, id](const boost::system::error_code &) {
        const auto found = m_seats.find(id);
        if (found == m_seats.end())
            return;
        Audience &audience = *found->second.audience;
        const auto outcome = audience.push(found->second.index, std::chrono::steady_clock::now());
        audience.account();
        settle(id, outcome, audience);
        closeEmpty(audience);
    });
}

void Worker::awaitReadable(std::uint64_t id)
{
    m_seats.at(id).socket.async_wait(tcp::socket::wait_read,
                                     [this, id](const boost::system::error_code &error) {
                                         if (!error)
                                             onReadable(id);
                                     });
}

void Worker::awaitLimit(std::uint64_t id, std::chrono::milliseconds time)
{
    Seat &seat = m_seats.at(id);
    seat.limit = std::make_unique<asio::steady_timer>(m_loop, time);
    seat.limit->async_wait([this, id](const boost::system::error_code &error) {
        const auto found = m_seats.find(id);
        if (error || found == m_seats.end())
            return;
        found->second.audience->endBody(found->second.index);
        dismiss(id, "its time is over");
    });
}

/// A viewer has nothing to say: bytes are thrown away, the end of them is the end of the viewer.
void Worker::onReadable(std::uint64_t id)
{
    const auto found = m_seats.find(id);
    if (found == m_seats.end())
        return;
    Seat &seat = found->second;
    std::array<char, 4096> stray; // NOLINT(cppcoreguidelines-pro-type-member-init): written by recv()
    const ssize_t got = ::recv(seat.socket.native_handle(), stray.data(), stray.size(), MSG_DONTWAIT);
    if (got > 0)
        seat.strayBytes += static_cast<std::uint32_t>(got);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        dismiss(id, "the viewer closed the connection");
    else if (seat.strayBytes > maxStrayBytes)
        dismiss(id, "the viewer kept sending");
    else
        awaitReadable(id);
}

/// An audience that becomes empty stays: closeEmpty() is for callers that are done with it.
void Worker::leave(std::uint64_t id, const std::string &reason)
{
    const auto found = m_seats.find(id);
    if (found == m_seats.end())
        return;
    const auto node = m_seats.extract(found);
    Seat &seat = node.mapped();
    const ViewerReport left = reportOf(seat);
    Audience &audience = *seat.audience;
    audience.remove(seat.index);
    if (seat.index < audience.viewers().size())
        m_seats.at(audience.viewers()[seat.index].id).index = seat.index;
    audience.stream().viewerLeft();
    m_state.observer.viewerLeft(left, reason);
    if (!seat.requestLine.empty())
        m_state.observer.accessed(
            {plainAddress(seat.peer.address()).to_string(), seat.requestLine, 200, left.bytes});
    // Bytes that are still unread would turn the close into a reset and cost the viewer the end.
    std::array<char, 4096> stray; // NOLINT(cppcoreguidelines-pro-type-member-init): written by recv()
    static_cast<void>(::shutdown(seat.socket.native_handle(), SHUT_WR));
    static_cast<void>(::recv(seat.socket.native_handle(), stray.data(), stray.size(), MSG_DONTWAIT));
}

void Worker::dismiss(std::uint64_t id, const std::string &reason)
{
    const auto found = m_seats.find(id);
    if (found == m_seats.end())
        return;
    Audience &audience = *found->second.audience;
    leave(id, reason);
    closeEmpty(audience);
}

void Worker::closeEmpty(Audience &audience)
{
    if (!audience.viewers().empty())
        return;
    audience.stream().detach(m_index);
    m_rooms.erase(&audience.stream());
}

void Worker::watchForStalls()
{
    if (m_stallTimerRuns || m_seats.empty())
        return;
    m_stallTimerRuns = true;
    m_stallTimer.expires_after(stallCheck);
    m_stallTimer.async_wait([this](const boost::system::error_code &error) {
        if (error)
            return;
        m_stallTimerRuns = false;
        dropStalled();
        watchForStalls();
    });
}

void Worker::dropStalled()
{
    const auto limit = std::chrono::steady_clock::now() - m_state.config()->viewerTimeout;
    std::vector<std::uint64_t> stalled;
    for (const auto &[stream, room] : m_rooms) {
        for (const Viewer &viewer : room->audience.viewers()) {
            if (viewer.blocked && viewer.lastProgress < limit)
                stalled.push_back(viewer.id);
        }
    }
    for (const std::uint64_t id : stalled)
        dismiss(id, "the viewer took nothing for too long");
}

} // namespace aspersor::serve
