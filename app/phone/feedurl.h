// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <string>
#include <string_view>

namespace aspersor::phone {

/// Where a feed goes to.
struct FeedUrl {
    std::string host; ///< name or address; IPv6 without its brackets
    std::string port = "80";
    std::string path;  ///< "/cam1", percent-encoded as given
    std::string query; ///< without its '?'; may be empty

    [[nodiscard]] std::string name() const;      ///< the path without its slashes and a ".ts"
    [[nodiscard]] std::string authority() const; ///< for the Host field: "localhost:8088", "[::1]:8088"
    [[nodiscard]] std::string target() const;    ///< for the request line: "/cam1?key=..."
    /// The target of one segment: "/cam1/seg-00007.ts?key=...".
    [[nodiscard]] std::string segmentTarget(unsigned number) const;
    /// The same place under another name: "/cam" becomes "/cam3", "/cam.ts" becomes "/cam3.ts".
    [[nodiscard]] FeedUrl numbered(int number) const;
};

/// Reads "http://HOST[:PORT]/NAME[?QUERY]". On an error the message is a whole sentence for the user.
[[nodiscard]] Result<FeedUrl> parseFeedUrl(std::string_view url);

} // namespace aspersor::phone
