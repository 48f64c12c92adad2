// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedoptions.h"
#include "core/feed/feedtypes.h"
#include "core/feed/packetsink.h"
#include "core/feed/sinklist.h"
#include "core/feed/upload.h"

#include <QHash>
#include <QObject>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace aspersor {

class FeedSession;

/// All feeds by name, and who may publish under one: one publisher a feed, kicked and banned names, how many
/// feeds.
///
/// Every function may be called from any thread and waits for no feed. Owns the feeds; ended ones are joined
/// by a thread of the registry.
class FeedRegistry final : public QObject
{
    Q_OBJECT

public:
    using Sinks = std::vector<std::shared_ptr<PacketSink>>;
    /// Makes the sinks of a feed that appears, or says why it may not. Called with the registry locked: it
    /// must not call back.
    using SinkFactory = std::function<tl::expected<Sinks, Refusal>(const QString &name)>;

    explicit FeedRegistry(const FeedOptions &options, SinkFactory makeSinks = {}, QObject *parent = nullptr);
    ~FeedRegistry() override; ///< ends and joins all feeds

    /// Hands a connection to the feed of that name, which appears if need be. `upload` is taken only when
    /// nothing is returned. 403: kicked or banned; 409: somebody publishes it; 503: too many feeds, or
    /// shutting down.
    [[nodiscard]] std::optional<Refusal> claim(const QString &name, Upload &upload);

    /// Ends a feed; its name is refused until letBackIn(). False when there is no such feed.
    bool kick(const QString &name);
    /// The same for a time; also a name that is not live.
    void ban(const QString &name, std::chrono::seconds duration);
    void letBackIn(const QString &name);
    /// Ends a feed regularly: its publisher may return at once, as a new feed.
    void endFeed(const QString &name);
    /// Ends all feeds and takes no more. Does not wait for them.
    void shutDown();

    /// Live, away and kicked feeds, sorted by name; `viewers` is not filled in.
    [[nodiscard]] FeedStatsList snapshot();
    /// Feeds and attempts to publish that have a thread now.
    [[nodiscard]] std::size_t sessionCount();

    /// False when there is no such feed or it has too many.
    bool addSink(const QString &name, std::shared_ptr<PacketSink> sink,
                 SinkList::Begin begin = SinkList::Begin::Now);
    void removeSink(const QString &name, const PacketSink *sink);
    /// Tells which feeds have viewers; nothing: that is not known, all are taken to be watched.
    void setViewers(const std::optional<QHash<QString, int>> &viewersOfFeed);
    /// Makes every feed run its sinks' onIdle() soon: when something outside changed that they wait for.
    void nudge();
    void setOptions(const FeedOptions &options);

signals:
    /// Emitted on the feed's thread, or that of the caller of kick(), ban(), letBackIn(). Ended: forget it.
    void feedChanged(const aspersor::FeedStats &feed);

private:
    using Clock = std::chrono::steady_clock;
    struct Exile {
        FeedStats stats;
        std::optional<Clock::time_point> until; // nothing: until let back in
    };
    [[nodiscard]] std::optional<Refusal> refusedByExile(const QString &name);
    void exile(const QString &name, std::optional<std::chrono::seconds> duration);
    void forgetExpiredBans(std::vector<FeedStats> &over);
    void retire(FeedSession &session);
    void reap(const std::stop_token &stop);
    FeedSession *find(const QString &name);

    const SinkFactory m_makeSinks;
    std::mutex m_mutex; // guards what follows
    FeedOptions m_options;
    std::map<QString, std::unique_ptr<FeedSession>> m_sessions;
    std::map<QString, Exile> m_exiles;
    std::vector<std::unique_ptr<FeedSession>> m_over; // to be joined
    bool m_shutDown = false;
    std::condition_variable_any m_somethingOver;
    std::jthread m_reaper; // last member
};

} // namespace aspersor
