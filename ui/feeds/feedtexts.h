// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"

#include <QString>

namespace aspersor {

/// How values are worded for people, in the window's language. Numbers keep their count of decimals, so that
/// a column does not jump.
namespace texts {

[[nodiscard]] QString bitrate(qint64 bitsPerSecond);  ///< "2,450 kb/s"
[[nodiscard]] QString megabits(qint64 bitsPerSecond); ///< "7.4 Mb/s"
[[nodiscard]] QString size(qint64 bytes);             ///< "1.24 GB", decimal units
[[nodiscard]] QString uptime(qint64 milliseconds);    ///< "1:02:45"
[[nodiscard]] QString state(const FeedStats &feed);   ///< "Live", "Banned 9:32"
[[nodiscard]] QString stateSentence(const FeedStats &feed);
/// The address without its port, which says little to people.
[[nodiscard]] QString host(const QString &source);
/// What stands for a value that there is none of.
[[nodiscard]] QString none();

} // namespace texts

} // namespace aspersor
