// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/audience.h"
#include "core/serve/fanout.h"
#include "core/serve/feedregistry.h"
#include "core/serve/gathering.h"
#include "core/serve/multicaster.h"
#include "core/serve/rtprooms.h"
#include "core/serve/serverstate.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <unordered_map>
#include <utility>

namespace aspersor::serve {

/// A connection whose request has been judged and that becomes a viewer.
struct Admission {
    boost::asio::ip::tcp::socket socket;
    boost::asio::ip::tcp::endpoint peer;
    std::shared_ptr<Stream> stream; ///< this viewer already counts in its `viewers`
    bool chunked = false;           ///< the body is sent in chunks
    media::Ticks back = 0;          ///< how far in the past the viewer begins, as far as the ring reaches
    std::optional<std::chrono::milliseconds> maxTime = {}; ///< it is ended after this
    std::string requestLine;
    Booking<int> connection;
    Booking<int> viewer;
    Booking<std::int64_t> bandwidth;
};

/// Options of a connection that a stream is sent on.
void prepareForStreaming(int descriptor);

/// One event loop with its viewers.
///
/// Public functions may be called from any thread unless they say otherwise; all else happens on the loop's
/// thread. Asio waits for readiness; bytes are written by the Audience.
class Worker
{
public:
    Worker(std::size_t index, ServerState &state, FanOut &fanOut);
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;
    ~Worker();

    [[nodiscard]] boost::asio::io_context &loop() { return m_loop; }
    [[nodiscard]] ServerState &state() const { return m_state; }
    [[nodiscard]] FanOut &fanOut() const { return m_fanOut; }
    [[nodiscard]] FeedRegistry &feeds() const { return *m_feeds; } ///< after start()

    void start(FeedRegistry &feeds);
    void stop(); ///< joins; then no thread of this worker is left

    void adopt(net::Socket socket, Booking<int> connection, Protocol protocol);
    void wake(std::shared_ptr<Stream> stream);
    void multicast(); ///< see Multicaster::look(); of one worker only
    void drop(std::uint64_t viewerId, std::string reason);
    void report(std::function<void(std::vector<ViewerReport>)> done);

    /// The loop's thread only: the connection begins to watch.
    void admit(Admission admission);
    /// The loop's thread only.
    [[nodiscard]] RtpRooms &rtp() { return m_rtp; }

private:
    struct Seat { // what a viewer is beside its cursor
        Audience *audience = nullptr;
        std::size_t index = 0; // in the audience
        boost::asio::ip::tcp::socket socket;
        boost::asio::ip::tcp::endpoint peer;
        std::string requestLine; // empty without an access log
        std::chrono::steady_clock::time_point joined;
        std::uint32_t strayBytes = 0;                     // sent by the viewer after its request
        std::unique_ptr<boost::asio::steady_timer> limit; // null: it may watch for ever
        Booking<int> connection;
        Booking<int> viewer;
        Booking<std::int64_t> bandwidth;
    };

    /// The viewers of a stream, and when they are served next.
    struct Room {
        Room(std::shared_ptr<Stream> stream, boost::asio::io_context &loop)
            : audience(std::move(stream)), timer(loop)
        {
        }
        Audience audience;
        boost::asio::steady_timer timer;
        bool timerRuns = false;
        Gathering gathering;
        std::size_t left = 0; ///< viewers that still have their turn in the pass that is under way
        bool again = false;   ///< there is news since it began
    };

    void advance(const std::shared_ptr<Stream> &stream);
    void serve(const std::shared_ptr<Stream> &stream);
    void serveSome(const std::shared_ptr<Stream> &stream);
    [[nodiscard]] std::chrono::milliseconds gatheringTime() const;
    void settle(std::uint64_t id, Audience::Outcome outcome, const Audience &audience);
    void awaitWritable(std::uint64_t id);
    void awaitReadable(std::uint64_t id);
    void awaitLimit(std::uint64_t id, std::chrono::milliseconds time);
    void onReadable(std::uint64_t id);
    void leave(std::uint64_t id, const std::string &reason);
    void dismiss(std::uint64_t id, const std::string &reason); ///< leave(), then closeEmpty()
    void closeEmpty(Audience &audience);
    void watchForStalls();
    void dropStalled();
    [[nodiscard]] std::shared_ptr<const std::string> headFor(const Format &format, bool chunked);
    [[nodiscard]] static ViewerReport reportOf(const Seat &seat);

    const std::size_t m_index;
    ServerState &m_state;
    FanOut &m_fanOut;
    FeedRegistry *m_feeds = nullptr;
    boost::asio::io_context m_loop{1}; // before all that has handlers in it
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> m_work;
    boost::asio::steady_timer m_stallTimer;
    bool m_stallTimerRuns = false;
    RtpRooms m_rtp;
    std::unique_ptr<Multicaster> m_multicaster; // after start(); sends only where multicast() is called
    std::unordered_map<const Stream *, std::unique_ptr<Room>> m_rooms;
    std::unordered_map<std::uint64_t, Seat> m_seats; // by viewer's id
    std::map<std::pair<const Format *, bool>, std::shared_ptr<const std::string>> m_heads;
    std::jthread m_thread;
};

} // namespace aspersor::serve
