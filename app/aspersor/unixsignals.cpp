// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/unixsignals.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

namespace aspersor::app {

namespace {

// A signal handler can reach nothing else. An eventfd and not a signalfd: blocked signals would stay
// blocked in the child processes.
volatile std::sig_atomic_t wakeDescriptor = -1;

constexpr int quitSignals[] = {SIGINT, SIGTERM, SIGHUP};

extern "C" void onQuitSignal(int)
{
    const int before = errno;
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(wakeDescriptor, &one, sizeof one);
    errno = before;
}

void setAction(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    ::sigaction(signal, &action, nullptr);
}

} // namespace

UnixSignals::UnixSignals(QObject *parent) : QObject(parent)
{
    wakeDescriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m_notifier = std::make_unique<QSocketNotifier>(wakeDescriptor, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        m_notifier->setEnabled(false);
        emit quitRequested();
    });
    setAction(SIGPIPE, SIG_IGN, 0);
    for (const int signal : quitSignals)
        setAction(signal, &onQuitSignal, SA_RESTART | static_cast<int>(SA_RESETHAND));
}

UnixSignals::~UnixSignals()
{
    for (const int signal : quitSignals)
        setAction(signal, SIG_DFL, 0);
    m_notifier.reset();
    ::close(wakeDescriptor);
    wakeDescriptor = -1;
}

void holdStandardDescriptors()
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) < 0 &&
            ::open("/dev/null", O_RDWR) < 0) // takes the lowest free number
            return;
    }
}

void raiseDescriptorLimit()
{
    constexpr rlim_t wanted = 65'536;
    struct rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace aspersor::app
