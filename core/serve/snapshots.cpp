// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/snapshots.h"

#include "core/media/avlog.h"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace aspersor::serve {

Snapshots::~Snapshots()
{
    stop();
}

bool Snapshots::request(Picture picture, const media::JpegOptions &options, Which which, Done done)
{
    JpegPtr ready;
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopping)
            return false;
        Key key{picture.feed, picture.time, options};
        if ((ready = cached(key, which))) {
            // as below, without the lock
        } else if (const auto job = std::ranges::find(m_queue, key, &Job::key); job != m_queue.end()) {
            if (job->waiting.size() >= maxWaiting)
                return false;
            job->waiting.push_back(std::move(done));
            return true;
        } else {
            if (m_queue.size() >= maxQueue)
                return false;
            m_queue.push_back({std::move(key), std::move(picture), {}});
            m_queue.back().waiting.push_back(std::move(done));
            if (!m_thread.joinable())
                m_thread = std::jthread([this] { run(); });
            m_wake.notify_one();
            return true;
        }
    }
    done(ready);
    return true;
}

void Snapshots::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        m_wake.notify_one();
    }
    if (m_thread.joinable())
        m_thread.join();
    m_queue.clear();
    m_cache.clear();
}

std::uint64_t Snapshots::made() const
{
    const std::lock_guard lock(m_mutex);
    return m_made;
}

JpegPtr Snapshots::cached(const Key &key, Which which) const
{
    const auto now = std::chrono::steady_clock::now();
    const auto found = std::ranges::find_if(m_cache, [&](const Cached &one) {
        return one.key == key || (which == Which::Recent && one.key.feed == key.feed &&
                                  one.key.options == key.options && now - one.madeAt < recent);
    });
    return found == m_cache.end() ? nullptr : found->jpeg;
}

void Snapshots::remember(const Key &key, const JpegPtr &jpeg)
{
    std::erase_if(m_cache, [&](const Cached &old) {
        return old.key.feed == key.feed && old.key.options == key.options;
    });
    m_cache.push_front({key, jpeg, std::chrono::steady_clock::now()});
    if (m_cache.size() > maxCached)
        m_cache.pop_back();
}

void Snapshots::run()
{
    static_cast<void>(::pthread_setname_np(::pthread_self(), "snapshots"));
    for (;;) {
        Key key;
        Picture picture;
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return m_stopping || !m_queue.empty(); });
            if (m_stopping)
                return;
            key = m_queue.front().key;
            picture = m_queue.front().picture;
        }
        const media::AvLogScope scope(key.feed);
        const auto made = media::jpegOf(picture.track, picture.packet, key.options);
        const Result<JpegPtr> jpeg =
            made.map([](const Bytes &bytes) { return std::make_shared<const Bytes>(bytes); });
        std::vector<Done> waiting;
        {
            const std::lock_guard lock(m_mutex);
            waiting = std::move(m_queue.front().waiting);
            m_queue.pop_front();
            ++m_made;
            if (jpeg)
                remember(key, *jpeg);
        }
        for (const Done &done : waiting)
            done(jpeg);
    }
}

} // namespace aspersor::serve
