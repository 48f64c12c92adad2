// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace aspersor::serve {

/// Why a stream could not be opened: an HTTP status and the sentence for the viewer.
struct OpenError {
    int status = 503;
    std::string reason = {};
    bool starting = false; ///< it will be there in a moment: the caller is told when to ask again
};

} // namespace aspersor::serve
