// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/floodlimiter.h"

#include <algorithm>

namespace aspersor {

size_t qHash(const FloodLimiter::Source &source, size_t seed)
{
    return qHashMulti(seed, source.category, source.feed);
}

FloodLimiter::FloodLimiter() : FloodLimiter(Limits()) {}

FloodLimiter::FloodLimiter(const Limits &limits) : m_limits(limits)
{
    m_others.lines = m_limits.burst;
}

bool FloodLimiter::admit(const Source &source, TimePoint now)
{
    auto found = m_buckets.find(source);
    if (found == m_buckets.end()) {
        if (m_buckets.size() >= m_limits.maxSources)
            forgetSome(now);
        if (m_buckets.size() < m_limits.maxSources)
            found = m_buckets.insert(source, {m_limits.burst, now, 0});
    }
    Bucket &bucket = found == m_buckets.end() ? m_others : *found;
    const double seconds = std::chrono::duration<double>(now - bucket.at).count();
    bucket.at = now;
    bucket.lines = std::min(m_limits.burst, bucket.lines + std::max(0.0, seconds) * m_limits.perSecond);
    if (bucket.lines >= 1) {
        bucket.lines -= 1;
        return true;
    }
    ++bucket.suppressed;
    m_suppressing = true;
    return false;
}

std::vector<FloodLimiter::Suppressed> FloodLimiter::takeSuppressed()
{
    std::vector<Suppressed> all;
    if (!m_suppressing)
        return all;
    m_suppressing = false;
    for (auto bucket = m_buckets.begin(); bucket != m_buckets.end(); ++bucket) {
        if (bucket->suppressed > 0)
            all.push_back({bucket.key(), bucket->suppressed});
        bucket->suppressed = 0;
    }
    if (m_others.suppressed > 0)
        all.push_back({{QStringLiteral("log"), {}}, m_others.suppressed});
    m_others.suppressed = 0;
    return all;
}

void FloodLimiter::forgetSome(TimePoint now)
{
    // A bucket that has had the time to fill up again says nothing that a new one would not.
    const std::chrono::duration<double> toFill(m_limits.burst / m_limits.perSecond);
    m_buckets.removeIf([&](const QHash<Source, Bucket>::iterator &bucket) {
        return bucket->suppressed == 0 && now - bucket->at >= toFill;
    });
}

} // namespace aspersor
