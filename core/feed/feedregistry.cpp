// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedregistry.h"

#include "core/feed/feedcategory.h"
#include "core/feed/feedsession.h"

#include <algorithm>

namespace aspersor {

Q_LOGGING_CATEGORY(lcFeed, "aspersor.feed")

namespace {

constexpr const char *kickedReason = "The operator has ended this feed.";

qint64 secondsUntil(std::chrono::steady_clock::time_point then)
{
    const auto left = std::chrono::ceil<std::chrono::seconds>(then - std::chrono::steady_clock::now());
    return std::max<qint64>(left.count(), 1);
}

} // namespace

FeedRegistry::FeedRegistry(const FeedOptions &options, SinkFactory makeSinks, QObject *parent)
    : QObject(parent), m_makeSinks(std::move(makeSinks)), m_options(options),
      m_reaper([this](const std::stop_token &stop) { reap(stop); })
{
    qRegisterMetaType<FeedStats>();
}

FeedRegistry::~FeedRegistry()
{
    shutDown();
    std::map<QString, std::unique_ptr<FeedSession>> sessions;
    {
        const std::lock_guard lock(m_mutex);
        sessions.swap(m_sessions);
    }
    sessions.clear(); // joins
    m_reaper.request_stop();
    m_reaper.join();
}

std::optional<Refusal> FeedRegistry::claim(const QString &name, Upload &upload)
{
    const std::lock_guard lock(m_mutex);
    if (m_shutDown)
        return Refusal{503, "The control room is shutting down.", 5};
    if (auto refusal = refusedByExile(name))
        return refusal;
    if (FeedSession *session = find(name)) {
        switch (session->offer(upload, m_options.takeoverAfter)) {
        case FeedInbox::Offer::Accepted:
            return std::nullopt;
        case FeedInbox::Offer::Busy: {
            const auto wait = std::chrono::ceil<std::chrono::seconds>(m_options.takeoverAfter).count();
            return Refusal{409, "Another connection is publishing this feed.",
                           static_cast<int>(std::max(wait, 1L))};
        }
        case FeedInbox::Offer::Closed: // it ends just now: a new one takes its place
            m_over.push_back(std::move(m_sessions.extract(name).mapped()));
            m_somethingOver.notify_one();
            break;
        }
    }
    if (m_sessions.size() >= m_options.maxFeeds)
        return Refusal{503, "There are " + std::to_string(m_options.maxFeeds) + " feeds already.", 10};
    auto sinks = m_makeSinks ? m_makeSinks(name) : tl::expected<Sinks, Refusal>();
    if (!sinks)
        return sinks.error();
    auto session = std::make_unique<FeedSession>(
        name, m_options, std::move(*sinks),
        FeedSession::Callbacks{[this](const FeedStats &stats) { emit feedChanged(stats); },
                               [this](FeedSession &over) { retire(over); }});
    const auto offered = session->offer(upload, m_options.takeoverAfter);
    m_sessions[name] = std::move(session);
    return offered == FeedInbox::Offer::Accepted
               ? std::nullopt
               : std::optional(Refusal{503, "The feed could not be started.", 1});
}

FeedSession *FeedRegistry::find(const QString &name)
{
    const auto found = m_sessions.find(name);
    return found == m_sessions.end() ? nullptr : found->second.get();
}

std::optional<Refusal> FeedRegistry::refusedByExile(const QString &name)
{
    const auto found = m_exiles.find(name);
    if (found == m_exiles.end())
        return std::nullopt;
    if (const auto until = found->second.until) {
        if (*until <= Clock::now()) {
            m_exiles.erase(found);
            return std::nullopt;
        }
        const auto seconds = secondsUntil(*until);
        return Refusal{403,
                       "The operator has banned this feed for another " + std::to_string(seconds) + " s.",
                       static_cast<int>(std::min<qint64>(seconds, 86'400))};
    }
    return Refusal{403, kickedReason, 0};
}

bool FeedRegistry::kick(const QString &name)
{
    {
        const std::lock_guard lock(m_mutex);
        if (!find(name) && !m_exiles.contains(name))
            return false;
    }
    exile(name, std::nullopt);
    return true;
}

void FeedRegistry::ban(const QString &name, std::chrono::seconds duration)
{
    exile(name, duration);
}

void FeedRegistry::exile(const QString &name, std::optional<std::chrono::seconds> duration)
{
    FeedStats stats;
    bool announced = false;
    {
        const std::lock_guard lock(m_mutex);
        Exile &entry = m_exiles[name];
        entry.until = duration ? std::optional(Clock::now() + *duration) : std::nullopt;
        if (FeedSession *session = find(name)) {
            entry.stats = session->stats();
            session->end(FeedState::Kicked, 403, kickedReason);
            announced = true; // by the session's own last word
        }
        entry.stats.name = name;
        entry.stats.state = FeedState::Kicked;
        entry.stats.fps = 0;
        entry.stats.bitrateBps = 0;
        entry.stats.banSecondsLeft = duration ? std::max<qint64>(duration->count(), 1) : 0;
        stats = entry.stats;
    }
    if (!announced)
        emit feedChanged(stats);
}

void FeedRegistry::letBackIn(const QString &name)
{
    FeedStats stats;
    {
        const std::lock_guard lock(m_mutex);
        auto entry = m_exiles.extract(name);
        if (entry.empty())
            return;
        stats = entry.mapped().stats;
    }
    qCInfo(lcFeed).noquote().nospace() << name << ": let back in";
    stats.state = FeedState::Ended;
    stats.banSecondsLeft = 0;
    emit feedChanged(stats);
}

void FeedRegistry::endFeed(const QString &name)
{
    const std::lock_guard lock(m_mutex);
    if (FeedSession *session = find(name))
        session->end(FeedState::Ended, 503, "The operator has ended this feed for now.");
}

void FeedRegistry::shutDown()
{
    const std::lock_guard lock(m_mutex);
    m_shutDown = true;
    for (const auto &[name, session] : m_sessions)
        session->end(FeedState::Ended, 503, "The control room is shutting down.");
}

void FeedRegistry::forgetExpiredBans(std::vector<FeedStats> &over)
{
    for (auto entry = m_exiles.begin(); entry != m_exiles.end();) {
        if (entry->second.until && *entry->second.until <= Clock::now()) {
            entry->second.stats.state = FeedState::Ended;
            entry->second.stats.banSecondsLeft = 0;
            over.push_back(entry->second.stats);
            entry = m_exiles.erase(entry);
        } else {
            ++entry;
        }
    }
}

FeedStatsList FeedRegistry::snapshot()
{
    FeedStatsList list;
    std::vector<FeedStats> over;
    {
        const std::lock_guard lock(m_mutex);
        forgetExpiredBans(over);
        for (const auto &[name, session] : m_sessions)
            if (session->isAnnounced() && !m_exiles.contains(name))
                list.append(session->stats());
        for (const auto &[name, entry] : m_exiles) {
            list.append(entry.stats);
            list.back().banSecondsLeft = entry.until ? secondsUntil(*entry.until) : 0;
        }
    }
    for (const FeedStats &stats : over)
        emit feedChanged(stats);
    std::sort(list.begin(), list.end(),
              [](const FeedStats &a, const FeedStats &b) { return a.name < b.name; });
    return list;
}

std::size_t FeedRegistry::sessionCount()
{
    const std::lock_guard lock(m_mutex);
    return m_sessions.size() + m_over.size();
}

bool FeedRegistry::addSink(const QString &name, std::shared_ptr<PacketSink> sink, SinkList::Begin begin)
{
    const std::lock_guard lock(m_mutex);
    FeedSession *session = find(name);
    if (!session || !session->sinks().add(std::move(sink), begin))
        return false;
    session->addGuests(1);
    session->nudge();
    return true;
}

void FeedRegistry::removeSink(const QString &name, const PacketSink *sink)
{
    const std::lock_guard lock(m_mutex);
    if (FeedSession *session = find(name)) {
        if (session->sinks().remove(sink))
            session->addGuests(-1);
        session->nudge();
    }
}

void FeedRegistry::setViewers(const std::optional<QHash<QString, int>> &viewersOfFeed)
{
    const std::lock_guard lock(m_mutex);
    for (const auto &[name, session] : m_sessions)
        session->setWatched(!viewersOfFeed || viewersOfFeed->value(name, 0) > 0);
}

void FeedRegistry::nudge()
{
    const std::lock_guard lock(m_mutex);
    for (const auto &[name, session] : m_sessions)
        session->nudge();
}

void FeedRegistry::setOptions(const FeedOptions &options)
{
    const std::lock_guard lock(m_mutex);
    m_options = options;
    for (const auto &[name, session] : m_sessions)
        session->setOptions(options);
}

/// On the session's own thread, as its last act: it cannot be joined here.
void FeedRegistry::retire(FeedSession &session)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_sessions.find(session.name());
    if (found == m_sessions.end() || found->second.get() != &session)
        return; // somebody is joining it already
    m_over.push_back(std::move(found->second));
    m_sessions.erase(found);
    m_somethingOver.notify_one();
}

void FeedRegistry::reap(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    while (m_somethingOver.wait(lock, stop, [this] { return !m_over.empty(); }) || !m_over.empty()) {
        auto over = std::exchange(m_over, {});
        lock.unlock();
        over.clear(); // joins
        lock.lock();
    }
}

} // namespace aspersor
