// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/feed.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace aspersor::serve {

/// The feeds that are live or away, by name. Thread-safe.
class FeedRegistry
{
public:
    static constexpr std::size_t maxFeeds = 1024;

    /// `pasts` may be null: then no feed keeps what it sent.
    FeedRegistry(const FeedLimits &limits, std::size_t workers, StreamListener &listener, Observer &observer,
                 const PastStore *pasts = nullptr);

    /// The feed of that name, new or known, with `ticket` as its upload. LimitExceeded: there are already too
    /// many; Stopped: another upload has it (see Manners).
    [[nodiscard]] Result<std::shared_ptr<Feed>> claim(const std::string &name,
                                                      const std::shared_ptr<UploadTicket> &ticket,
                                                      Feed::TimePoint now,
                                                      Manners manners = Manners::TakeOver);
    [[nodiscard]] std::shared_ptr<Feed> find(std::string_view name) const;
    /// False: there is no such feed.
    bool end(std::string_view name, const std::string &reason);
    void endAll(const std::string &reason);
    void tick(Feed::TimePoint now);
    void setGrace(std::chrono::milliseconds grace);
    void endChanged(const Config &config);                ///< see Feed
    [[nodiscard]] std::vector<FeedReport> report() const; ///< sorted by name
    [[nodiscard]] std::vector<std::string> names() const; ///< sorted

private:
    [[nodiscard]] std::vector<std::shared_ptr<Feed>> all() const;

    FeedLimits m_limits; // grace: guarded by m_mutex
    const std::size_t m_workers;
    StreamListener &m_listener;
    Observer &m_observer;
    EncoderPool m_encoders; // outlives the feeds
    const PastStore *const m_pasts;
    mutable std::mutex m_mutex;
    std::map<std::string, std::shared_ptr<Feed>, std::less<>> m_feeds; // guarded by m_mutex
};

} // namespace aspersor::serve
