// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedinbox.h"
#include "core/feed/feedinput.h"
#include "core/feed/feedmeter.h"
#include "core/feed/feedoptions.h"
#include "core/feed/sinklist.h"
#include "core/media/timeline.h"

#include <functional>
#include <mutex>
#include <thread>

namespace aspersor {

/// One feed, from its first connection until its grace time is over: a thread that pulls connection → body →
/// demuxer → timeline → sinks, and outlives the connections.
///
/// Everything public may be called from any thread. The thread waits in poll() only.
class FeedSession final : private FeedInput::Host
{
public:
    struct Callbacks {
        /// The state changed. On the feed's thread.
        std::function<void(const FeedStats &)> changed;
        /// The last thing that the feed's thread does: whoever owns the session may now destroy it, from
        /// another thread.
        std::function<void(FeedSession &)> over;
    };

    /// The thread starts at once and takes what is offered.
    FeedSession(QString name, const FeedOptions &options, std::vector<std::shared_ptr<PacketSink>> sinks,
                Callbacks callbacks);
    ~FeedSession() override; ///< ends the feed if it still lives, and joins

    [[nodiscard]] FeedInbox::Offer offer(Upload &upload, std::chrono::milliseconds takeoverAfter);
    /// Ends the feed within milliseconds; its publisher is told `reason`.
    void end(FeedState state, int status, std::string reason);
    void nudge() { m_inbox.nudge(); }
    /// A feed that nobody watches is read a few times a second instead of at every packet of the network:
    /// most of what a feed costs is waking up. Any thread.
    void setWatched(bool watched) { m_watched = watched; }
    void addGuests(int count) { m_guests += count; } ///< sinks that want every packet at once: a preview
    void setOptions(const FeedOptions &options);

    [[nodiscard]] const QString &name() const { return m_name; }
    [[nodiscard]] FeedStats stats() const;
    /// Packets have come: it is a feed and not just an attempt.
    [[nodiscard]] bool isAnnounced() const;
    [[nodiscard]] SinkList &sinks() { return m_sinks; }

private:
    void run();
    [[nodiscard]] std::optional<Upload> awaitUpload();
    void publish(Upload upload);
    void deliver(media::Packet packet);
    void describe(const media::StreamDescription &description);
    void setState(FeedState state);
    void finish();

    FeedInbox::Wake wait(int descriptor, FeedInbox::TimePoint deadline) override;
    void received(std::size_t bodyBytes, FeedInbox::TimePoint now) override;
    void publisherChanged(const Publisher &publisher) override;
    void broken() override;
    void log(const QString &text) override;
    [[nodiscard]] std::string summary(std::uint64_t uploadBytes) override;
    [[nodiscard]] std::chrono::milliseconds silenceTimeout() const override { return m_silence; }

    const QString m_name;
    const Callbacks m_callbacks;
    std::atomic<std::chrono::milliseconds> m_silence;
    std::atomic<std::chrono::milliseconds> m_grace;
    FeedInbox m_inbox;
    SinkList m_sinks;
    std::atomic<bool> m_watched = true;
    std::atomic<int> m_guests = 0;

    // The feed's thread.
    media::Timeline m_timeline;
    std::vector<bool> m_isVideo; // of each track
    std::vector<int> m_sinkDescriptors;
    FeedInbox::TimePoint m_awayAt;
    bool m_live = false;
    bool m_attempted = false;

    mutable std::mutex m_statsMutex; // guards what follows
    FeedStats m_stats;
    FeedMeter m_meter;
    bool m_announced = false;

    std::jthread m_thread; // last member: joins before the others go
};

} // namespace aspersor
