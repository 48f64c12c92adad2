// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/childprocess.h"

#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

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

} // namespace aspersor
