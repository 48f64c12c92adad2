// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <mutex>
#include <string>

namespace aspersor::serve {

/// Writes lines to a descriptor (standard output, a log file) without ever making the caller wait for who
/// reads them.
///
/// write() may be called from any thread; the bytes are written on the loop's thread. When nobody reads,
/// lines past the bound are dropped, and the next one that fits is preceded by their number. The descriptor's
/// flags are left alone: others share it.
class LineWriter
{
public:
    /// Says that so many lines were lost, as a line.
    using LostLine = std::string (*)(std::size_t lines);

    LineWriter(boost::asio::io_context &loop, int descriptor, LostLine lostLine,
               std::size_t maxBytes = std::size_t{1024} * 1024);

    void write(std::string_view line); ///< without its line end
    /// Writes what is left, for at most `limit`; the loop's thread, or when the loop has stopped.
    void flush(std::chrono::milliseconds limit);

private:
    void schedule();
    void drain();
    [[nodiscard]] bool writeSome(int waitMs);

    boost::asio::io_context &m_loop;
    const int m_descriptor;
    const LostLine m_lostLine;
    const std::size_t m_maxBytes;
    boost::asio::steady_timer m_retry;
    std::mutex m_mutex;
    std::string m_queue;       // guarded by m_mutex, as all below
    std::size_t m_dropped = 0; // lines since the last one that fitted
    bool m_scheduled = false;
    bool m_broken = false; // nobody will ever read again
};

} // namespace aspersor::serve
