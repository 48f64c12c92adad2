// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"
#include "core/net/socket.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace aspersor::bench {

/// A program with pipes on its standard input and output; ended with its owner. Its standard error is ours,
/// or nothing.
class Child
{
public:
    [[nodiscard]] static Result<Child> start(const std::vector<std::string> &command, bool quiet = true);

    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;
    Child(Child &&other) noexcept;
    Child &operator=(Child &&other) noexcept = delete;
    ~Child(); ///< closes both pipes, waits 5 s for its end, then kills it

    [[nodiscard]] pid_t pid() const { return m_pid; }
    [[nodiscard]] int input() const { return m_input.descriptor(); }
    /// The next line of its output; empty at its end or when the time is over.
    [[nodiscard]] std::string line(std::chrono::milliseconds timeout);
    bool send(const std::string &line);

private:
    Child(pid_t pid, net::Socket input, net::Socket output);

    pid_t m_pid = -1;
    net::Socket m_input;
    net::Socket m_output;
    std::string m_buffer;
};

/// CPU time of all threads of a process so far, user and system; 0 when it is gone.
[[nodiscard]] std::chrono::nanoseconds cpuOf(pid_t pid);
/// The same with its children.
[[nodiscard]] std::chrono::nanoseconds cpuOfFamily(pid_t pid);
[[nodiscard]] int threadsOf(pid_t pid);
[[nodiscard]] int descriptorsOf(pid_t pid);
[[nodiscard]] long residentKib(pid_t pid);

} // namespace aspersor::bench
