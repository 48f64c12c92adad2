// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"

#include <QString>
#include <cmath>

namespace aspersor::samples {

/// Feed `number` (from 1) as it looks `second` seconds after it began: every kind of state among the first
/// nine.
inline FeedStats feed(int number, double second)
{
    FeedStats f;
    f.name = number == 5 ? QStringLiteral("stage-left_backstage.gopro") : QStringLiteral("cam%1").arg(number);
    f.source = QStringLiteral("192.168.1.%1:%2").arg(20 + number).arg(40'000 + number * 713);
    const bool small = number % 3 == 0;
    f.video = small ? QStringLiteral("h264 1280x720") : QStringLiteral("h264 1920x1080");
    f.audio = number % 4 == 3 ? QString() : QStringLiteral("aac 48000 2ch");
    f.fps = (number % 5 == 0 ? 25.0 : 29.97) + 0.2 * std::sin(second + number);
    const double wave = std::sin(second / 3 + number) + 0.5 * std::sin(second * 1.7 + number * 2);
    f.bitrateBps = static_cast<qint64>((small ? 1.6e6 : 3.8e6) * (1 + 0.12 * wave));
    f.totalBytes = static_cast<qint64>(number * 87.3e6 + second * 4e5);
    f.uptimeMs = static_cast<qint64>((second + number * 471) * 1000);
    f.viewers = (number * 7) % 23;
    f.errors = number % 4 == 0 ? number * 3 : 0;
    if (number == 4) {
        f.state = FeedState::Away;
    } else if (number == 7) {
        f.state = FeedState::Kicked;
        f.banSecondsLeft = 572;
    } else if (number == 8) {
        f.state = FeedState::Kicked;
    } else if (number == 9) {
        f.state = FeedState::Ended;
    }
    return f;
}

inline FeedStatsList feeds(int count, double second = 60)
{
    FeedStatsList list;
    for (int number = 1; number <= count; ++number) {
        list << feed(number, second);
    }
    return list;
}

} // namespace aspersor::samples
