// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aspersor {

/// The command line of ffserver.
struct Options {
    std::string configFile = "/etc/ffserver.conf";
    bool control = false;                          ///< --control stdio
    bool checkOnly = false;                        ///< -n
    bool json = false;                             ///< --json
    bool debug = false;                            ///< -d
    std::string feedSocket;                        ///< empty: as the file says
    std::optional<std::chrono::seconds> feedGrace; ///< none: as the file says
    struct Http {
        std::string address;
        std::uint16_t port = 0;
    };
    std::optional<Http> http; ///< none: as the file says

    bool showHelp = false;
    bool showVersion = false;
    std::string error; ///< a sentence; not empty: the command line cannot be used
};

[[nodiscard]] Options parseOptions(int argc, char *argv[]);
/// "ADDRESS:PORT", "[V6]:PORT".
[[nodiscard]] std::optional<Options::Http> parseHttpAddress(std::string_view text);
[[nodiscard]] std::string_view helpText();

} // namespace aspersor
