// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace aspersor {

/// What one feed brings in: bits and pictures per second over the last 2 s, and totals.
///
/// Pure and not thread-safe; the caller passes the time, which must not run backwards.
class FeedMeter
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds window{2000};

    explicit FeedMeter(TimePoint start);

    void addBytes(std::size_t count, TimePoint now);
    void addPicture(TimePoint now);
    void addErrors(std::uint64_t count) { m_errors += count; }

    /// Over the window that ends at `now`; in the feed's first 2 s over the time since the first byte, at
    /// least 500 ms.
    [[nodiscard]] std::int64_t bitrateBps(TimePoint now) const;
    [[nodiscard]] double fps(TimePoint now) const;
    [[nodiscard]] std::uint64_t totalBytes() const { return m_totalBytes; }
    [[nodiscard]] std::uint64_t errors() const { return m_errors; }
    [[nodiscard]] std::chrono::milliseconds uptime(TimePoint now) const;

    /// The next byte begins the first 2 s anew: after an absence the rates are those of the new connection.
    void restart() { m_running = false; }

private:
    static constexpr std::chrono::milliseconds step{50};
    static constexpr std::size_t steps = static_cast<std::size_t>(window / step);
    struct Bucket {
        std::int64_t step = -1; // number since the meter's start
        std::uint64_t bytes = 0;
        std::uint64_t pictures = 0;
    };
    [[nodiscard]] std::int64_t stepOf(TimePoint at) const;
    [[nodiscard]] Bucket &bucket(TimePoint now);
    [[nodiscard]] Bucket sum(TimePoint now) const;
    [[nodiscard]] double secondsCovered(TimePoint now) const;

    TimePoint m_start;
    TimePoint m_runStart; // of the connection's first byte
    bool m_running = false;
    std::array<Bucket, steps> m_buckets;
    std::uint64_t m_totalBytes = 0;
    std::uint64_t m_errors = 0;
};

} // namespace aspersor
