// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"
#include "core/ffserver/ffserverstatus.h"
#include "core/log/logentry.h"

#include <QColor>
#include <QPalette>

namespace aspersor {

/// Colours that mean something, in the two palettes; each is readable on that palette's base.
struct Colors {
    QColor good;    ///< live, running
    QColor waiting; ///< away, restarting
    QColor bad;     ///< kicked, failed, error
    QColor off;     ///< ended, stopped
    QColor muted;   ///< secondary text
    QColor graph;   ///< the bitrate's line
    QColor graphFill;
    QColor noticeBase; ///< background of a bar that asks for attention
    QColor line;       ///< hairlines between panels
    QColor section;    ///< in a configuration: a tag,
    QColor directive;  ///< a line's first word
    QColor quoted;     ///< and a word in quotes

    [[nodiscard]] static Colors of(const QPalette &palette);
    [[nodiscard]] QColor of(FeedState state) const;
    [[nodiscard]] QColor of(FfserverStatus::State state) const;
    [[nodiscard]] QColor of(LogLevel level, const QPalette &palette) const;
};

[[nodiscard]] bool isDark(const QPalette &palette);
[[nodiscard]] QPalette lightPalette();
[[nodiscard]] QPalette darkPalette();

} // namespace aspersor
