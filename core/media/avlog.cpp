// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/avlog.h"

#include "core/media/avptr.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <utility>

namespace aspersor::media {

namespace {

// libav's log callback is process-wide and carries no user pointer: this state is libav's, not ours.
AvLogHandler &handler()
{
    static AvLogHandler instance;
    return instance;
}
thread_local const std::string *currentFeed = nullptr;

AvLogLevel levelOf(int level)
{
    if (level <= AV_LOG_ERROR)
        return AvLogLevel::Error;
    if (level <= AV_LOG_WARNING)
        return AvLogLevel::Warning;
    return level <= AV_LOG_INFO ? AvLogLevel::Info : AvLogLevel::Debug;
}

/// Warnings of libav that are about how we use it, on purpose, and that nobody could do anything about: the
/// range of JPEGs is set, keyframes are forced without asking where scene cuts are, and encoders are ended as
/// soon as nobody watches.
bool isNoise(std::string_view line)
{
    constexpr std::array<std::string_view, 3> fragments{"deprecated pixel format used", "forced frame type",
                                                        "frames left in the queue on closing"};
    return std::ranges::any_of(fragments,
                               [&](auto part) { return line.find(part) != std::string_view::npos; });
}

void onAvLog(void *object, int level, const char *format, va_list arguments)
{
    if (level > av_log_get_level())
        return;
    std::array<char, 1024> text{}; // libav's own limit for a line
    const int length = std::vsnprintf(text.data(), text.size(), format, arguments);
    std::string_view line(
        text.data(), std::min<std::size_t>(static_cast<std::size_t>(std::max(length, 0)), text.size() - 1));
    while (!line.empty() && (line.back() == '\n' || line.back() == ' '))
        line.remove_suffix(1);
    if (line.empty() || isNoise(line))
        return;
    const AVClass *description = object ? *static_cast<AVClass **>(object) : nullptr;
    const char *component = description ? description->item_name(object) : "libav";
    handler()(levelOf(level), component, currentFeed ? std::string_view(*currentFeed) : std::string_view(),
              line);
}

} // namespace

void routeAvLog(AvLogHandler newHandler)
{
    handler() = std::move(newHandler);
    av_log_set_level(AV_LOG_WARNING);
    av_log_set_callback(handler() ? onAvLog : av_log_default_callback);
}

AvLogScope::AvLogScope(std::string feed)
    : m_feed(std::move(feed)), m_outer(std::exchange(currentFeed, &m_feed))
{
}

AvLogScope::~AvLogScope()
{
    currentFeed = m_outer;
}

} // namespace aspersor::media
