// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/childprocess.h"

#include <QProcess>
#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>
#include <utility>

namespace aspersor {

std::function<void()> endsWithParent()
{
    // Runs between fork() and exec(): only async-signal-safe calls.
    return [parent = ::getpid()] {
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) // gone before the line above
            ::_exit(1);
    };
}

void abandon(QProcess *&process, const QObject *listener)
{
    if (!process)
        return;
    process->disconnect(listener);
    process->kill();
    process->waitForFinished(200); // it is dead: this only reaps it
    std::exchange(process, nullptr)->deleteLater();
}

} // namespace aspersor
