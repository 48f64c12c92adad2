// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/childprocess.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace aspersor::serve {

namespace {

/// Our own descriptors are not all close-on-exec: Asio's sockets are not.
class Actions
{
public:
    explicit Actions(int errors)
    {
        ::posix_spawn_file_actions_init(&m_actions);
        ok(::posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
        ok(::posix_spawn_file_actions_addopen(&m_actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0));
        ok(::posix_spawn_file_actions_adddup2(&m_actions, errors, STDERR_FILENO));
        ok(::posix_spawn_file_actions_addclosefrom_np(&m_actions, STDERR_FILENO + 1));
    }
    Actions(const Actions &) = delete;
    Actions &operator=(const Actions &) = delete;
    ~Actions() { ::posix_spawn_file_actions_destroy(&m_actions); }
    [[nodiscard]] int error() const { return m_error; }
    [[nodiscard]] const posix_spawn_file_actions_t *get() const { return &m_actions; }

private:
    void ok(int error) { m_error = m_error != 0 ? m_error : error; }

    posix_spawn_file_actions_t m_actions{};
    int m_error = 0;
};

/// What we ignore or hold back, the child does not; and it is the head of a group.
class Attributes
{
public:
    Attributes()
    {
        ::posix_spawnattr_init(&m_attributes);
        sigset_t signals{};
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&m_attributes, &signals);
        ::sigfillset(&signals);
        ::posix_spawnattr_setsigdefault(&m_attributes, &signals);
        ::posix_spawnattr_setpgroup(&m_attributes, 0);
        ::posix_spawnattr_setflags(&m_attributes,
                                   POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    Attributes(const Attributes &) = delete;
    Attributes &operator=(const Attributes &) = delete;
    ~Attributes() { ::posix_spawnattr_destroy(&m_attributes); }
    [[nodiscard]] const posix_spawnattr_t *get() const { return &m_attributes; }

private:
    posix_spawnattr_t m_attributes{};
};

/// Ours, without what would lead the child to a proxy or let it speak to our service manager.
std::vector<char *> environment()
{
    constexpr std::array left{std::string_view("http_proxy="), std::string_view("NOTIFY_SOCKET=")};
    std::vector<char *> kept;
    for (char **entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (std::ranges::none_of(left, [&](std::string_view name) { return text.starts_with(name); }))
            kept.push_back(*entry);
    }
    kept.push_back(nullptr);
    return kept;
}

/// The C library's own is not for C++ in Debian 12.
int watchOf(pid_t id)
{
    return static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
}

Error errorOf(const std::string &what, int code)
{
    return {Error::Kind::Io, what + " (" + std::strerror(code) + ')'};
}

} // namespace

ChildProcess::ChildProcess(pid_t id, net::Socket ending, net::Socket errors)
    : m_id(id), m_ending(std::move(ending)), m_errors(std::move(errors))
{
}

ChildProcess::ChildProcess(ChildProcess &&other) noexcept
    : m_id(std::exchange(other.m_id, 0)), m_ending(std::move(other.m_ending)),
      m_errors(std::move(other.m_errors))
{
}

ChildProcess::~ChildProcess()
{
    if (m_id == 0)
        return;
    signal(SIGKILL);
    while (::waitpid(m_id, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<ChildProcess> ChildProcess::start(const std::vector<std::string> &words)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return tl::unexpected(errorOf("there is no pipe for it", errno));
    net::Socket errors(pipe[0]);
    const net::Socket theirs(pipe[1]);
    if (::fcntl(errors.descriptor(), F_SETFL, O_NONBLOCK) != 0)
        return tl::unexpected(errorOf("there is no pipe for it", errno));
    std::vector<char *> arguments;
    for (const std::string &word : words)
        arguments.push_back(const_cast<char *>(word.c_str())); // which spawn does not change
    arguments.push_back(nullptr);
    const Actions actions(theirs.descriptor());
    const Attributes attributes;
    pid_t id = 0;
    int error = actions.error();
    if (error == 0)
        error = ::posix_spawnp(&id, arguments.front(), actions.get(), attributes.get(), arguments.data(),
                               environment().data());
    if (error == ENOENT)
        return failure(Error::Kind::Io, "there is no program called " + words.front());
    if (error != 0)
        return tl::unexpected(errorOf(words.front() + " cannot be run", error));
    ChildProcess child(id, net::Socket(watchOf(id)), std::move(errors));
    if (!child.m_ending.isOpen()) // it is killed again: nobody would learn of its end
        return tl::unexpected(errorOf(words.front() + " cannot be watched", errno));
    return child;
}

void ChildProcess::signal(int number) const
{
    if (m_id != 0)
        static_cast<void>(::kill(-m_id, number));
}

std::optional<ChildProcess::End> ChildProcess::end()
{
    siginfo_t facts{};
    if (m_id == 0 || ::waitid(P_PID, static_cast<id_t>(m_id), &facts, WEXITED | WNOHANG | WNOWAIT) != 0 ||
        facts.si_pid != m_id)
        return std::nullopt;
    signal(SIGKILL); // before it is reaped, the group's number is no other's
    static_cast<void>(::waitpid(m_id, nullptr, 0));
    m_id = 0;
    if (facts.si_code == CLD_EXITED)
        return End{"with exit status " + std::to_string(facts.si_status), facts.si_status == 0};
    const char *name = ::sigabbrev_np(facts.si_status);
    return End{"by signal " + (name ? std::string(name) : std::to_string(facts.si_status)), false};
}

} // namespace aspersor::serve
