// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"
#include "core/feed/upload.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace aspersor {

/// The door of one feed: other threads bring connections and orders, the feed's thread takes them and waits
/// here.
class FeedInbox
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::size_t maxQueued = 4; ///< segments that came while another is being read

    /// The order to end the feed, with what its publisher is told.
    struct Ending {
        FeedState state = FeedState::Ended;
        int status = 503;
        std::string reason;
    };
    enum class Offer { Accepted, Busy, Closed };
    enum class Wake { Ready, TimedOut, Woken, SinkReady };

    // Any thread.

    /// Judges whether a connection may publish now: one publisher at a time, whose next segments queue up;
    /// who has been silent for `takeoverAfter` gives way to a newcomer with the key or from the same address.
    /// Moves from `upload` when it is accepted.
    [[nodiscard]] Offer offer(Upload &upload, TimePoint now, std::chrono::milliseconds takeoverAfter);
    void end(Ending ending);
    /// Makes the feed's thread look around; its sinks' onIdle() runs.
    void nudge();

    // The feed's thread.

    /// Waits until `descriptor` (or -1) is readable, one of `sinks` is writable, somebody calls or `deadline`
    /// passes.
    [[nodiscard]] Wake wait(int descriptor, const std::vector<int> &sinks, TimePoint deadline);
    /// Whether end() or offer() was called since the last look: cheap.
    [[nodiscard]] bool attention() const { return m_attention.load(std::memory_order_acquire); }
    [[nodiscard]] std::optional<Ending> ending();
    [[nodiscard]] bool hasNext();
    /// Somebody stands in line who does not go on where the current connection ends, but replaces it.
    [[nodiscard]] bool takeoverPending();
    /// The next in line goes on where the last segment ended.
    [[nodiscard]] bool nextContinues();
    [[nodiscard]] std::optional<Upload> take();
    /// The current connection sent something.
    void heard(TimePoint now) { m_lastHeard.store(now, std::memory_order_relaxed); }
    [[nodiscard]] TimePoint lastHeard() const { return m_lastHeard.load(std::memory_order_relaxed); }
    /// Through with the current connection.
    void release();
    /// The feed is away: whoever comes next is welcome.
    void forgetPublisher();
    /// Closes the door unless somebody stands in it; false then.
    [[nodiscard]] bool closeIfEmpty();
    /// Closes the door and hands out who still stood in it.
    [[nodiscard]] std::deque<Upload> close();

private:
    net::Waker m_waker;
    std::atomic<bool> m_attention{false};
    std::atomic<TimePoint> m_lastHeard{TimePoint()};
    std::mutex m_mutex; // guards what follows
    std::deque<Upload> m_queue;
    std::optional<Ending> m_ending;
    Publisher m_publisher; // of the current connection or the last segment
    bool m_known = false;  // m_publisher means something
    bool m_busy = false;
    bool m_segmented = false;
    bool m_takeover = false;
    bool m_closed = false;
};

} // namespace aspersor
