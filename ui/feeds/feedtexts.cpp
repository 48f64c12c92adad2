// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/feeds/feedtexts.h"

#include <QCoreApplication>
#include <QLocale>
#include <array>

namespace aspersor::texts {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(FeedTexts)
};

/// "9:32" or "1:02:45".
QString clock(qint64 seconds, bool alwaysHours)
{
    const qint64 hours = seconds / 3600;
    const auto two = [](qint64 n) { return QStringLiteral("%1").arg(n, 2, 10, QLatin1Char('0')); };
    if (hours == 0 && !alwaysHours) {
        return QStringLiteral("%1:%2").arg(seconds / 60).arg(two(seconds % 60));
    }
    return QStringLiteral("%1:%2:%3").arg(hours).arg(two(seconds / 60 % 60), two(seconds % 60));
}

} // namespace

QString bitrate(qint64 bitsPerSecond)
{
    //: %1 is a number such as 2,450; the unit is kilobits (1000 bits) per second
    return Words::tr("%1 kb/s").arg(QLocale().toString((bitsPerSecond + 500) / 1000));
}

QString megabits(qint64 bitsPerSecond)
{
    //: %1 is a number such as 7.4; the unit is megabits per second
    return Words::tr("%1 Mb/s").arg(QLocale().toString(static_cast<double>(bitsPerSecond) / 1e6, 'f', 1));
}

QString size(qint64 bytes)
{
    static constexpr std::array units{"kB", "MB", "GB", "TB"};
    double value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < units.size()) {
        value /= 1000;
        ++unit;
    }
    const int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return QStringLiteral("%1 %2").arg(QLocale().toString(value, 'f', decimals),
                                       QLatin1String(units.at(unit)));
}

QString uptime(qint64 milliseconds)
{
    return clock(milliseconds / 1000, true);
}

QString state(const FeedStats &feed)
{
    switch (feed.state) {
    case FeedState::Live:
        //: state of a feed: a phone is sending it
        return Words::tr("Live");
    case FeedState::Away:
        //: state of a feed: its phone broke off and may come back
        return Words::tr("Away");
    case FeedState::Ended:
        //: state of a feed: its phone did not come back
        return Words::tr("Ended");
    case FeedState::Kicked:
        break;
    }
    if (feed.banSecondsLeft > 0) {
        //: state of a feed: its phone may not come back for the time %1, such as 9:32
        return Words::tr("Banned %1").arg(clock(feed.banSecondsLeft, false));
    }
    //: state of a feed: the operator threw its phone off
    return Words::tr("Kicked");
}

QString stateSentence(const FeedStats &feed)
{
    switch (feed.state) {
    case FeedState::Live:
        return Words::tr("A phone is sending this feed.");
    case FeedState::Away:
        return Words::tr("The phone broke off. Its viewers stay connected, and go on when it returns.");
    case FeedState::Ended:
        return Words::tr("The phone did not come back in time; its viewers were sent home.");
    case FeedState::Kicked:
        break;
    }
    return feed.banSecondsLeft > 0
               ? Words::tr(
                     "You kicked this phone and banned it for a time. Let it back in to end the ban now.")
               : Words::tr("You kicked this phone. It cannot publish again until you let it back in.");
}

QString host(const QString &source)
{
    return source.left(source.lastIndexOf(QLatin1Char(':')))
        .remove(QLatin1Char('['))
        .remove(QLatin1Char(']'));
}

QString none()
{
    return QStringLiteral("–");
}

} // namespace aspersor::texts
