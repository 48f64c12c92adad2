// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/quietwrite.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <poll.h>
#include <unistd.h>

namespace aspersor {

qsizetype writeWithoutBlocking(int descriptor, QByteArrayView bytes, int timeoutMs)
{
    // POSIX: a pipe that poll() calls writable takes PIPE_BUF bytes without blocking.
    constexpr qsizetype atOnce = PIPE_BUF;
    qsizetype done = 0;
    while (done < bytes.size()) {
        pollfd wanted{descriptor, POLLOUT, 0};
        const int ready = ::poll(&wanted, 1, timeoutMs);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return done;
        const auto size = static_cast<std::size_t>(std::min(atOnce, bytes.size() - done));
        const ssize_t written = ::write(descriptor, bytes.data() + done, size);
        if (written < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (written <= 0) // EPIPE, or it was never open
            return -1;
        done += written;
    }
    return done;
}

void QuietWriter::write(const QByteArray &line)
{
    const qsizetype written = writeWithoutBlocking(m_descriptor, line, m_stalled ? 0 : 100);
    m_stalled = written >= 0 && written < line.size();
    if (written < line.size())
        ++m_dropped;
}

} // namespace aspersor
