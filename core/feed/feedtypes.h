// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QMetaType>
#include <QString>
#include <QtGlobal>

namespace aspersor {

enum class FeedState {
    Live,   ///< a publisher is sending
    Away,   ///< the publisher is gone and may return within the grace time
    Ended,  ///< the grace time is over; viewers have been sent home
    Kicked, ///< thrown off by the operator; may not return until let back in (or the ban is over)
};

/// A snapshot of one feed for tables and statistics. Made at most 4 times a second.
struct FeedStats {
    QString name;
    FeedState state = FeedState::Live;
    QString source;            ///< "ADDRESS:PORT" of the publisher, also of the last one
    QString video;             ///< "h264 1280x720"; empty: none
    QString audio;             ///< "aac 48000 2ch"; empty: none
    double fps = 0;            ///< pictures per second of media time
    qint64 bitrateBps = 0;     ///< bit/s of the container, per second of media time
    qint64 totalBytes = 0;     ///< payload bytes since the feed appeared, over all its connections
    qint64 uptimeMs = 0;       ///< since the feed appeared
    int viewers = 0;           ///< from ffserver; 0 while that is down
    qint64 errors = 0;         ///< lost sync, continuity gaps, time jumps, broken connections
    qint64 banSecondsLeft = 0; ///< Kicked by a ban: seconds until it ends; 0: no time limit

    bool operator==(const FeedStats &) const = default;
};

using FeedStatsList = QList<FeedStats>;

} // namespace aspersor

Q_DECLARE_METATYPE(aspersor::FeedState)
Q_DECLARE_METATYPE(aspersor::FeedStats)
