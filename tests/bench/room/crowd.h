// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/socket.h"
#include "tests/bench/room/pusher.h"
#include "tests/bench/room/tswatch.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace aspersor::bench {

/// Viewers of MPEG-TS streams, all in the caller's thread, that look at every byte.
class Crowd
{
public:
    Crowd(std::uint16_t port, const SentTimes &sent);
    Crowd(const Crowd &) = delete;
    Crowd &operator=(const Crowd &) = delete;
    ~Crowd();

    /// One more viewer. False when it cannot connect.
    [[nodiscard]] bool join(const std::string &path);
    /// Reads until then (CLOCK_MONOTONIC).
    void watchUntil(std::int64_t ns);
    /// From now on delays count.
    void startMeasuring() { m_measuring = true; }

    struct Report {
        std::vector<double> delaysMs;    ///< one for each picture and viewer
        std::vector<double> firstByteMs; ///< from connect() to the body's first byte
        std::uint64_t missing = 0;       ///< pictures that were skipped or are out of order
        std::uint64_t continuityErrors = 0;
        std::size_t refused = 0; ///< answers other than 200, lost connections
    };
    [[nodiscard]] Report report() const;

private:
    struct Viewer;
    void read(Viewer &viewer);
    void take(Viewer &viewer, std::span<const std::uint8_t> bytes, std::int64_t now);
    void picture(Viewer &viewer, std::int64_t id, std::int64_t lastByteAt);

    const std::uint16_t m_port;
    const SentTimes &m_sent;
    net::Socket m_epoll;
    std::vector<std::unique_ptr<Viewer>> m_viewers;
    std::vector<std::uint8_t> m_buffer;
    bool m_measuring = false;
    Report m_report;
};

} // namespace aspersor::bench
