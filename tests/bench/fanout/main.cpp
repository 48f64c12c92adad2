// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/fanout/commands.h"

#include <csignal>
#include <cstdio>
#include <string_view>

int main(int argc, char **argv)
{
    using namespace aspersor::bench;
    std::signal(SIGPIPE, SIG_IGN);
    const std::string_view command = argc > 1 ? argv[1] : "";
    const Arguments arguments(argc, argv);
    if (command == "feed")
        return feed(arguments);
    if (command == "floor")
        return floorServer(arguments);
    if (command == "view")
        return view(arguments);
    if (command == "copy")
        return copyLoop(arguments);
    std::fputs("usage: bench-fanout feed|floor|view|copy [--name value]...\n", stderr);
    return 2;
}
