// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace aspersor {

/// Writes from the front of `bytes` what the descriptor takes without blocking, waiting at most `timeoutMs`
/// for room each time. Returns how many bytes that were; -1 when nobody reads there any more.
///
/// Works on a descriptor in blocking mode: O_NONBLOCK would be shared with whoever else has the same
/// terminal.
[[nodiscard]] qsizetype writeWithoutBlocking(int descriptor, QByteArrayView bytes, int timeoutMs);

/// Writes lines to a descriptor that somebody else reads (a terminal, a pipe) without being stopped by a
/// reader who does not: what cannot be written within 100 ms is dropped and counted.
///
/// Not thread-safe. The descriptor is not owned.
class QuietWriter
{
public:
    explicit QuietWriter(int descriptor) : m_descriptor(descriptor) {}

    void write(const QByteArray &line);
    [[nodiscard]] qint64 dropped() const { return m_dropped; } ///< lines not written, wholly or in part

private:
    int m_descriptor;
    bool m_stalled = false; ///< the last write found no room: the next does not wait again
    qint64 m_dropped = 0;
};

} // namespace aspersor
