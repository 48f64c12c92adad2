// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/floodlimiter.h"
#include "core/log/log.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace aspersor {

/// The part of a Log that other threads may hold for longer than the Log lives: queues, limiter, writer
/// thread. Thread-safe.
class Log::Channel
{
public:
    Channel(Log &owner, const Options &options);
    ~Channel();
    Channel(const Channel &) = delete;
    Channel &operator=(const Channel &) = delete;

    void write(LogEntry entry);
    /// The owner goes: nothing is announced any more; writes what is queued and ends the thread.
    void close();
    [[nodiscard]] std::vector<LogEntry> takeForWindow();

private:
    struct Outputs;

    void enqueue(LogEntry entry); // with m_mutex held
    void enqueueSuppressed();     // with m_mutex held
    void run(const std::stop_token &stop);

    const Options m_options;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    Log *m_owner; // guarded by m_mutex, as all below
    FloodLimiter m_limiter;
    std::deque<LogEntry> m_forWindow; // bounded by m_options.keptLines
    qint64 m_lostForWindow = 0;
    bool m_announced = false;
    std::deque<LogEntry> m_forWriter; // bounded by writerQueue
    qint64 m_lostForWriter = 0;
    std::jthread m_writer; // last member: the rest is there while it runs
};

} // namespace aspersor
