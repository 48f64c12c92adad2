// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/logchannel.h"

#include "core/log/logformat.h"
#include "core/log/quietwrite.h"

#include <QDir>
#include <QFileInfo>
#include <unistd.h>
#include <utility>

namespace aspersor {

namespace {

constexpr std::size_t writerQueue = 4000; // lines
constexpr std::chrono::seconds summaryEvery{1};

LogEntry ownEntry(LogLevel level, const QString &text)
{
    return {QDateTime::currentDateTimeUtc(), level, QStringLiteral("log"), {}, text};
}

LogEntry lostEntry(qint64 lines)
{
    return ownEntry(LogLevel::Warning,
                    QStringLiteral("%1 lines lost: they came faster than they could be written").arg(lines));
}

} // namespace

/// What the writer thread alone touches.
struct Log::Channel::Outputs {
    explicit Outputs(const Options &options)
        : file(options.file, options.rotation), toFile(!options.file.isEmpty()), toStderr(options.toStderr)
    {
        const QString folder = QFileInfo(options.file).absolutePath();
        if (toFile && !QFileInfo(folder).isDir()) {
            QDir().mkpath(QFileInfo(folder).absolutePath());
            QDir().mkdir(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        }
    }

    /// Returns a line to log when the file has just begun to refuse.
    QString write(const std::deque<LogEntry> &entries)
    {
        QByteArray all;
        for (const LogEntry &entry : entries) {
            const QByteArray line = logLine(entry);
            all += line;
            if (toStderr)
                standardError.write(line);
        }
        if (!toFile || all.isEmpty())
            return {};
        const bool wasWorking = std::exchange(fileWorks, file.write(all));
        if (fileWorks || !wasWorking)
            return {};
        return QStringLiteral("The log file cannot be written: %1; lines are shown here only")
            .arg(file.errorString());
    }

    RotatingFile file;
    QuietWriter standardError{STDERR_FILENO};
    bool toFile;
    bool toStderr;
    bool fileWorks = true;
};

Log::Channel::Channel(Log &owner, const Options &options)
    : m_options(options), m_owner(&owner), m_writer([this](const std::stop_token &stop) { run(stop); })
{
}

Log::Channel::~Channel() = default;

void Log::Channel::write(LogEntry entry)
{
    const auto now = FloodLimiter::TimePoint::clock::now();
    {
        const std::lock_guard lock(m_mutex);
        if (m_limiter.admit({entry.category, entry.feed}, now))
            enqueue(std::move(entry));
    }
    m_wake.notify_one();
}

void Log::Channel::close()
{
    {
        const std::lock_guard lock(m_mutex);
        m_owner = nullptr;
    }
    m_writer.request_stop();
    if (m_writer.joinable())
        m_writer.join();
}

std::vector<LogEntry> Log::Channel::takeForWindow()
{
    const std::lock_guard lock(m_mutex);
    m_announced = false;
    std::vector<LogEntry> taken;
    if (m_lostForWindow > 0)
        taken.push_back(
            ownEntry(LogLevel::Warning, QStringLiteral("%1 lines not shown here").arg(m_lostForWindow)));
    m_lostForWindow = 0;
    taken.insert(taken.end(), std::move_iterator(m_forWindow.begin()), std::move_iterator(m_forWindow.end()));
    m_forWindow.clear();
    return taken;
}

void Log::Channel::enqueue(LogEntry entry)
{
    if (m_forWriter.size() < writerQueue)
        m_forWriter.push_back(entry);
    else
        ++m_lostForWriter;
    if (!m_owner)
        return;
    m_forWindow.push_back(std::move(entry));
    if (m_forWindow.size() > static_cast<std::size_t>(m_options.keptLines)) {
        m_forWindow.pop_front();
        ++m_lostForWindow;
    }
    if (!m_announced)
        QMetaObject::invokeMethod(m_owner, &Log::announce, Qt::QueuedConnection);
    m_announced = true;
}

void Log::Channel::enqueueSuppressed()
{
    for (const auto &[source, lines] : m_limiter.takeSuppressed())
        enqueue({QDateTime::currentDateTimeUtc(), LogLevel::Warning, source.category, source.feed,
                 QStringLiteral("%1 lines suppressed").arg(lines)});
}

void Log::Channel::run(const std::stop_token &stop)
{
    using Clock = std::chrono::steady_clock;
    Outputs outputs(m_options);
    auto nextSummary = Clock::now();
    std::unique_lock lock(m_mutex);
    for (;;) {
        const auto hasLines = [this] { return !m_forWriter.empty(); };
        if (m_limiter.hasSuppressed())
            m_wake.wait_until(lock, stop, nextSummary, hasLines);
        else
            m_wake.wait(lock, stop, [&] { return hasLines() || m_limiter.hasSuppressed(); });
        const bool last = stop.stop_requested();
        if (last || Clock::now() >= nextSummary) {
            enqueueSuppressed();
            nextSummary = Clock::now() + summaryEvery;
        }
        std::deque<LogEntry> batch = std::exchange(m_forWriter, {});
        if (const qint64 lost = std::exchange(m_lostForWriter, 0); lost > 0)
            batch.push_back(lostEntry(lost));
        lock.unlock();
        const QString trouble = outputs.write(batch);
        lock.lock();
        if (!trouble.isEmpty())
            enqueue(ownEntry(LogLevel::Error, trouble));
        if (last)
            return;
    }
}

} // namespace aspersor
