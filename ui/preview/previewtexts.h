// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"
#include "core/preview/previewstate.h"

#include <QString>
#include <optional>

namespace aspersor {

/// What there is to say about a preview.
struct PreviewSituation {
    QString feed;               ///< empty: none is selected
    bool viewersStream = false; ///< what ffserver serves, not the feed's own packets
    bool known = true;          ///< a player could be made
    bool hasVideo = true;
    bool hasPicture = false; ///< one is on the screen
    PreviewState state = PreviewState::Waiting;
    std::optional<FeedState> feedState; ///< as the control room tells, when it has told
};

struct PreviewWords {
    QString status;   ///< beside the feed's name; one clause
    QString headline; ///< over or instead of the picture; empty: nothing
    QString more;     ///< what to do or to expect, under the headline
    enum class Mood { Neutral, Good, Waiting, Bad } mood = Mood::Neutral;
};

[[nodiscard]] PreviewWords wordsFor(const PreviewSituation &situation);

} // namespace aspersor
