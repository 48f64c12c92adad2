// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedslots.h"

#include <algorithm>

namespace aspersor {

void FeedSlots::set(const std::vector<Slot> &places, bool pool)
{
    const std::lock_guard lock(m_mutex);
    const auto same = [](const Entry &entry, const Slot &slot) { return entry.slot == slot; };
    if (m_limited && m_pool == pool && std::ranges::equal(m_entries, places, same))
        return;
    std::vector<Entry> entries;
    for (const Slot &slot : places) {
        const auto known =
            std::ranges::find_if(m_entries, [&](const Entry &entry) { return entry.slot == slot; });
        entries.push_back(known != m_entries.end() && m_pool == pool
                              ? *known
                              : Entry{slot, std::make_shared<std::atomic<std::int64_t>>(0), {}, {}, 0});
    }
    m_entries = std::move(entries);
    m_limited = true;
    m_pool = pool;
    ++m_generation;
}

void FeedSlots::clear()
{
    const std::lock_guard lock(m_mutex);
    if (!m_limited)
        return;
    m_entries.clear();
    m_limited = false;
    ++m_generation;
}

Result<FeedSlots::LeasePtr> FeedSlots::take(const std::string &feed)
{
    const std::lock_guard lock(m_mutex);
    if (!m_limited)
        return LeasePtr();
    Entry *best = nullptr;
    for (Entry &entry : m_entries) {
        auto lease = entry.lease.lock();
        if (lease && lease->feed == feed)
            return lease;
        if (lease || (!m_pool && entry.slot.name != feed))
            continue;
        const auto rank = [&](const Entry &one) {
            return one.lastFeed == feed ? std::uint64_t(0) : one.takenAt + 1;
        };
        if (!best || rank(entry) < rank(*best))
            best = &entry;
    }
    if (!best && m_pool)
        return failure(Error::Kind::LimitExceeded,
                       "All " + std::to_string(m_entries.size()) +
                           " places for feeds of the original ffserver are taken.");
    if (!best) {
        std::string names;
        for (std::size_t i = 0; i < m_entries.size() && i < 20; ++i)
            names += (i > 0 ? ", " : "") + m_entries[i].slot.name;
        return failure(Error::Kind::LimitExceeded,
                       "The configuration of the original ffserver has no feed \"" + feed + "\", only " +
                           names + '.');
    }
    auto lease = std::make_shared<const Lease>(Lease{feed, best->slot, best->newest});
    best->lease = lease;
    best->lastFeed = feed;
    best->takenAt = ++m_taken;
    return lease;
}

bool FeedSlots::isCurrent(const LeasePtr &lease) const
{
    const std::lock_guard lock(m_mutex);
    return lease && std::ranges::any_of(m_entries, [&](const Entry &entry) {
               return !entry.lease.owner_before(lease) && !lease.owner_before(entry.lease);
           });
}

std::uint64_t FeedSlots::generation() const
{
    const std::lock_guard lock(m_mutex);
    return m_generation;
}

bool FeedSlots::isLimited() const
{
    const std::lock_guard lock(m_mutex);
    return m_limited;
}

std::optional<std::string> FeedSlots::slotOf(const std::string &feed) const
{
    const std::lock_guard lock(m_mutex);
    for (const Entry &entry : m_entries)
        if (const auto lease = entry.lease.lock(); lease && lease->feed == feed)
            return entry.slot.name;
    return std::nullopt;
}

std::map<std::string, std::string> FeedSlots::feedOfSlot() const
{
    std::map<std::string, std::string> result;
    const std::lock_guard lock(m_mutex);
    for (const Entry &entry : m_entries)
        if (const auto lease = entry.lease.lock())
            result.emplace(entry.slot.name, lease->feed);
    return result;
}

} // namespace aspersor
