// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/feedregistry.h"

#include <algorithm>
#include <iterator>

namespace aspersor::serve {

FeedRegistry::FeedRegistry(const FeedLimits &limits, std::size_t workers, StreamListener &listener,
                           Observer &observer, const PastStore *pasts)
    : m_limits(limits), m_workers(workers), m_listener(listener), m_observer(observer), m_pasts(pasts)
{
}

Result<std::shared_ptr<Feed>> FeedRegistry::claim(const std::string &name,
                                                  const std::shared_ptr<UploadTicket> &ticket,
                                                  Feed::TimePoint now, Manners manners)
{
    const std::lock_guard lock(m_mutex);
    std::shared_ptr<Feed> &feed = m_feeds[name];
    if (feed) {
        switch (feed->begin(ticket, now, manners)) {
        case Feed::Begin::Begun:
            return feed;
        case Feed::Begin::Taken:
            return failure(Error::Kind::Stopped, "another upload is on the air");
        case Feed::Begin::Ended:
            break;
        }
    }
    if (!feed && m_feeds.size() > maxFeeds) {
        m_feeds.erase(name);
        return failure(Error::Kind::LimitExceeded, "there are too many feeds");
    }
    feed = std::make_shared<Feed>(name, m_limits, m_workers, m_listener, m_observer, m_encoders,
                                  m_pasts ? m_pasts->find(name) : nullptr);
    static_cast<void>(feed->begin(ticket, now)); // a new one has not ended
    return feed;
}

std::shared_ptr<Feed> FeedRegistry::find(std::string_view name) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_feeds.find(name);
    return found == m_feeds.end() ? nullptr : found->second;
}

bool FeedRegistry::end(std::string_view name, const std::string &reason)
{
    std::shared_ptr<Feed> feed;
    {
        const std::lock_guard lock(m_mutex);
        const auto found = m_feeds.find(name);
        if (found == m_feeds.end())
            return false;
        feed = found->second;
        m_feeds.erase(found);
    }
    feed->end(reason);
    return true;
}

void FeedRegistry::endAll(const std::string &reason)
{
    for (const auto &feed : all())
        end(feed->name(), reason);
}

void FeedRegistry::tick(Feed::TimePoint now)
{
    m_encoders.tick();
    for (const auto &feed : all()) {
        if (feed->tick(now))
            continue;
        const std::lock_guard lock(m_mutex);
        const auto found = m_feeds.find(feed->name());
        if (found != m_feeds.end() && found->second == feed)
            m_feeds.erase(found);
    }
}

void FeedRegistry::setGrace(std::chrono::milliseconds grace)
{
    {
        const std::lock_guard lock(m_mutex);
        m_limits.grace = grace;
    }
    for (const auto &feed : all())
        feed->setGrace(grace);
}

void FeedRegistry::endChanged(const Config &config)
{
    for (const auto &feed : all())
        feed->endChanged(config);
}

std::vector<FeedReport> FeedRegistry::report() const
{
    std::vector<FeedReport> reports;
    for (const auto &feed : all())
        reports.push_back(feed->report());
    return reports;
}

std::vector<std::string> FeedRegistry::names() const
{
    std::vector<std::string> names;
    const std::lock_guard lock(m_mutex);
    std::ranges::transform(m_feeds, std::back_inserter(names), [](const auto &entry) { return entry.first; });
    return names;
}

std::vector<std::shared_ptr<Feed>> FeedRegistry::all() const
{
    std::vector<std::shared_ptr<Feed>> feeds;
    const std::lock_guard lock(m_mutex);
    std::ranges::transform(m_feeds, std::back_inserter(feeds),
                           [](const auto &entry) { return entry.second; });
    return feeds;
}

} // namespace aspersor::serve
