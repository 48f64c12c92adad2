// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/logentry.h"
#include "core/log/rotatingfile.h"

#include <QList>
#include <QObject>
#include <QTimer>
#include <memory>

namespace aspersor {

/// Where every line of the program goes: memory and window, a rotated file, standard error.
///
/// Lives in the main thread; write() may be called from any. Nobody who logs waits for a disk or a terminal:
/// a thread of the log writes, from a bounded queue that says what it dropped. A source that floods is cut
/// down to a steady rate ("1234 lines suppressed").
class Log final : public QObject
{
    Q_OBJECT

public:
    struct Options {
        QString file;                  ///< empty: no file; its folder is made (0700) when missing
        RotatingFile::Limits rotation; ///< of that file
        bool toStderr = false;         ///< also to standard error, without blocking on it
        int keptLines = 5000;          ///< in memory
    };

    explicit Log(const Options &options, QObject *parent = nullptr);
    ~Log() override; ///< takes the handlers away, writes what is queued (at most 0.5 s), ends the thread

    /// Takes over Qt's messages and libav's lines of the whole process. One Log at a time can do so.
    void capture();

    /// Any thread; never blocks on a device.
    void write(LogEntry entry);

    [[nodiscard]] QList<LogEntry> recent() const; ///< oldest first, at most keptLines

signals:
    /// In the main thread, in batches some times a second. A line is in recent() from its signal on: who
    /// connects and then reads recent() misses none and sees none twice.
    void logged(const aspersor::LogEntry &entry);

private:
    void announce();
    void takeBatch();

    class Channel;
    const int m_keptLines;
    QList<LogEntry> m_recent; // announced, oldest first
    QTimer m_batchTimer;
    std::shared_ptr<Channel> m_channel;
    QtMessageHandler m_previousHandler = nullptr;
};

} // namespace aspersor
