// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"
#include "core/net/socket.h"

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace aspersor::serve {

/// A child process with a process group of its own. Of our descriptors it has none: it reads and writes
/// /dev/null, and what it says on standard error is for us. No shell has a part in it.
class ChildProcess
{
public:
    /// `words`: the program, looked for in PATH, and its arguments. The Error's message is a clause for
    /// people.
    [[nodiscard]] static Result<ChildProcess> start(const std::vector<std::string> &words);
    ChildProcess(ChildProcess &&other) noexcept;
    ChildProcess &operator=(ChildProcess &&) = delete;
    ChildProcess(const ChildProcess &) = delete;
    ChildProcess &operator=(const ChildProcess &) = delete;
    ~ChildProcess(); ///< kills it, with its group, and reaps it

    [[nodiscard]] pid_t id() const { return m_id; }
    /// To be taken: readable when the process has ended.
    [[nodiscard]] net::Socket &ending() { return m_ending; }
    /// To be taken: its standard error; reading never waits.
    [[nodiscard]] net::Socket &errors() { return m_errors; }
    /// To all of its group.
    void signal(int number) const;
    struct End {
        std::string how; ///< "with exit status 1", "by signal TERM"
        bool good = false;
    };
    /// Reaps it, and kills what it left behind in its group; nothing while it runs.
    [[nodiscard]] std::optional<End> end();

private:
    ChildProcess(pid_t id, net::Socket ending, net::Socket errors);

    pid_t m_id; // 0: reaped
    net::Socket m_ending;
    net::Socket m_errors;
};

} // namespace aspersor::serve
