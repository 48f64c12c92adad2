// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ffserver/options.h"
#include "app/ffserver/service.h"
#include "core/media/avlog.h"
#include "core/serve/access.h"
#include "core/serve/configparser.h"
#include "core/serve/configprinter.h"
#include "core/serve/controlinput.h"
#include "core/serve/json.h"
#include "core/serve/reporter.h"
#include "core/serve/server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <sys/resource.h>

using namespace aspersor;
namespace asio = boost::asio;

namespace {

enum ExitCode { AskedToStop = 0, CouldNotRun = 1, BadConfiguration = 2 };

/// The file with what the command line overrides.
serve::ParsedConfig readConfig(const Options &options)
{
    serve::ParsedConfig parsed = serve::readConfig(options.configFile);
    if (options.http) {
        parsed.config.httpBindAddress = options.http->address;
        parsed.config.httpPort = options.http->port;
    }
    if (!options.feedSocket.empty())
        parsed.config.feedSocket = options.feedSocket;
    if (options.feedGrace)
        parsed.config.feedGrace = *options.feedGrace;
    if (options.debug)
        parsed.config.customLog = "-";
    return parsed;
}

/// For a program: nothing but the findings, each as one JSON object a line.
int checkForProgram(const serve::Diagnostics &diagnostics)
{
    for (const serve::Diagnostic &diagnostic : diagnostics)
        std::printf("%s\n", boost::json::serialize(serve::toJson(diagnostic)).c_str());
    return serve::hasErrors(diagnostics) ? BadConfiguration : AskedToStop;
}

int checkOnly(const serve::ParsedConfig &parsed)
{
    for (const serve::Diagnostic &diagnostic : parsed.diagnostics)
        std::fprintf(stderr, "%s\n", diagnostic.withExcerpt().c_str());
    if (serve::hasErrors(parsed.diagnostics))
        return BadConfiguration;
    for (const serve::StreamSpec &stream : parsed.config.streams) {
        const std::string encoding = serve::summaryOf(stream.encoding);
        std::printf("%s\t%s\t%s%s%s\n", stream.name.c_str(),
                    (stream.file.empty() ? stream.feed : stream.file).c_str(),
                    std::string(stream.format->name).c_str(), encoding.empty() ? "" : "\t", encoding.c_str());
    }
    for (const serve::UnavailableSpec &stream : parsed.config.unavailable)
        std::printf("%s\t%s\t%s\tnot available\n", stream.name.c_str(), stream.feed.c_str(),
                    stream.format.c_str());
    return AskedToStop;
}

/// Every viewer is a descriptor: takes as many as the system gives.
void raiseDescriptorLimit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
    }
}

void routeLibavTo(serve::Reporter &reporter)
{
    media::routeAvLog([&reporter](media::AvLogLevel level, std::string_view component, std::string_view feed,
                                  std::string_view line) {
        if (level < media::AvLogLevel::Warning)
            return;
        std::string text = "libav." + std::string(component);
        if (!feed.empty())
            text.append(" (").append(feed).append(")");
        text.append(": ").append(line);
        reporter.log(level == media::AvLogLevel::Error ? serve::LogLevel::Error : serve::LogLevel::Warning,
                     text);
    });
}

void tellDynamicAcls(const serve::Config &config, serve::Reporter &reporter)
{
    for (const serve::StreamSpec &stream : config.streams) {
        const std::string problem =
            stream.dynamicAcl.empty() ? std::string() : serve::dynamicAclProblem(stream.dynamicAcl);
        if (!problem.empty())
            reporter.log(serve::LogLevel::Warning, problem);
    }
}

/// The program while it serves.
class Program
{
public:
    Program(const Options &options, serve::Config config, asio::io_context &loop, serve::Reporter &reporter)
        : m_options(options), m_loop(loop), m_reporter(reporter), m_server(loop, std::move(config), reporter),
          m_signals(loop, SIGINT, SIGTERM, SIGHUP), m_statsTimer(loop)
    {
    }

    int run()
    {
        if (auto started = m_server.start(); !started) {
            m_reporter.error(started.error().message);
            return CouldNotRun;
        }
        const auto endpoint = m_server.httpEndpoint();
        m_reporter.ready(*m_server.config(), {m_server.httpUrl(), m_server.rtspUrl(),
                                              endpoint.address().to_string(), endpoint.port()});
        tellServiceReady();
        awaitSignal();
        if (m_options.control) {
            m_control.emplace(
                m_loop, 0, [this](const serve::Command &command) { obey(command); }, [this] { stop(); });
            tellStats();
        }
        m_loop.run();
        return AskedToStop;
    }

private:
    void awaitSignal()
    {
        m_signals.async_wait([this](const boost::system::error_code &error, int signal) {
            if (error)
                return;
            if (signal == SIGHUP)
                reload();
            else
                stop();
            awaitSignal();
        });
    }

    void tellStats()
    {
        m_reporter.stats(m_server.report(), m_server.viewers());
        m_statsTimer.expires_after(std::chrono::seconds(1));
        m_statsTimer.async_wait([this](const boost::system::error_code &error) {
            if (!error)
                tellStats();
        });
    }

    void obey(const serve::Command &command)
    {
        if (const auto *drop = std::get_if<serve::DropCommand>(&command))
            m_server.dropViewer(drop->viewer);
        else if (const auto *end = std::get_if<serve::EndCommand>(&command);
                 end && !m_server.endFeed(end->feed))
            m_reporter.error("There is no feed called \"" + end->feed + "\" to end.");
        else if (std::holds_alternative<serve::ReloadCommand>(command))
            reload();
        else if (std::holds_alternative<serve::QuitCommand>(command))
            stop();
        else if (const auto *bad = std::get_if<serve::BadCommand>(&command))
            m_reporter.error(bad->reason);
    }

    void reload()
    {
        tellServiceReloading();
        serve::ParsedConfig parsed = readConfig(m_options);
        m_reporter.configuration(parsed.diagnostics);
        if (serve::hasErrors(parsed.diagnostics)) {
            m_reporter.refused(parsed.diagnostics);
        } else {
            if (!m_reporter.reopenAccessLog(parsed.config.customLog))
                m_reporter.log(serve::LogLevel::Warning, "The log " + parsed.config.customLog +
                                                             " cannot be opened (" + std::strerror(errno) +
                                                             "); requests are logged as before.");
            const bool restartNeeded = m_server.apply(std::move(parsed.config));
            tellDynamicAcls(*m_server.config(), m_reporter);
            m_reporter.reloaded(*m_server.config(), parsed.diagnostics, restartNeeded);
        }
        tellServiceReady();
    }

    void stop()
    {
        if (std::exchange(m_stopping, true))
            return;
        tellServiceStopping();
        m_statsTimer.cancel();
        m_server.shutDown([this] { m_loop.stop(); });
    }

    const Options &m_options;
    asio::io_context &m_loop;
    serve::Reporter &m_reporter;
    serve::Server m_server;
    asio::signal_set m_signals;
    asio::steady_timer m_statsTimer;
    std::optional<serve::ControlInput> m_control;
    bool m_stopping = false;
};

int serveUntilStopped(const Options &options, serve::ParsedConfig parsed)
{
    asio::io_context loop(1);
    serve::Reporter reporter(loop, options.control);
    reporter.configuration(parsed.diagnostics);
    if (serve::hasErrors(parsed.diagnostics))
        return BadConfiguration;
    const std::string &accessLog = parsed.config.customLog;
    if (!accessLog.empty() && !reporter.openAccessLog(accessLog)) {
        reporter.error("The log " + accessLog + " cannot be opened (" + std::strerror(errno) +
                       "); choose another CustomLog.");
        return CouldNotRun;
    }
    tellDynamicAcls(parsed.config, reporter);
    routeLibavTo(reporter);
    const int code = Program(options, std::move(parsed.config), loop, reporter).run();
    media::routeAvLog({}); // nobody listens any more
    return code;
}

} // namespace

int main(int argc, char *argv[])
try {
    const Options options = parseOptions(argc, argv);
    if (!options.error.empty()) {
        std::fprintf(stderr, "ffserver: %s\n", options.error.c_str());
        return BadConfiguration;
    }
    if (options.showHelp || options.showVersion) {
        const std::string_view text =
            options.showHelp ? helpText() : "ffserver (Aspersor) " ASPERSOR_VERSION "\n";
        std::fwrite(text.data(), 1, text.size(), stdout);
        return AskedToStop;
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error of the write
    raiseDescriptorLimit();

    media::routeAvLog([](auto...) {}); // what libav says of values is said better by the parser
    serve::ParsedConfig parsed = readConfig(options);
    if (options.checkOnly)
        return options.json ? checkForProgram(parsed.diagnostics) : checkOnly(parsed);
    return serveUntilStopped(options, std::move(parsed));
} catch (const std::exception &error) { // no memory, no threads
    std::fprintf(stderr, "[error] ffserver cannot run: %s.\n", error.what());
    return CouldNotRun;
}
