// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/demuxer.h"
#include "core/media/filesource.h"
#include "core/media/timeline.h"
#include "core/net/socket.h"
#include "core/serve/feed.h"
#include "core/serve/past.h"
#include "core/serve/stream.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace aspersor::serve {

/// What one viewer is to see that is not, or not yet, live.
struct ReplayOrder {
    std::string name;                ///< of the stream
    StreamSpec spec = {};            ///< what it is made by
    std::shared_ptr<Past> past = {}; ///< the past of a feed; null: the recording that `spec` names
    std::int64_t fromMs = 0;         ///< of `past`: when it begins, ms since 1970
    bool paced = false;              ///< at the speed of the pictures; else as fast as the viewer takes it
    bool loop = false;               ///< begins again at its end
    std::chrono::milliseconds grace{30'000}; ///< how long to wait for a feed that is away
};

/// One viewer's own stream of a recording or of a feed's past: a thread that reads, muxes into a ring of its
/// own and waits when the viewer is too far behind. The viewer itself sits on a worker, as those of live
/// streams do.
class Replay
{
public:
    using Ready = std::function<void(tl::expected<std::shared_ptr<Stream>, OpenError>)>;

    /// `ready` is called once, on the replay's thread: with the stream, in whose count the viewer is already.
    /// Nothing is written before the viewer has been admitted to it.
    Replay(ReplayOrder order, std::size_t workers, StreamListener &listener, Observer &observer, Ready ready);
    Replay(const Replay &) = delete;
    Replay &operator=(const Replay &) = delete;
    ~Replay(); ///< ends the stream and joins

    [[nodiscard]] bool done() const { return m_done; }
    /// What its viewer watches; nothing while nobody does. `feed`: "" for a recording.
    struct Watched {
        std::string feed;
        StreamReport stream;
    };
    [[nodiscard]] std::optional<Watched> watched() const;

private:
    void run();
    void play();
    [[nodiscard]] tl::expected<void, OpenError> open();
    [[nodiscard]] tl::expected<std::shared_ptr<Stream>, OpenError> prepare();
    /// True: go on; false: the viewer has gone, or the server stops.
    [[nodiscard]] bool goesOn() const;
    void waitFor(std::chrono::milliseconds time);
    [[nodiscard]] Result<bool> waitForNews();
    [[nodiscard]] bool waitUntilDue(media::Ticks time);
    [[nodiscard]] bool waitForViewer();
    void place(media::Packet &packet);

    const ReplayOrder m_order;
    const std::size_t m_workers;
    StreamListener &m_listener;
    Observer &m_observer;
    Ready m_ready;
    const std::shared_ptr<net::Waker> m_waker = std::make_shared<net::Waker>();
    std::atomic<bool> m_stopping = false;
    std::atomic<bool> m_playing = false; // m_stream is there, and stays
    std::atomic<bool> m_done = false;
    std::string m_ending = "the recording is over"; // why the stream ended
    // the thread's:
    media::Recording m_recording; // of a file
    std::unique_ptr<media::Demuxer> m_pastDemuxer;
    media::Demuxer *m_demuxer = nullptr;
    std::optional<media::Packet> m_packet; // read and not yet written
    std::shared_ptr<Stream> m_stream;
    media::Timeline m_timeline;
    media::Ticks m_firstRaw = media::noTicks; // of this lap
    media::Ticks m_played = 0;                // of this lap, by its own timestamps
    media::Timeline::TimePoint m_clock{};     // media time, for the timeline
    media::Ticks m_firstPlaced = media::noTicks;
    std::chrono::steady_clock::time_point m_begun{};
    bool m_lastLook = false; // the feed has ended, and this was seen before
    std::jthread m_thread;   // last
};

/// All replays that run. Thread-safe.
class Replays
{
public:
    static constexpr std::size_t maxReplays = 64; ///< each has a thread

    Replays(std::size_t workers, StreamListener &listener, Observer &observer);
    /// False: there are too many.
    [[nodiscard]] bool begin(ReplayOrder order, Replay::Ready ready);
    void reap(); ///< joins those that are done
    /// Adds the viewers of the past to their feeds' reports, which are sorted by name. A feed that is not on
    /// the air any more is among them for as long as it has some.
    void addTo(std::vector<FeedReport> &feeds) const;
    void stop(); ///< ends and joins all; no more begin

private:
    const std::size_t m_workers;
    StreamListener &m_listener;
    Observer &m_observer;
    mutable std::mutex m_mutex;
    bool m_stopped = false;                       // guarded by m_mutex
    std::list<std::unique_ptr<Replay>> m_running; // guarded by m_mutex
};

} // namespace aspersor::serve
