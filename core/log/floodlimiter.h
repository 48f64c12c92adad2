// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <chrono>
#include <vector>

namespace aspersor {

/// Decides which lines of a talkative source are kept: a burst passes, then a steady rate.
///
/// Pure and not thread-safe; the caller passes the time. A source is a category with a feed, so one phone's
/// damaged stream does not silence the others. At most maxSources are remembered.
class FloodLimiter
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    struct Limits {
        double burst = 200;    ///< lines at once
        double perSecond = 20; ///< lines/s after that
        int maxSources = 256;
    };
    struct Source {
        QString category;
        QString feed;
        bool operator==(const Source &) const = default;
    };
    struct Suppressed {
        Source source;
        qint64 lines = 0;
    };

    FloodLimiter();
    explicit FloodLimiter(const Limits &limits);

    /// True when a line of this source may pass now; else it is counted.
    [[nodiscard]] bool admit(const Source &source, TimePoint now);
    /// What has been refused since the last call, one entry for each source.
    [[nodiscard]] std::vector<Suppressed> takeSuppressed();
    [[nodiscard]] bool hasSuppressed() const { return m_suppressing; }

private:
    struct Bucket {
        double lines = 0; // that may still pass at once
        TimePoint at;
        qint64 suppressed = 0;
    };
    void forgetSome(TimePoint now);

    Limits m_limits;
    QHash<Source, Bucket> m_buckets;
    Bucket m_others; // serves the sources for which there is no room
    bool m_suppressing = false;
};

[[nodiscard]] size_t qHash(const FloodLimiter::Source &source, size_t seed = 0);

} // namespace aspersor
