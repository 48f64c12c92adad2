// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/outbox.h"

#include <algorithm>
#include <utility>

namespace aspersor::phone {

Outbox::Outbox(std::function<void()> wake, std::size_t limitBytes)
    : m_wake(std::move(wake)), m_limit(limitBytes)
{
}

void Outbox::push(Block block)
{
    {
        const std::lock_guard lock(m_mutex);
        const std::size_t size = block.bytes->size();
        if (block.startsSegment) {
            if (!m_online || m_bytes + size > m_limit)
                dropAll();
            m_waitForSegment = false;
        } else if (!m_waitForSegment && m_bytes + size > m_limit) {
            dropAll();
            m_waitForSegment = true;
        }
        if (m_waitForSegment) {
            m_dropped += size;
            return;
        }
        m_bytes += size;
        m_blocks.push_back(std::move(block));
    }
    m_wake();
}

void Outbox::finish()
{
    {
        const std::lock_guard lock(m_mutex);
        m_finished = true;
    }
    m_wake();
}

std::optional<Block> Outbox::take()
{
    const std::lock_guard lock(m_mutex);
    if (m_blocks.empty())
        return std::nullopt;
    Block block = std::move(m_blocks.front());
    m_blocks.pop_front();
    m_bytes -= block.bytes->size();
    return block;
}

bool Outbox::finished() const
{
    const std::lock_guard lock(m_mutex);
    return m_finished;
}

bool Outbox::drained() const
{
    const std::lock_guard lock(m_mutex);
    return m_finished && m_blocks.empty();
}

void Outbox::setOnline(bool online)
{
    const std::lock_guard lock(m_mutex);
    m_online = online;
    if (online)
        return;
    const auto newest =
        std::find_if(m_blocks.rbegin(), m_blocks.rend(), [](const Block &b) { return b.startsSegment; });
    if (newest == m_blocks.rend()) {
        dropAll();
        m_waitForSegment = true;
        return;
    }
    while (&m_blocks.front() != &*newest) {
        m_bytes -= m_blocks.front().bytes->size();
        m_dropped += m_blocks.front().bytes->size();
        m_blocks.pop_front();
    }
}

std::uint64_t Outbox::droppedBytes() const
{
    const std::lock_guard lock(m_mutex);
    return m_dropped;
}

void Outbox::dropAll()
{
    m_dropped += m_bytes;
    m_bytes = 0;
    m_blocks.clear();
}

} // namespace aspersor::phone
