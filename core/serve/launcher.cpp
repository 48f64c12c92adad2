// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/launcher.h"

#include "core/serve/childprocess.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <optional>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;

namespace {

using boost::system::error_code;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds firstPause{1};
constexpr std::chrono::seconds longestPause{60};
constexpr std::chrono::seconds goodLife{30}; ///< who lives that long is started again without a long pause
constexpr std::chrono::seconds mercy{2};     ///< from SIGTERM to SIGKILL
constexpr std::size_t longestLine = 1000;
/// What a feeder may say: a fault that comes with every picture must not fill the log.
constexpr int linesAtOnce = 50;
constexpr std::chrono::seconds linesTime{10};

/// As it may stand in a log.
std::string loggable(std::string_view line)
{
    std::string text(line.substr(0, longestLine));
    std::ranges::replace_if(
        text, [](char c) { return (static_cast<unsigned char>(c) < 0x20) || c == 0x7f; }, ' ');
    return text;
}

} // namespace

/// One feed's program; kept alive by what it waits for, which its Launcher ends.
class Feeder final : public std::enable_shared_from_this<Feeder>
{
public:
    Feeder(asio::io_context &loop, std::string feed, Observer &observer)
        : m_feed(std::move(feed)), m_observer(observer), m_ending(loop), m_errors(loop), m_timer(loop)
    {
    }

    /// Empty: none. Another command than that which runs takes its place as soon as it has ended.
    void want(std::vector<std::string> words)
    {
        if (words == m_words)
            return;
        m_words = std::move(words);
        m_pause = firstPause;
        m_timer.cancel();
        if (m_child)
            askToEnd();
        else if (!m_words.empty())
            start();
    }
    [[nodiscard]] bool isOver() const { return !m_child && m_words.empty(); }
    [[nodiscard]] bool runs() const { return m_child.has_value(); }
    void kill()
    {
        m_words.clear();
        m_timer.cancel();
        m_ending.close();
        m_errors.close();
        m_child.reset();
    }

private:
    void start()
    {
        auto child = ChildProcess::start(m_words);
        if (!child) {
            tryAgain(LogLevel::Error, "The feeder of the feed " + m_feed + " cannot be started: " +
                                          child.error().message + "; correct its Launch line. It is tried");
            return;
        }
        m_child.emplace(std::move(*child));
        m_since = Clock::now();
        m_said.clear();
        m_observer.log(LogLevel::Info, "The feeder of the feed " + m_feed +
                                           " was started: " + loggable(m_words.front()) + ", process " +
                                           std::to_string(m_child->id()) + '.');
        m_ending.assign(m_child->ending().release());
        m_errors.assign(m_child->errors().release());
        m_ending.async_wait(asio::posix::stream_descriptor::wait_read,
                            [self = shared_from_this()](const error_code &error) {
                                if (!error)
                                    self->onEnd();
                            });
        readErrors();
    }

    void askToEnd()
    {
        m_child->signal(SIGTERM);
        m_asked = true;
        m_timer.expires_after(mercy);
        m_timer.async_wait([self = shared_from_this()](const error_code &error) {
            if (error || !self->m_child || !self->m_asked)
                return;
            self->m_observer.log(LogLevel::Warning, "The feeder of the feed " + self->m_feed +
                                                        " does not end when it is asked to; it is killed.");
            self->m_child->signal(SIGKILL);
        });
    }

    void onEnd()
    {
        const auto end = m_child ? m_child->end() : std::nullopt;
        if (!end)
            return;
        m_timer.cancel();
        m_ending.close();
        takeLastWords();
        m_errors.close();
        m_child.reset();
        if (std::exchange(m_asked, false)) {
            m_observer.log(LogLevel::Info, "The feeder of the feed " + m_feed + " has ended.");
            if (!m_words.empty())
                start();
            return;
        }
        if (Clock::now() - m_since >= goodLife)
            m_pause = firstPause;
        tryAgain(end->good ? LogLevel::Info : LogLevel::Warning,
                 "The feeder of the feed " + m_feed + " ended " + end->how + "; it is started");
    }

    void tryAgain(LogLevel level, const std::string &text)
    {
        m_observer.log(level, text + " again in " + std::to_string(m_pause.count()) + " s.");
        m_timer.expires_after(m_pause);
        m_pause = std::min(m_pause * 2, longestPause);
        m_timer.async_wait([self = shared_from_this()](const error_code &error) {
            if (!error && !self->m_child && !self->m_words.empty())
                self->start();
        });
    }

    void readErrors()
    {
        m_errors.async_read_some(asio::buffer(m_buffer),
                                 [self = shared_from_this()](const error_code &error, std::size_t count) {
                                     if (error)
                                         return;
                                     self->hear({self->m_buffer.data(), count});
                                     self->readErrors();
                                 });
    }

    /// What is still in the pipe; a process that it left behind may hold that open.
    void takeLastWords()
    {
        error_code error;
        m_errors.cancel();
        for (std::size_t taken = 0; taken < m_buffer.size() * 16 && !error;) {
            const std::size_t count = m_errors.read_some(asio::buffer(m_buffer), error);
            taken += count;
            if (!error)
                hear({m_buffer.data(), count});
        }
        if (!m_said.empty())
            hear("\n");
    }

    void hear(std::string_view text)
    {
        for (const char c : text) {
            if (c == '\n') {
                if (m_said.ends_with('\r'))
                    m_said.pop_back();
                say(m_said);
                m_said.clear();
            } else {
                if (m_said.ends_with('\r')) // a terminal would overwrite it, as ffmpeg's progress
                    m_said.clear();
                if (m_said.size() < longestLine || c == '\r')
                    m_said += c;
            }
        }
    }

    void say(std::string_view line)
    {
        const auto now = Clock::now();
        if (now - m_lineTime >= linesTime) {
            if (m_lines > linesAtOnce)
                tell(std::to_string(m_lines - linesAtOnce) + " more lines were left out.");
            m_lineTime = now;
            m_lines = 0;
        }
        if (!line.empty() && ++m_lines <= linesAtOnce)
            tell(loggable(line));
    }

    void tell(const std::string &text)
    {
        m_observer.log(LogLevel::Info, "feeder of " + m_feed + ": " + text);
    }

    const std::string m_feed;
    Observer &m_observer;
    std::vector<std::string> m_words; // with the address; empty: is to end, and not to be started again
    std::optional<ChildProcess> m_child;
    bool m_asked = false; // to end
    asio::posix::stream_descriptor m_ending;
    asio::posix::stream_descriptor m_errors;
    asio::steady_timer m_timer; // for the next start, or for SIGKILL
    std::array<char, 4096> m_buffer{};
    std::string m_said; // a line that is not complete
    int m_lines = 0;
    Clock::time_point m_lineTime{};
    Clock::time_point m_since{};
    std::chrono::seconds m_pause = firstPause;
};

Launcher::Launcher(asio::io_context &loop, Observer &observer) : m_loop(loop), m_observer(observer) {}

Launcher::~Launcher() // NOLINT(bugprone-exception-escape): cancelling a timer does not throw
{
    for (const auto &[name, feeder] : m_feeders)
        feeder->kill();
}

void Launcher::apply(const std::vector<FeedSpec> &feeds, const std::string &server)
{
    forgetEnded();
    std::map<std::string, std::vector<std::string>> wanted;
    for (const FeedSpec &feed : feeds) {
        if (feed.launch.empty() || feed.readOnly)
            continue;
        wanted[feed.name] = feed.launch;
        // The ending tells ffmpeg what to send where the line does not; it no longer knows the original's.
        wanted[feed.name].push_back(server + '/' + feed.name + ".ts");
    }
    for (const auto &[name, feeder] : m_feeders) {
        if (!wanted.contains(name))
            feeder->want({});
    }
    for (auto &[name, words] : wanted) {
        std::shared_ptr<Feeder> &feeder = m_feeders[name];
        if (!feeder)
            feeder = std::make_shared<Feeder>(m_loop, name, m_observer);
        feeder->want(std::move(words));
    }
}

bool Launcher::idle()
{
    forgetEnded();
    return std::ranges::none_of(m_feeders, [](const auto &entry) { return entry.second->runs(); });
}

void Launcher::forgetEnded()
{
    std::erase_if(m_feeders, [](const auto &entry) { return entry.second->isOver(); });
}

} // namespace aspersor::serve
