// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/room/child.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace aspersor::bench {

/// A folder of our own under the system's temporary folder; removed with its owner.
class TemporaryFolder
{
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder &) = delete;
    TemporaryFolder &operator=(const TemporaryFolder &) = delete;
    ~TemporaryFolder();
    [[nodiscard]] const std::filesystem::path &path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

/// The control room under test with its ffserver, headless, on free ports of the loopback.
class Room
{
public:
    struct Options {
        std::string aspersor; ///< the program
        std::string ffserver; ///< empty: the one beside it
        int maxFeeds = 64;
        int graceMs = 30'000;
        bool quiet = true; ///< its log goes nowhere
    };
    [[nodiscard]] static Result<std::unique_ptr<Room>> start(const Options &options);

    [[nodiscard]] std::uint16_t ingestPort() const { return m_ingestPort; }
    [[nodiscard]] std::uint16_t viewersPort() const { return m_viewersPort; }
    [[nodiscard]] pid_t aspersorPid() const { return m_child.pid(); }
    [[nodiscard]] pid_t ffserverPid() const { return m_ffserverPid; }
    /// Of both programs.
    [[nodiscard]] std::chrono::nanoseconds cpu() const { return cpuOf(m_child.pid()) + cpuOf(m_ffserverPid); }

    /// Waits for a line that contains all of these; false when none comes in time.
    [[nodiscard]] bool waitFor(std::initializer_list<std::string_view> parts,
                               std::chrono::milliseconds timeout);
    /// Reads what it has said so far, so that its pipe never fills.
    void drain();

private:
    Room(std::unique_ptr<TemporaryFolder> folder, Child child)
        : m_folder(std::move(folder)), m_child(std::move(child))
    {
    }
    void take(const std::string &line);

    std::unique_ptr<TemporaryFolder> m_folder; // outlives the child
    Child m_child;
    std::uint16_t m_ingestPort = 0;
    std::uint16_t m_viewersPort = 0;
    pid_t m_ffserverPid = -1;
};

} // namespace aspersor::bench
