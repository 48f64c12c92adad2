// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace aspersor {

/// The places that an original ffserver has for feeds, and which feed has which. Our own ffserver needs none:
/// then nothing is limited, and a feed gets no lease.
///
/// Thread-safe. A feed that returns gets its former place as long as nobody else has it, so that its
/// addresses stay; newcomers get the place that was given away longest ago.
class FeedSlots
{
public:
    struct Slot {
        std::string name;  ///< "slot03"
        std::string path;  ///< "/slot03.ffm"
        bool sound = true; ///< an upload must have exactly these tracks, sound first
        bool picture = true;

        bool operator==(const Slot &) const = default;
    };
    /// While it lives, the place is taken.
    struct Lease {
        std::string feed;
        Slot slot;
        /// The newest time that was ever sent to the place, in microseconds: whoever comes next must begin
        /// later, because the original keeps what its feeds were. Never null.
        std::shared_ptr<std::atomic<std::int64_t>> newest;
    };
    using LeasePtr = std::shared_ptr<const Lease>;

    /// `pool`: any feed may have any place; otherwise each place is for the feed of its name. Leases of
    /// places that are still there stay good.
    void set(const std::vector<Slot> &places, bool pool);
    void clear(); ///< nothing is limited any more

    /// Null when nothing is limited. The same lease for a feed that has one. Error::LimitExceeded with a
    /// sentence for the feed's publisher.
    [[nodiscard]] Result<LeasePtr> take(const std::string &feed);
    /// False when the places were changed since.
    [[nodiscard]] bool isCurrent(const LeasePtr &lease) const;
    /// Grows when take() may have another answer for those who have a lease.
    [[nodiscard]] std::uint64_t generation() const;

    [[nodiscard]] bool isLimited() const;
    [[nodiscard]] std::optional<std::string> slotOf(const std::string &feed) const;
    [[nodiscard]] std::map<std::string, std::string> feedOfSlot() const; ///< those that are taken

private:
    struct Entry {
        Slot slot;
        std::shared_ptr<std::atomic<std::int64_t>> newest;
        std::string lastFeed; // who had it last, or has it
        std::weak_ptr<const Lease> lease;
        std::uint64_t takenAt = 0; // 0: never
    };
    mutable std::mutex m_mutex; // guards what follows
    std::vector<Entry> m_entries;
    bool m_limited = false;
    bool m_pool = true;
    std::uint64_t m_taken = 0;
    std::uint64_t m_generation = 0;
};

} // namespace aspersor
