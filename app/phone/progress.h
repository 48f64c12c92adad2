// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/phone/uploader.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace aspersor::phone {

/// What all uploads together look like now, as one line: "00:12  demo  sending  2045 kb/s  3.1 MB sent  1
/// reconnect".
///
/// Pure: the caller passes the time.
class ProgressLine
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    ProgressLine(std::string name, TimePoint begin);
    /// The rate is a mean over the last 5 s: a phone sends a segment at a time.
    [[nodiscard]] std::string update(const std::vector<Uploader::Status> &feeds, TimePoint now);

private:
    struct Sample {
        TimePoint at;
        std::uint64_t bytes;
    };
    const std::string m_name; // of the feed, or "64 feeds"
    const TimePoint m_begin;
    std::deque<Sample> m_samples; // oldest first, at least one
};

/// Standard error, for sentences and for the progress line, which stays the last one on a terminal. Any
/// thread.
class Console
{
public:
    Console();
    void say(const std::string &who, const std::string &sentence);
    void showProgress(const std::string &line);
    [[nodiscard]] bool isTerminal() const { return m_terminal; }
    void end(); ///< leaves the progress line behind

private:
    const bool m_terminal;
    std::mutex m_mutex;
    std::string m_progress; // guarded by m_mutex; what stands in the last line of a terminal
};

} // namespace aspersor::phone
