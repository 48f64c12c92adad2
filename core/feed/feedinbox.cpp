// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedinbox.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <utility>

namespace aspersor {

FeedInbox::Offer FeedInbox::offer(Upload &upload, TimePoint now, std::chrono::milliseconds takeoverAfter)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed || m_ending)
        return Offer::Closed;
    const bool sameAddress = m_known && upload.publisher.address == m_publisher.address;
    const bool continues = sameAddress && upload.segment && m_segmented && !m_takeover;
    const bool welcome = m_busy ? continues && m_queue.size() < maxQueued : !m_known || sameAddress;
    if (!welcome) {
        const bool silent = now - lastHeard() >= takeoverAfter;
        if (!silent || !(upload.publisher.hasKey || sameAddress) || !m_queue.empty())
            return Offer::Busy;
        m_takeover = true;
    }
    if (!m_busy || m_takeover) {
        m_publisher = upload.publisher;
        m_segmented = upload.segment;
        m_known = true;
    }
    if (!m_busy)
        heard(now);
    m_busy = true;
    m_queue.push_back(std::move(upload));
    m_attention.store(true, std::memory_order_release);
    m_waker.wake();
    return Offer::Accepted;
}

void FeedInbox::end(Ending ending)
{
    const std::lock_guard lock(m_mutex);
    if (m_closed || m_ending)
        return;
    m_ending = std::move(ending);
    m_attention.store(true, std::memory_order_release);
    m_waker.wake();
}

void FeedInbox::nudge()
{
    m_waker.wake();
}

FeedInbox::Wake FeedInbox::wait(int descriptor, const std::vector<int> &sinks, TimePoint deadline)
{
    using std::chrono::milliseconds;
    std::vector<pollfd> fds{{m_waker.descriptor(), POLLIN, 0}, {descriptor, POLLIN, 0}};
    for (const int sink : sinks)
        fds.push_back({sink, POLLOUT, 0});
    for (;;) {
        const auto left =
            std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        const int timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60 * 60 * 1000));
        const int ready = ::poll(fds.data(), static_cast<nfds_t>(fds.size()), timeout);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return Wake::Ready; // the read says why
        if (ready == 0 && left > 0)
            continue;
        if (ready == 0)
            return Wake::TimedOut;
        if (fds[0].revents != 0) {
            m_waker.clear();
            return Wake::Woken;
        }
        return fds[1].revents != 0 ? Wake::Ready : Wake::SinkReady;
    }
}

std::optional<FeedInbox::Ending> FeedInbox::ending()
{
    const std::lock_guard lock(m_mutex);
    return m_ending;
}

bool FeedInbox::hasNext()
{
    const std::lock_guard lock(m_mutex);
    return !m_queue.empty();
}

bool FeedInbox::takeoverPending()
{
    const std::lock_guard lock(m_mutex);
    return m_takeover;
}

bool FeedInbox::nextContinues()
{
    const std::lock_guard lock(m_mutex);
    return !m_queue.empty() && m_queue.front().segment && !m_takeover;
}

std::optional<Upload> FeedInbox::take()
{
    const std::lock_guard lock(m_mutex);
    m_attention.store(m_ending.has_value(), std::memory_order_release);
    if (m_queue.empty())
        return std::nullopt;
    Upload next = std::move(m_queue.front());
    m_queue.pop_front();
    m_takeover = false;
    m_publisher = next.publisher;
    m_segmented = next.segment;
    return next;
}

void FeedInbox::release()
{
    const std::lock_guard lock(m_mutex);
    m_busy = !m_queue.empty();
}

void FeedInbox::forgetPublisher()
{
    const std::lock_guard lock(m_mutex);
    if (!m_busy)
        m_known = false;
}

bool FeedInbox::closeIfEmpty()
{
    const std::lock_guard lock(m_mutex);
    if (m_queue.empty())
        m_closed = true;
    return m_closed;
}

std::deque<Upload> FeedInbox::close()
{
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    return std::exchange(m_queue, {});
}

} // namespace aspersor
