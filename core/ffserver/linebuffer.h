// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QList>

namespace aspersor {

/// Cuts a byte stream into lines. Pure; a peer that sends no line end costs bounded memory.
class LineBuffer
{
public:
    /// A line of more than `longest` bytes is skipped and counted.
    explicit LineBuffer(qsizetype longest) : m_longest(longest) {}

    /// The lines that `bytes` complete, without their "\n" or "\r\n".
    [[nodiscard]] QList<QByteArray> append(QByteArrayView bytes);
    /// What came after the last line end; empties the buffer.
    [[nodiscard]] QByteArray takeRest();
    /// How many overlong lines were skipped since the last call.
    [[nodiscard]] int takeSkipped();

private:
    qsizetype m_longest;
    QByteArray m_partial;
    bool m_skipping = false; ///< inside an overlong line
    int m_skipped = 0;
};

} // namespace aspersor
