// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/socket.h"
#include "tests/bench/fanout/pacedclip.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace aspersor::bench {

/// When each picture of each feed was written: the one side writes, the other reads, without a lock.
class SentTimes
{
public:
    SentTimes(std::size_t feeds, std::size_t pictures);

    /// What stands in a picture's marker.
    [[nodiscard]] static std::int64_t idOf(std::size_t feed, std::size_t picture);
    void set(std::size_t feed, std::size_t picture, std::int64_t ns);
    /// CLOCK_MONOTONIC in ns; 0: not sent (or not an id of ours).
    [[nodiscard]] std::int64_t at(std::int64_t id) const;
    [[nodiscard]] static std::size_t pictureOf(std::int64_t id);

private:
    std::size_t m_pictures;
    std::vector<std::atomic<std::int64_t>> m_times;
};

/// Phones: push a clip as N feeds, each picture and sound frame one chunk, written the moment it is due; or
/// each `segment` one chunk, as the phone app does.
class Pusher
{
public:
    /// Feeds are called "bench1" and so on. The clip and `sent` must outlive it.
    Pusher(std::uint16_t port, PacedClip &clip, std::size_t feeds, SentTimes &sent,
           std::chrono::nanoseconds segment = {});
    ~Pusher(); ///< stops at once, without the last chunk
    Pusher(const Pusher &) = delete;
    Pusher &operator=(const Pusher &) = delete;

    [[nodiscard]] bool failed() const { return m_failed; }
    [[nodiscard]] bool finished() const { return m_finished; }

private:
    void run(const std::stop_token &stop);
    void runSegments(const std::stop_token &stop);
    [[nodiscard]] bool sendChunk(std::size_t feed, std::span<const std::uint8_t> bytes);

    PacedClip &m_clip;
    SentTimes &m_sent;
    std::chrono::nanoseconds m_segment;
    std::vector<net::Socket> m_sockets;
    std::atomic<bool> m_failed{false};
    std::atomic<bool> m_finished{false};
    std::jthread m_thread;
};

/// The pieces of a clip that a phone sends together: those of each `segment`, due when the last of them is.
struct Segment {
    std::vector<std::uint8_t> bytes;
    std::int64_t dueNs = 0;
};
[[nodiscard]] std::vector<Segment> segmentsOf(PacedClip &clip, std::chrono::nanoseconds segment);

/// A blocking connection to a port of the loopback, TCP_NODELAY set; closed when it fails.
[[nodiscard]] net::Socket connectTo(std::uint16_t port);
/// False when the peer is gone.
[[nodiscard]] bool sendAll(int descriptor, std::initializer_list<std::span<const std::uint8_t>> parts);
[[nodiscard]] std::span<const std::uint8_t> bytesOf(std::string_view text);
void sleepUntil(std::int64_t ns); ///< CLOCK_MONOTONIC

} // namespace aspersor::bench
