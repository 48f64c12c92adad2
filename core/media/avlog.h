// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace aspersor::media {

enum class AvLogLevel { Debug, Info, Warning, Error };

/// Receives one line of libav's log. Called on whichever thread libav runs on; must be thread-safe.
/// `component` is libav's own name ("mpegts", "h264"), `feed` the innermost AvLogScope of the thread or "".
using AvLogHandler = std::function<void(AvLogLevel level, std::string_view component, std::string_view feed,
                                        std::string_view line)>;

/// Routes libav's process-wide log (av_log_set_callback) to `handler`. Call once, from main(), before
/// threads.
void routeAvLog(AvLogHandler handler);

/// While it lives, what libav logs on this thread carries the feed's name.
class AvLogScope
{
public:
    explicit AvLogScope(std::string feed);
    AvLogScope(const AvLogScope &) = delete;
    AvLogScope &operator=(const AvLogScope &) = delete;
    ~AvLogScope();

private:
    std::string m_feed;
    const std::string *m_outer;
};

} // namespace aspersor::media
