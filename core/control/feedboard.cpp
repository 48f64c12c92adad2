// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/control/feedboard.h"

#include <algorithm>

namespace aspersor {

namespace {

constexpr qsizetype mostEnded = 256; // feeds may come and go faster than they are forgotten

} // namespace

void FeedBoard::onChange(const FeedStats &feed, TimePoint now)
{
    if (feed.state != FeedState::Ended) {
        m_ended.remove(feed.name);
        return;
    }
    if (m_ended.size() >= mostEnded && !m_ended.contains(feed.name))
        return;
    Ended ended{feed, now + m_keepEnded};
    ended.stats.fps = 0;
    ended.stats.bitrateBps = 0;
    ended.stats.viewers = 0;
    m_ended.insert(feed.name, ended);
}

FeedStatsList FeedBoard::list(FeedStatsList snapshot, const QHash<QString, int> &viewersOfFeed, TimePoint now)
{
    for (FeedStats &feed : snapshot) {
        feed.viewers = viewersOfFeed.value(feed.name, 0);
        m_ended.remove(feed.name); // it is back
    }
    m_ended.removeIf([&](const QHash<QString, Ended>::iterator &ended) { return ended->until <= now; });
    for (const Ended &ended : std::as_const(m_ended))
        snapshot.append(ended.stats);
    std::sort(snapshot.begin(), snapshot.end(),
              [](const FeedStats &a, const FeedStats &b) { return a.name < b.name; });
    return snapshot;
}

} // namespace aspersor
