// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stands in for the ffserver of FFmpeg 3.3, which no current system has: takes its command line and its
// configuration as strictly, takes feeds and viewers as it does, and reports every byte that the original
// would not have taken. The environment says how it misbehaves:
//   ORIGINAL_REPORT=FILE     what it saw, as JSON lines
//   ORIGINAL_MODE=...        silent: ends at once without a word; no codec: was built without mpeg4; refuses:
//                            404 to every feed; strange: nonsense as status page; never: does not listen
#include "server.h"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace {

std::string variable(const char *name)
{
    const char *value = std::getenv(name);
    return value ? value : "";
}

void banner(std::ostream &out)
{
    out << "ffserver version 3.3.9 Copyright (c) 2000-2018 the FFmpeg developers\n";
}

} // namespace

int main(int argc, char **argv)
{
    std::string file = "/etc/ffserver.conf";
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "-version" || word == "-h") {
            banner(std::cout);
            return 0;
        }
        if (word == "-f" && i + 1 < argc) {
            file = argv[++i];
        } else if (word.starts_with('-') && word != "-d" && word != "-n") {
            std::cerr << "Unrecognized option '" << word.substr(1) << "'." << std::endl;
            return 1;
        }
    }
    banner(std::cerr);
    std::signal(SIGPIPE, SIG_IGN);
    const std::string mode = variable("ORIGINAL_MODE");
    if (mode == "silent")
        return 1;
    auto conf = original::readConf(file, mode == "no codec" ? "mpeg4" : "");
    if (!conf)
        return 1;
    if (mode == "never")
        for (;;)
            ::pause();
    original::Server server(std::move(*conf),
                            {variable("ORIGINAL_REPORT"), mode == "refuses", mode == "strange"});
    if (!server.listen()) {
        std::cerr << "bind(port " << conf->port << "): Address already in use" << std::endl;
        return 1;
    }
    std::cout << "Sun Nov 22 22:29:33 2026 FFserver started." << std::endl;
    server.run();
}
