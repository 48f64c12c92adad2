// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/socket.h"

#include <deque>
#include <functional>
#include <mutex>

namespace aspersor {

/// Work that other threads bring to a thread with an event loop: it watches descriptor() and calls run().
///
/// Closures pass under a mutex of ours and not as Qt events, because the thread sanitizer cannot see into
/// Debian's Qt. Outlives the thread that empties it (std::shared_ptr). Its length is bounded by those who
/// post: a call at a time from the owner, and the connections that feeds give back.
class Mailbox
{
public:
    using Work = std::function<void()>;

    /// Any thread. False when the box is closed: then `work` was not taken.
    [[nodiscard]] bool post(const Work &work);
    /// On the thread that empties the box.
    void run();
    void close(); ///< what is still in it is dropped
    [[nodiscard]] int descriptor() const { return m_waker.descriptor(); }

private:
    net::Waker m_waker;
    std::mutex m_mutex;
    std::deque<Work> m_work; // guarded by m_mutex
    bool m_closed = false;   // guarded by m_mutex
};

} // namespace aspersor
