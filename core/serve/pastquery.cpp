// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/pastquery.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string_view>

namespace aspersor::serve {

namespace {

using Clock = std::chrono::system_clock;

/// Takes "12" and the separator behind it; false: it is not there.
bool take(std::string_view &text, std::size_t digits, char separator, int low, int high, int &value)
{
    if (text.size() < digits)
        return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value);
    if (error != std::errc{} || end != text.data() + digits || value < low || value > high)
        return false;
    text.remove_prefix(digits);
    if (separator == 0)
        return true;
    if (text.empty() || (text.front() != separator && !(separator == 'T' && text.front() == ' ')))
        return false;
    text.remove_prefix(1);
    return true;
}

/// "2026-11-25T14:30:00", "...Z" in UTC, "14:30:00" of today; else local time, as in the original.
std::optional<Clock::time_point> parseDate(std::string_view text, Clock::time_point now)
{
    const std::time_t seconds = Clock::to_time_t(now);
    const bool utc = text.ends_with('Z');
    if (utc)
        text.remove_suffix(1);
    std::tm day{};
    if ((utc ? ::gmtime_r(&seconds, &day) : ::localtime_r(&seconds, &day)) == nullptr)
        return std::nullopt;
    if (text.size() > 8) {
        if (!take(text, 4, '-', 1970, 9999, day.tm_year) || !take(text, 2, '-', 1, 12, day.tm_mon) ||
            !take(text, 2, 'T', 1, 31, day.tm_mday))
            return std::nullopt;
        day.tm_year -= 1900;
        --day.tm_mon;
    }
    if (!take(text, 2, ':', 0, 23, day.tm_hour) || !take(text, 2, ':', 0, 59, day.tm_min) ||
        !take(text, 2, 0, 0, 60, day.tm_sec) || !text.empty())
        return std::nullopt;
    day.tm_isdst = -1;
    return Clock::from_time_t(utc ? ::timegm(&day) : std::mktime(&day));
}

std::chrono::milliseconds parseSeconds(const std::string &text)
{
    constexpr double most = 365.0 * 24 * 3600;
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || !(seconds > 0))
        return std::chrono::milliseconds(0); // junk is now, as in the original
    return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(seconds, most) * 1000));
}

} // namespace

std::optional<PastPoint> pastPoint(const std::map<std::string, std::string> &query,
                                   std::chrono::milliseconds preroll, Clock::time_point now)
{
    if (const auto date = query.find("date"); date != query.end()) {
        const auto at = parseDate(date->second, now);
        if (!at)
            return std::nullopt;
        const auto back = std::chrono::duration_cast<std::chrono::milliseconds>(now - *at);
        return PastPoint{std::max(back, std::chrono::milliseconds(0)), *at};
    }
    const auto buffer = query.find("buffer");
    const auto back = buffer == query.end() ? preroll : parseSeconds(buffer->second);
    return PastPoint{back, now - back};
}

} // namespace aspersor::serve
