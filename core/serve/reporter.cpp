// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/reporter.h"

#include "core/serve/json.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace aspersor::serve {

namespace json = boost::json;

namespace {

constexpr std::chrono::milliseconds flushLimit{200};

const char *toString(LogLevel level)
{
    switch (level) {
    case LogLevel::Info:
        return "[info] ";
    case LogLevel::Warning:
        return "[warning] ";
    case LogLevel::Error:
        return "[error] ";
    }
    return "";
}

std::string localTime(const char *format)
{
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    std::array<char, 64> text{};
    ::localtime_r(&now, &parts);
    return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

std::string oneLine(std::string text)
{
    std::ranges::replace_if(
        text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return text;
}

std::string lostEvents(std::size_t lines)
{
    return R"({"event":"error","reason":")" + std::to_string(lines) +
           R"( events were lost because nobody read them."})";
}

std::string lostLog(std::size_t lines)
{
    return "[warning] " + std::to_string(lines) + " lines of the log were lost because nobody read them.";
}

std::string lostAccess(std::size_t lines)
{
    return "# " + std::to_string(lines) + " lines lost";
}

int openLog(const std::string &path)
{
    constexpr mode_t readableByAll = 0644;
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, readableByAll);
}

json::array streamsOf(const Config &config)
{
    json::array streams;
    for (const StreamSpec &stream : config.streams) {
        if (!stream.format->isStatus())
            streams.push_back(
                json::object{{"name", stream.name}, {"feed", stream.feed}, {"format", stream.format->name}});
    }
    return streams;
}

} // namespace

Reporter::Reporter(boost::asio::io_context &loop, bool control)
    : m_loop(loop), m_control(control), m_output(loop, STDOUT_FILENO, lostEvents),
      m_errors(loop, STDERR_FILENO, lostLog)
{
}

Reporter::~Reporter()
{
    m_output.flush(flushLimit);
    m_errors.flush(flushLimit);
    if (m_access)
        m_access->flush(flushLimit);
    if (m_accessDescriptor > STDERR_FILENO)
        ::close(m_accessDescriptor);
}

bool Reporter::openAccessLog(const std::string &path)
{
    const int descriptor = path == "-" ? STDOUT_FILENO : openLog(path);
    if (descriptor < 0)
        return false;
    const std::lock_guard lock(m_accessMutex);
    m_accessDescriptor = descriptor;
    m_access = std::make_unique<LineWriter>(m_loop, m_accessDescriptor, lostAccess);
    m_logsAccess = true;
    return true;
}

bool Reporter::reopenAccessLog(const std::string &path)
{
    {
        const std::lock_guard lock(m_accessMutex);
        const bool isFile = m_access && m_accessDescriptor > STDERR_FILENO;
        if (path.empty() || (m_access && (!isFile || path == "-"))) {
            m_logsAccess = m_access && !path.empty();
            return true;
        }
        if (isFile) {
            const int descriptor = openLog(path);
            if (descriptor < 0)
                return false;
            // What the writer still holds goes to the new file, under the number that it knows.
            ::dup3(descriptor, m_accessDescriptor, O_CLOEXEC);
            ::close(descriptor);
            m_logsAccess = true;
            return true;
        }
    }
    return openAccessLog(path);
}

void Reporter::emitEvent(const json::object &event)
{
    if (m_control)
        m_output.write(json::serialize(event));
}

void Reporter::ready(const Config &config, const Addresses &addresses)
{
    emitEvent({{"event", "ready"},
               {"pid", static_cast<std::int64_t>(::getpid())},
               {"http", addresses.http},
               {"rtsp", addresses.rtsp},
               {"address", addresses.host},
               {"port", addresses.port},
               {"feedSocket", config.feedSocket},
               {"streams", streamsOf(config)}});
    log(LogLevel::Info,
        "Serving viewers at " + addresses.http + (addresses.rtsp.empty() ? "" : " and " + addresses.rtsp) +
            (config.feedSocket.empty() ? "." : "; feeds arrive at " + config.feedSocket + "."));
}

void Reporter::reloaded(const Config &config, const Diagnostics &diagnostics, bool restartNeeded)
{
    emitEvent({{"event", "reloaded"},
               {"streams", streamsOf(config)},
               {"restartNeeded", restartNeeded},
               {"findings", toJson(diagnostics)}});
    log(LogLevel::Info, "The configuration was read again.");
}

void Reporter::refused(const Diagnostics &diagnostics)
{
    emitEvent({{"event", "refused"}, {"findings", toJson(diagnostics)}});
    log(LogLevel::Error, "The configuration stays as it was.");
}

void Reporter::stats(const std::vector<FeedReport> &feeds, int viewers)
{
    if (!m_control)
        return;
    json::array list;
    for (const FeedReport &feed : feeds)
        list.push_back(toJson(feed, Detail::Control));
    std::string line =
        json::serialize(json::object{{"event", "stats"}, {"viewers", viewers}, {"feeds", std::move(list)}});
    if (viewers > 0 || line != m_lastStats)
        m_output.write(line);
    m_lastStats = std::move(line);
}

void Reporter::error(const std::string &reason)
{
    emitEvent({{"event", "error"}, {"reason", reason}});
    log(LogLevel::Error, reason);
}

void Reporter::configuration(const Diagnostics &diagnostics)
{
    for (const Diagnostic &diagnostic : diagnostics) {
        const bool isError = diagnostic.severity == Diagnostic::Severity::Error;
        if (isError)
            emitEvent({{"event", "error"},
                       {"reason", diagnostic.message},
                       {"file", diagnostic.file},
                       {"line", diagnostic.line},
                       {"column", diagnostic.column}});
        if (m_control)
            log(isError ? LogLevel::Error : LogLevel::Warning, diagnostic.oneLine());
        else
            m_errors.write(diagnostic.withExcerpt());
    }
}

void Reporter::feedChanged(const std::string &name, FeedState state)
{
    emitEvent({{"event", "feed"}, {"name", name}, {"state", serve::toString(state)}});
    if (!m_control)
        log(LogLevel::Info, "The feed " + name + " is " + serve::toString(state) + ".");
}

void Reporter::viewerJoined(const ViewerReport &viewer)
{
    emitEvent({{"event", "viewer"},
               {"state", "joined"},
               {"id", viewer.id},
               {"stream", viewer.stream},
               {"address", viewer.address}});
}

void Reporter::viewerLeft(const ViewerReport &viewer, const std::string &reason)
{
    emitEvent({{"event", "viewer"},
               {"state", "left"},
               {"id", viewer.id},
               {"stream", viewer.stream},
               {"address", viewer.address},
               {"bytes", viewer.bytes},
               {"skips", viewer.skips},
               {"reason", reason}});
}

void Reporter::accessed(const AccessReport &access)
{
    // The access log may be standard output, which belongs to the control room if there is one.
    const std::lock_guard lock(m_accessMutex);
    if (!m_logsAccess || (m_control && m_accessDescriptor == STDOUT_FILENO))
        return;
    m_access->write(access.address + " - - [" + localTime("%d/%b/%Y:%H:%M:%S %z") + "] \"" +
                    access.requestLine + "\" " + std::to_string(access.status) + ' ' +
                    std::to_string(access.bytes));
}

void Reporter::log(LogLevel level, const std::string &text)
{
    const std::string stamp = m_control ? std::string() : localTime("%Y-%m-%d %H:%M:%S ");
    m_errors.write(stamp + toString(level) + oneLine(text));
}

} // namespace aspersor::serve
