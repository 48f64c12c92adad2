// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/log.h"

#include "core/log/feedlog.h"
#include "core/log/logchannel.h"
#include "core/log/logformat.h"
#include "core/media/avlog.h"

#include <QLoggingCategory>
#include <QScopeGuard>
#include <unistd.h>

namespace aspersor {

namespace {

constexpr int windowBatchMs = 100;

LogLevel levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return LogLevel::Debug;
    case QtInfoMsg:
        return LogLevel::Info;
    case QtWarningMsg:
        return LogLevel::Warning;
    case QtCriticalMsg:
    case QtFatalMsg:
        break;
    }
    return LogLevel::Error;
}

LogLevel levelOf(media::AvLogLevel level)
{
    switch (level) {
    case media::AvLogLevel::Debug:
        return LogLevel::Debug;
    case media::AvLogLevel::Info:
        return LogLevel::Info;
    case media::AvLogLevel::Warning:
        return LogLevel::Warning;
    case media::AvLogLevel::Error:
        break;
    }
    return LogLevel::Error;
}

QString toQString(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// The one piece of process-wide state: Qt and libav call a plain function, so the log in force must be found
/// from there. A template over the (private) channel type keeps that type private.
template <typename Channel>
struct Captured {
    std::mutex mutex;
    std::shared_ptr<Channel> channel; // guarded by mutex

    static Captured &get()
    {
        static Captured captured;
        return captured;
    }
    std::shared_ptr<Channel> current()
    {
        const std::lock_guard lock(mutex);
        return channel;
    }
    std::shared_ptr<Channel> exchange(std::shared_ptr<Channel> other)
    {
        const std::lock_guard lock(mutex);
        return std::exchange(channel, std::move(other));
    }
};

template <typename Channel>
void handleQtMessage(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    // What Qt itself complains about while a line is being logged must not be logged again.
    thread_local bool busy = false;
    const auto channel = busy ? nullptr : Captured<Channel>::get().current();
    if (!channel || type == QtFatalMsg) {
        const QByteArray line =
            text.toLocal8Bit() + '\n'; // after a fatal message, no thread of ours gets to it
        [[maybe_unused]] const auto written =
            ::write(STDERR_FILENO, line.constData(), static_cast<std::size_t>(line.size()));
        return;
    }
    busy = true;
    const auto reset = qScopeGuard([&] { busy = false; });
    LogEntry entry{QDateTime::currentDateTimeUtc(), levelOf(type),
                   shortCategory(QString::fromLatin1(context.category)), feedBeingLogged(), oneLine(text)};
    if (!entry.feed.isEmpty() && entry.text.startsWith(entry.feed + QStringLiteral(": ")))
        entry.text.remove(0, entry.feed.size() + 2);
    splitFeedName(entry);
    channel->write(std::move(entry));
}

template <typename Channel>
void handleAvLine(media::AvLogLevel level, std::string_view component, std::string_view feed,
                  std::string_view line)
{
    if (level == media::AvLogLevel::Debug)
        return;
    if (const auto channel = Captured<Channel>::get().current())
        channel->write({QDateTime::currentDateTimeUtc(), levelOf(level),
                        QStringLiteral("libav.") + toQString(component), toQString(feed),
                        oneLine(toQString(line))});
}

} // namespace

Log::Log(const Options &options, QObject *parent)
    : QObject(parent), m_keptLines(options.keptLines), m_channel(std::make_shared<Channel>(*this, options))
{
    qRegisterMetaType<LogEntry>();
    m_batchTimer.setSingleShot(true);
    m_batchTimer.setInterval(windowBatchMs);
    connect(&m_batchTimer, &QTimer::timeout, this, &Log::takeBatch);
}

Log::~Log()
{
    auto &captured = Captured<Channel>::get();
    if (captured.current() == m_channel) {
        qInstallMessageHandler(m_previousHandler);
        captured.exchange(nullptr);
    }
    m_channel->close();
}

void Log::capture()
{
    // QT_LOGGING_RULES still wins over this.
    QLoggingCategory::setFilterRules(QStringLiteral("aspersor.*.debug=false"));
    Captured<Channel>::get().exchange(m_channel);
    m_previousHandler = qInstallMessageHandler(&handleQtMessage<Channel>);
    media::routeAvLog(&handleAvLine<Channel>);
}

void Log::write(LogEntry entry)
{
    entry.text = oneLine(entry.text);
    m_channel->write(std::move(entry));
}

QList<LogEntry> Log::recent() const
{
    return m_recent;
}

void Log::announce()
{
    m_batchTimer.start();
}

void Log::takeBatch()
{
    for (LogEntry &entry : m_channel->takeForWindow()) {
        m_recent.append(entry);
        if (m_recent.size() > m_keptLines)
            m_recent.removeFirst();
        emit logged(entry);
    }
}

} // namespace aspersor
