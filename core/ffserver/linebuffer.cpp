// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/linebuffer.h"

#include <utility>

namespace aspersor {

QList<QByteArray> LineBuffer::append(QByteArrayView bytes)
{
    QList<QByteArray> lines;
    while (!bytes.isEmpty()) {
        const auto end = bytes.indexOf('\n');
        const QByteArrayView piece = end < 0 ? bytes : bytes.first(end);
        bytes = end < 0 ? QByteArrayView() : bytes.sliced(end + 1);
        if (!m_skipping && m_partial.size() + piece.size() > m_longest) {
            m_skipping = true;
            ++m_skipped;
            m_partial = {};
        }
        if (!m_skipping)
            m_partial.append(piece);
        if (end < 0)
            break;
        if (!std::exchange(m_skipping, false)) {
            if (m_partial.endsWith('\r'))
                m_partial.chop(1);
            lines.append(std::exchange(m_partial, {}));
        }
    }
    return lines;
}

QByteArray LineBuffer::takeRest()
{
    m_skipping = false;
    return std::exchange(m_partial, {});
}

int LineBuffer::takeSkipped()
{
    return std::exchange(m_skipped, 0);
}

} // namespace aspersor
