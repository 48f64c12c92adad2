// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace original {

struct AclRow {
    bool allow = true;
    std::uint32_t first = 0; // IPv4, host order
    std::uint32_t last = 0;
};
using Acl = std::vector<AclRow>;
[[nodiscard]] bool isAllowed(const Acl &acl, std::uint32_t address);

/// What an upload must have: its kind, and what tells one from another.
struct Definition {
    bool video = false;
    std::string text;
};

struct Feed {
    std::string name;
    std::string file;
    Acl acl;
    std::vector<Definition> streams; // the union over its Streams
    bool readOnly = false;
};

struct Stream {
    std::string name;
    std::string feed;
    std::string format;
    Acl acl;
    bool video = true;
    bool audio = true;
    bool onKey = false;
    bool hasFrameRate = true;
    int kbps = 0;
};

/// The whole of an ffserver.conf as release 3.3 takes it.
struct Conf {
    int port = 0;
    std::string address = "0.0.0.0";
    int maxConnections = 2000;
    int maxClients = 5;
    int maxBandwidth = 1000;
    std::string log;
    std::vector<Feed> feeds;
    std::vector<Stream> streams;
    std::map<std::string, std::string> redirects;
};

/// Says what is wrong as "FILE:LINE: text" on standard error; nothing when anything is. `missingCodec`: an
/// encoder that this build does not have.
[[nodiscard]] std::optional<Conf> readConf(const std::string &file, const std::string &missingCodec);

} // namespace original
