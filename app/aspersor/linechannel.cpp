// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/linechannel.h"

#include "core/log/quietwrite.h"

#include <array>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace aspersor::app {

namespace {

constexpr qsizetype longestLine = 65'536;
constexpr qsizetype mostWaiting = 1'048'576;

} // namespace

LineInput::LineInput(int descriptor, QObject *parent)
    : QObject(parent), m_descriptor(descriptor), m_lines(longestLine)
{
    // Reading a terminal that belongs to another job would stop us (SIGTTIN).
    if (::isatty(descriptor) == 1 && ::tcgetpgrp(descriptor) != ::getpgrp())
        return;
    m_readable = std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read);
    connect(m_readable.get(), &QSocketNotifier::activated, this, &LineInput::read);
}

void LineInput::read()
{
    std::array<char, 16'384> buffer{};
    const ssize_t size = ::read(m_descriptor, buffer.data(), buffer.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    QList<QByteArray> lines;
    if (size > 0) {
        lines = m_lines.append(QByteArrayView(buffer.data(), size));
    } else {
        m_readable->setEnabled(false);
        lines = {m_lines.takeRest()};
    }
    const int skipped = m_lines.takeSkipped();
    for (const QByteArray &one : std::as_const(lines)) {
        if (!one.trimmed().isEmpty())
            emit line(one);
    }
    for (int i = 0; i < skipped; ++i)
        emit overlong();
}

LineOutput::LineOutput(int descriptor, QObject *parent) : QObject(parent), m_descriptor(descriptor) {}

LineOutput::~LineOutput()
{
    flush(200);
}

void LineOutput::write(const QByteArray &line)
{
    if (m_gone)
        return;
    if (m_waiting.size() + line.size() > mostWaiting) {
        ++m_lost;
        return;
    }
    const bool idle = m_waiting.isEmpty();
    m_waiting += line + '\n';
    if (idle)
        proceed();
}

void LineOutput::proceed()
{
    if (!flush(0)) {
        if (!m_writable) {
            m_writable = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Write);
            connect(m_writable.get(), &QSocketNotifier::activated, this, &LineOutput::proceed);
        }
        m_writable->setEnabled(true);
        return;
    }
    if (m_writable)
        m_writable->setEnabled(false);
    if (const qint64 lost = std::exchange(m_lost, 0); lost > 0)
        emit linesLost(lost);
}

bool LineOutput::flush(int timeoutMs)
{
    const qsizetype written = writeWithoutBlocking(m_descriptor, m_waiting, timeoutMs);
    m_gone = written < 0;
    m_waiting.remove(0, m_gone ? m_waiting.size() : written);
    return m_waiting.isEmpty();
}

} // namespace aspersor::app
