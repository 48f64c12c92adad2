// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedmeter.h"

#include <algorithm>

namespace aspersor {

FeedMeter::FeedMeter(TimePoint start) : m_start(start), m_runStart(start) {}

std::int64_t FeedMeter::stepOf(TimePoint at) const
{
    return (at - m_start) / step;
}

FeedMeter::Bucket &FeedMeter::bucket(TimePoint now)
{
    const std::int64_t number = stepOf(now);
    Bucket &bucket = m_buckets[static_cast<std::size_t>(number) % steps];
    if (bucket.step != number)
        bucket = Bucket{number, 0, 0};
    return bucket;
}

void FeedMeter::addBytes(std::size_t count, TimePoint now)
{
    if (!m_running) {
        m_running = true;
        m_runStart = now;
        m_buckets.fill({});
    }
    bucket(now).bytes += count;
    m_totalBytes += count;
}

void FeedMeter::addPicture(TimePoint now)
{
    ++bucket(now).pictures;
}

FeedMeter::Bucket FeedMeter::sum(TimePoint now) const
{
    const std::int64_t newest = stepOf(now);
    Bucket total;
    for (const Bucket &one : m_buckets) {
        if (one.step > newest - static_cast<std::int64_t>(steps) && one.step <= newest && one.step >= 0) {
            total.bytes += one.bytes;
            total.pictures += one.pictures;
        }
    }
    return total;
}

double FeedMeter::secondsCovered(TimePoint now) const
{
    using Seconds = std::chrono::duration<double>;
    // The oldest bucket that counts began steps - 1 whole steps before the one that `now` lies in.
    const auto oldest = m_start + step * (stepOf(now) - static_cast<std::int64_t>(steps) + 1);
    return std::max(Seconds(now - std::max(oldest, m_runStart)), Seconds(0.5)).count();
}

std::int64_t FeedMeter::bitrateBps(TimePoint now) const
{
    return static_cast<std::int64_t>(static_cast<double>(sum(now).bytes) * 8 / secondsCovered(now));
}

double FeedMeter::fps(TimePoint now) const
{
    return static_cast<double>(sum(now).pictures) / secondsCovered(now);
}

std::chrono::milliseconds FeedMeter::uptime(TimePoint now) const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - m_start);
}

} // namespace aspersor
