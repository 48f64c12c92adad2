// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace aspersor {

/// Why a preview shows what it shows. The texts for people are the UI's.
enum class PreviewState {
    Waiting,     ///< nothing has come yet, or nothing comes for the moment
    Playing,     ///< pictures or sound are coming out
    Away,        ///< the publisher broke off; the feed may go on
    Ended,       ///< the feed has ended: nothing more comes from this player
    Unreachable, ///< an address: cannot be opened; tried again by itself
    Undecodable, ///< no decoder for what comes
};

} // namespace aspersor
