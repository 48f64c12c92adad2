// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/mailbox.h"

#include <utility>

namespace aspersor {

bool Mailbox::post(const Work &work)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed)
        return false;
    m_work.push_back(work);
    m_waker.wake();
    return true;
}

void Mailbox::run()
{
    std::deque<Work> work;
    {
        const std::lock_guard lock(m_mutex);
        m_waker.clear();
        work.swap(m_work);
    }
    for (const Work &one : work)
        one();
}

void Mailbox::close()
{
    std::deque<Work> dropped; // destroyed without the lock
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    dropped.swap(m_work);
}

} // namespace aspersor
