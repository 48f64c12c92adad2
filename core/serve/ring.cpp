// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/ring.h"

#include <algorithm>
#include <utility>

namespace aspersor::serve {

void Ring::append(BlockPtr block)
{
    const std::lock_guard lock(m_mutex);
    if (m_ended)
        return;
    if (block->start)
        m_starts.push_back(m_first + m_blocks.size());
    m_bytes += block->data.size();
    m_blocks.push_back(std::move(block));
    trim();
}

void Ring::trim()
{
    // What stands before the last start may go once the rest spans the time to keep.
    const auto spare = [this](const Block &front) {
        return !m_starts.empty() && m_first < m_starts.back() &&
               m_blocks.back()->time - front.time > m_limits.minTime;
    };
    while (m_blocks.size() > 1 && (m_bytes > m_limits.maxBytes || spare(*m_blocks.front()))) {
        m_bytes -= m_blocks.front()->data.size();
        m_blocks.pop_front();
        if (!m_starts.empty() && m_starts.front() == m_first)
            m_starts.pop_front();
        ++m_first;
    }
}

void Ring::end(std::string reason)
{
    const std::lock_guard lock(m_mutex);
    if (!std::exchange(m_ended, true))
        m_reason = std::move(reason);
}

void Ring::setHeader(ChunkPtr header, std::uint32_t epoch)
{
    const std::lock_guard lock(m_mutex);
    m_header = std::move(header);
    m_epoch = epoch;
}

void Ring::fetch(std::uint64_t next, RingNews &news) const
{
    news.blocks.clear();
    const std::lock_guard lock(m_mutex);
    news.ringFirst = m_first;
    news.first = std::max(next, m_first);
    for (std::uint64_t at = news.first; at < m_first + m_blocks.size(); ++at)
        news.blocks.push_back(m_blocks[static_cast<std::size_t>(at - m_first)]);
    news.header = m_header;
    news.epoch = m_epoch;
    news.ended = m_ended;
    if (m_ended)
        news.reason = m_reason;
}

std::size_t Ring::bytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

std::size_t Ring::bytesFrom(std::uint64_t next) const
{
    const std::lock_guard lock(m_mutex);
    std::size_t bytes = 0;
    for (std::uint64_t at = m_first + m_blocks.size(); at > std::max(next, m_first); --at)
        bytes += m_blocks[static_cast<std::size_t>(at - 1 - m_first)]->data.size();
    return bytes;
}

std::int64_t Ring::bitsPerSecond() const
{
    const std::lock_guard lock(m_mutex);
    if (m_blocks.empty())
        return 0;
    const auto bytes = static_cast<std::int64_t>(m_bytes - m_blocks.back()->data.size());
    // A keyframe alone says little about the rate.
    const media::Ticks span = std::max(m_blocks.back()->time - m_blocks.front()->time, media::ticksPerSecond);
    return bytes * 8 * media::ticksPerSecond / span;
}

} // namespace aspersor::serve
