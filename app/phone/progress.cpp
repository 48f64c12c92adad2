// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/progress.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace aspersor::phone {

namespace {

constexpr std::chrono::seconds window{5};
constexpr const char *eraseLine = "\r\x1b[K";

template <typename... Values>
std::string format(const char *form, Values... values)
{
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), form, values...);
    return text.data();
}

std::string clock(std::chrono::steady_clock::duration time)
{
    const long long seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
    if (seconds >= 3600)
        return format("%lld:%02lld:%02lld", seconds / 3600, seconds / 60 % 60, seconds % 60);
    return format("%02lld:%02lld", seconds / 60, seconds % 60);
}

const char *word(Uploader::State state)
{
    switch (state) {
    case Uploader::State::Connecting:
        return "connecting";
    case Uploader::State::Sending:
        return "sending";
    case Uploader::State::Waiting:
        return "waiting";
    case Uploader::State::Done:
        return "done";
    case Uploader::State::Refused:
        return "refused";
    case Uploader::State::Failed:
        return "failed";
    }
    return "";
}

std::string stateOf(const std::vector<Uploader::Status> &feeds)
{
    if (feeds.size() == 1)
        return word(feeds.front().state);
    const auto sending = std::count_if(feeds.begin(), feeds.end(), [](const Uploader::Status &feed) {
        return feed.state == Uploader::State::Sending;
    });
    return format("%lld sending", static_cast<long long>(sending));
}

} // namespace

ProgressLine::ProgressLine(std::string name, TimePoint begin) : m_name(std::move(name)), m_begin(begin)
{
    m_samples.push_back({begin, 0});
}

std::string ProgressLine::update(const std::vector<Uploader::Status> &feeds, TimePoint now)
{
    std::uint64_t sent = 0;
    std::uint64_t dropped = 0;
    unsigned reconnects = 0;
    for (const Uploader::Status &feed : feeds) {
        sent += feed.sentBytes;
        dropped += feed.droppedBytes;
        reconnects += feed.reconnects;
    }
    m_samples.push_back({now, sent});
    while (m_samples.size() > 2 && now - m_samples[1].at >= window)
        m_samples.pop_front();
    const std::chrono::duration<double> span = now - m_samples.front().at;
    const double bits = static_cast<double>(sent - m_samples.front().bytes) * 8;
    const double kbps = span.count() > 0 ? bits / span.count() / 1000 : 0;

    std::string line = clock(now - m_begin) + "  " + m_name + "  " + stateOf(feeds);
    line += format("  %.0f kb/s  %.1f MB sent  %u reconnect%s", kbps, static_cast<double>(sent) / 1e6,
                   reconnects, reconnects == 1 ? "" : "s");
    if (dropped > 0)
        line += format("  %.1f MB dropped", static_cast<double>(dropped) / 1e6);
    return line;
}

Console::Console() : m_terminal(::isatty(STDERR_FILENO) == 1) {}

void Console::say(const std::string &who, const std::string &sentence)
{
    const std::lock_guard lock(m_mutex);
    const std::string line =
        (m_progress.empty() ? "" : eraseLine) + (who.empty() ? "" : who + ": ") + sentence + '\n';
    std::fputs((line + m_progress).c_str(), stderr);
    std::fflush(stderr);
}

void Console::showProgress(const std::string &line)
{
    const std::lock_guard lock(m_mutex);
    if (m_terminal)
        m_progress = line;
    std::fputs(m_terminal ? (eraseLine + line).c_str() : (line + '\n').c_str(), stderr);
    std::fflush(stderr);
}

void Console::end()
{
    const std::lock_guard lock(m_mutex);
    if (!m_progress.empty())
        std::fputc('\n', stderr);
    m_progress.clear();
}

} // namespace aspersor::phone
