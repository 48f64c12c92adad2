// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"

#include <QHash>
#include <chrono>

namespace aspersor {

/// Makes the list that the operator sees: the registry's snapshot, with viewers, and with feeds that have
/// just ended. Pure: the caller passes the time.
class FeedBoard
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit FeedBoard(std::chrono::milliseconds keepEnded) : m_keepEnded(keepEnded) {}

    /// A change of state, as the registry tells it.
    void onChange(const FeedStats &feed, TimePoint now);
    /// Sorted by name.
    [[nodiscard]] FeedStatsList list(FeedStatsList snapshot, const QHash<QString, int> &viewersOfFeed,
                                     TimePoint now);

private:
    struct Ended {
        FeedStats stats;
        TimePoint until;
    };
    std::chrono::milliseconds m_keepEnded;
    QHash<QString, Ended> m_ended; // at most mostEnded
};

} // namespace aspersor
