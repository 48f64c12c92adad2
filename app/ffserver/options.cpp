// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ffserver/options.h"

#include <charconv>
#include <getopt.h>

namespace aspersor {

std::string_view helpText()
{
    return R"(Usage: ffserver [-f FILE] [-n [--json]] [--http ADDRESS:PORT] [--feed-socket PATH]
                [--feed-grace SECONDS] [--control stdio]

Serves live feeds to any number of viewers, as the configuration says.

  -f FILE                 the configuration (default /etc/ffserver.conf); with -n, "-" is standard input
  -n                      only check the configuration and list its streams
  --json                  with -n: for a program, each finding as a JSON object a line, and nothing else
  --http ADDRESS:PORT     listen here, whatever the configuration says; port 0 takes a free one
  --feed-socket PATH      take feeds on this Unix socket, whatever the configuration says
  --feed-grace SECONDS    how long viewers wait for a feed that is away, whatever the configuration says
  --control stdio         take commands and tell events on standard input and output, as JSON lines;
                          end when standard input ends
  -d                      log requests on standard output, whatever CustomLog says
  --version, --help
)";
}

std::optional<Options::Http> parseHttpAddress(std::string_view text)
{
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    std::string_view address = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    else if (address.find(':') != std::string_view::npos)
        return std::nullopt; // IPv6 without brackets: where would the port begin?
    Options::Http http{std::string(address), 0};
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), http.port);
    if (address.empty() || port.empty() || error != std::errc{} || end != port.data() + port.size())
        return std::nullopt;
    return http;
}

Options parseOptions(int argc, char *argv[])
{
    enum Long { Control = 256, FeedSocket, FeedGrace, Http, Json, Version };
    static const option longOptions[] = {
        {"control", required_argument, nullptr, Control},
        {"feed-socket", required_argument, nullptr, FeedSocket},
        {"feed-grace", required_argument, nullptr, FeedGrace},
        {"http", required_argument, nullptr, Http},
        {"json", no_argument, nullptr, Json},
        {"version", no_argument, nullptr, Version},
        {"help", no_argument, nullptr, 'h'},
        {nullptr, 0, nullptr, 0},
    };
    Options options;
    opterr = 0;
    optind = 1;
    // The original's long options have one dash.
    for (int found = 0; (found = getopt_long_only(argc, argv, ":f:ndh", longOptions, nullptr)) != -1;) {
        switch (found) {
        case 'f':
            options.configFile = optarg;
            break;
        case 'n':
            options.checkOnly = true;
            break;
        case Json:
            options.json = true;
            break;
        case 'd':
            options.debug = true;
            break;
        case 'h':
            options.showHelp = true;
            break;
        case Version:
            options.showVersion = true;
            break;
        case Control:
            options.control = true;
            if (std::string_view(optarg) != "stdio")
                options.error = "--control is followed by \"stdio\".";
            break;
        case FeedSocket:
            options.feedSocket = optarg;
            break;
        case FeedGrace: {
            int seconds = 0;
            const std::string_view text(optarg);
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
            if (error == std::errc{} && end == text.data() + text.size() && seconds >= 0 && seconds <= 86'400)
                options.feedGrace = std::chrono::seconds(seconds);
            else
                options.error = "--feed-grace is followed by a number of seconds, at most 86400.";
            break;
        }
        case Http:
            options.http = parseHttpAddress(optarg);
            if (!options.http)
                options.error =
                    "--http is followed by an address and a port such as 127.0.0.1:8090, not by \"" +
                    std::string(optarg) + "\".";
            break;
        case ':':
            options.error =
                "The option " + std::string(argv[optind - 1]) + " needs a value; see ffserver --help.";
            break;
        default:
            options.error = "There is no option " + std::string(argv[optind - 1]) + "; see ffserver --help.";
            break;
        }
    }
    if (options.error.empty() && !options.checkOnly) {
        if (options.json)
            options.error = "--json says how -n tells its findings; add -n.";
        else if (options.configFile == "-") // it could not be read again
            options.error = "Standard input can only be checked; add -n, or name a file.";
    }
    return options;
}

} // namespace aspersor
