// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/jpeg.h"
#include "core/serve/block.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace aspersor::serve {

/// A keyframe of a feed, and whose.
struct Picture {
    std::string feed;
    media::Ticks time = 0; ///< dts: no two of a feed have the same
    media::TrackDescription track;
    media::Packet packet;
};

using JpegPtr = std::shared_ptr<const Bytes>;

/// Makes JPEGs of keyframes, on one thread of its own for the whole server: neither a feed nor a viewer waits
/// for a decoder, and pictures cannot take more than one core. Thread-safe.
class Snapshots
{
public:
    /// Called on the maker's thread, or in request() itself.
    using Done = std::function<void(const Result<JpegPtr> &)>;
    static constexpr std::size_t maxQueue = 64;    ///< keyframes that wait
    static constexpr std::size_t maxWaiting = 256; ///< of those who wait for the same one
    static constexpr std::size_t maxCached = 64;   ///< pictures kept, each until its feed's next is made

    Snapshots() = default;
    Snapshots(const Snapshots &) = delete;
    Snapshots &operator=(const Snapshots &) = delete;
    ~Snapshots();

    enum class Which { This, Recent }; ///< Recent: another of the feed, made a moment ago, will do
    static constexpr std::chrono::milliseconds recent{100};

    /// False: too much is waiting already, and `done` is not called. A picture that was made before, or that
    /// somebody else waits for, is not made again.
    [[nodiscard]] bool request(Picture picture, const media::JpegOptions &options, Which which, Done done);
    /// Joins the thread; requests that wait are dropped, further ones refused.
    void stop();
    [[nodiscard]] std::uint64_t made() const; ///< pictures decoded and encoded so far

private:
    struct Key {
        std::string feed;
        media::Ticks time = 0;
        media::JpegOptions options;
        bool operator==(const Key &) const = default;
    };
    struct Job {
        Key key;
        Picture picture;
        std::vector<Done> waiting;
    };
    struct Cached {
        Key key;
        JpegPtr jpeg;
        std::chrono::steady_clock::time_point madeAt;
    };
    [[nodiscard]] JpegPtr cached(const Key &key, Which which) const; // m_mutex held
    void run();
    void remember(const Key &key, const JpegPtr &jpeg); // m_mutex held

    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Job> m_queue;   // guarded by m_mutex, as all below; the front is being made
    std::list<Cached> m_cache; // newest first
    std::uint64_t m_made = 0;
    bool m_stopping = false;
    std::jthread m_thread; // begins with the first request
};

} // namespace aspersor::serve
