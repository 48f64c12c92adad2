// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/child.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

extern char **environ;

namespace aspersor::bench {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto patience = 5s;

std::string procFile(pid_t pid, const char *name)
{
    return "/proc/" + std::to_string(pid) + "/" + name;
}

int countEntries(const std::string &folder)
{
    std::error_code code;
    int count = 0;
    for (const auto &entry : std::filesystem::directory_iterator(folder, code)) {
        (void)entry;
        ++count;
    }
    return count;
}

} // namespace

Result<Child> Child::start(const std::vector<std::string> &command, bool quiet)
{
    int in[2];
    int out[2];
    if (pipe2(in, O_CLOEXEC) != 0)
        return failure(Error::Kind::Io, std::string("pipe2: ") + std::strerror(errno));
    net::Socket inRead(in[0]);
    net::Socket inWrite(in[1]);
    if (pipe2(out, O_CLOEXEC) != 0)
        return failure(Error::Kind::Io, std::string("pipe2: ") + std::strerror(errno));
    net::Socket outRead(out[0]);
    net::Socket outWrite(out[1]);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, inRead.descriptor(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, outWrite.descriptor(), STDOUT_FILENO);
    if (quiet)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::vector<char *> arguments;
    for (const std::string &word : command)
        arguments.push_back(const_cast<char *>(word.c_str())); // posix_spawn does not write to them
    arguments.push_back(nullptr);
    pid_t pid = -1;
    const int code = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0)
        return failure(Error::Kind::Process, command.front() + " does not start: " + std::strerror(code));
    return Child(pid, std::move(inWrite), std::move(outRead));
}

Child::Child(pid_t pid, net::Socket input, net::Socket output)
    : m_pid(pid), m_input(std::move(input)), m_output(std::move(output))
{
}

Child::Child(Child &&other) noexcept
    : m_pid(std::exchange(other.m_pid, -1)), m_input(std::move(other.m_input)),
      m_output(std::move(other.m_output)), m_buffer(std::move(other.m_buffer))
{
}

Child::~Child()
{
    if (m_pid <= 0)
        return;
    m_input.close();
    kill(m_pid, SIGTERM);
    const auto until = Clock::now() + patience;
    while (waitpid(m_pid, nullptr, WNOHANG) == 0) {
        if (Clock::now() > until) {
            kill(m_pid, SIGKILL);
            waitpid(m_pid, nullptr, 0);
            return;
        }
        poll(nullptr, 0, 10);
    }
}

std::string Child::line(std::chrono::milliseconds timeout)
{
    const auto until = Clock::now() + timeout;
    for (;;) {
        if (const auto end = m_buffer.find('\n'); end != std::string::npos) {
            std::string line = m_buffer.substr(0, end);
            m_buffer.erase(0, end + 1);
            return line;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
        pollfd wait{m_output.descriptor(), POLLIN, 0};
        if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0)
            return {};
        char bytes[65536];
        const ssize_t got = read(m_output.descriptor(), bytes, sizeof bytes);
        if (got <= 0)
            return {};
        m_buffer.append(bytes, static_cast<std::size_t>(got));
    }
}

bool Child::send(const std::string &line)
{
    const std::string bytes = line + "\n";
    return write(m_input.descriptor(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

std::chrono::nanoseconds cpuOf(pid_t pid)
{
    // utime and stime of /proc/PID/stat count in ticks of 10 ms, too coarse for a feed that costs a few of
    // them a second: the scheduler's own sum is the same time in nanoseconds. A thread that has ended is in
    // stat only.
    std::ifstream stat(procFile(pid, "stat"));
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    const auto nameEnd = text.rfind(')');
    if (nameEnd == std::string::npos)
        return {};
    std::istringstream fields(text.substr(nameEnd + 1));
    std::string skipped;
    for (int i = 3; i < 14; ++i) // proc(5): utime is field 14, stime 15
        fields >> skipped;
    long user = 0;
    long system = 0;
    fields >> user >> system;
    const std::chrono::nanoseconds coarse(std::chrono::seconds(user + system) / sysconf(_SC_CLK_TCK));

    std::chrono::nanoseconds fine{0};
    std::error_code code;
    for (const auto &task : std::filesystem::directory_iterator(procFile(pid, "task"), code)) {
        std::ifstream schedule(task.path() / "schedstat");
        long long ran = 0;
        if (!(schedule >> ran))
            return coarse;
        fine += std::chrono::nanoseconds(ran);
    }
    return fine;
}

std::chrono::nanoseconds cpuOfFamily(pid_t pid)
{
    std::chrono::nanoseconds sum = cpuOf(pid);
    std::ifstream children(procFile(pid, "task") + "/" + std::to_string(pid) + "/children");
    for (pid_t child = 0; children >> child;)
        sum += cpuOf(child);
    return sum;
}

int threadsOf(pid_t pid)
{
    return countEntries(procFile(pid, "task"));
}

int descriptorsOf(pid_t pid)
{
    return countEntries(procFile(pid, "fd"));
}

long residentKib(pid_t pid)
{
    std::ifstream status(procFile(pid, "status"));
    for (std::string word; status >> word;) {
        long value = 0;
        if (word == "VmRSS:" && status >> value)
            return value;
    }
    return 0;
}

} // namespace aspersor::bench
