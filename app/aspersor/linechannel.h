// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/linebuffer.h"

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>
#include <memory>

namespace aspersor::app {

/// Lines from a descriptor that somebody else writes to (standard input).
///
/// Lives in the main thread and never blocks it. The descriptor is not owned. Its end is not an event: a
/// daemon has /dev/null there.
class LineInput final : public QObject
{
    Q_OBJECT

public:
    explicit LineInput(int descriptor, QObject *parent = nullptr);

signals:
    void line(const QByteArray &line); ///< without its line end; never empty
    void overlong();                   ///< a line past 64 KiB was skipped

private:
    void read();

    int m_descriptor;
    LineBuffer m_lines;
    std::unique_ptr<QSocketNotifier> m_readable;
};

/// Lines to a descriptor that somebody else reads (standard output).
///
/// Lives in the main thread and never blocks it: what the reader does not take is kept, up to 1 MiB; then
/// whole lines are dropped and counted, so that no line is ever cut.
class LineOutput final : public QObject
{
    Q_OBJECT

public:
    explicit LineOutput(int descriptor, QObject *parent = nullptr);
    ~LineOutput() override; ///< gives the reader up to 200 ms for the rest

    void write(const QByteArray &line); ///< `line` without its line end

signals:
    void linesLost(qint64 count); ///< once the reader has caught up

private:
    bool flush(int timeoutMs); ///< false: the reader is behind
    void proceed();

    int m_descriptor;
    QByteArray m_waiting;
    qint64 m_lost = 0;
    bool m_gone = false; ///< the reader is: nothing more is kept for it
    std::unique_ptr<QSocketNotifier> m_writable;
};

} // namespace aspersor::app
