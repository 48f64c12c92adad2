// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/quietwrite.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <unistd.h>

namespace aspersor {

void QuietWriter::write(const QByteArray &line)
{
    // POSIX: a pipe that poll() calls writable takes PIPE_BUF bytes without blocking.
    constexpr qsizetype atOnce = PIPE_BUF;
    for (qsizetype done = 0; done < line.size();) {
        pollfd wanted{m_descriptor, POLLOUT, 0};
        const int ready = ::poll(&wanted, 1, m_stalled ? 0 : 100);
        if (ready < 0 && errno == EINTR)
            continue;
        m_stalled = ready <= 0;
        if (m_stalled) {
            ++m_dropped;
            return;
        }
        const auto size = static_cast<std::size_t>(std::min(atOnce, line.size() - done));
        const ssize_t written = ::write(m_descriptor, line.constData() + done, size);
        if (written < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (written <= 0) { // nobody is there any more (EPIPE), or it was never open
            ++m_dropped;
            return;
        }
        done += written;
    }
}

} // namespace aspersor
