// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/observer.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace aspersor::serve {

/// The state of the server at one moment.
struct StatusReport {
    std::chrono::milliseconds uptime{0};
    int viewers = 0;
    int maxClients = 0;
    int connections = 0;
    std::vector<FeedReport> feeds;
    std::vector<ViewerReport> viewerList; ///< by id
};

/// Text as it stands in a page.
[[nodiscard]] std::string escapedHtml(std::string_view text);
/// {"version":..., "uptimeMs":..., "viewers":N, "feeds":[...], "viewerList":[...]}
[[nodiscard]] std::string statusJson(const StatusReport &report);
/// A page for people that refreshes itself.
[[nodiscard]] std::string statusHtml(const StatusReport &report, std::string_view faviconUrl = {});

} // namespace aspersor::serve
