// SPDX-License-Identifier: GPL-3.0-or-later
// The configuration parser's ties to this machine.
#include "core/serve/configparser.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace aspersor::serve {

namespace {

constexpr std::size_t maxFileBytes = std::size_t{4} * 1024 * 1024;

/// Nothing when it cannot be read (errno says why); one byte too many when it is too large.
std::optional<std::string> contentsOf(const std::string &path, std::size_t mostBytes)
{
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text;
    if (file) {
        text.resize(mostBytes + 1);
        file.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(file.gcount()));
    }
    if (!file.is_open() || file.bad() || (text.empty() && errno != 0))
        return std::nullopt;
    return text;
}

/// Where ffmpeg looks for its presets, in its order; "ENCODER-NAME.ffpreset" after "NAME.ffpreset".
std::optional<std::string> presetText(const std::string &encoder, const std::string &preset)
{
    constexpr std::size_t mostBytes = std::size_t{64} * 1024;
    std::vector<std::string> folders;
    if (const char *folder = std::getenv("FFMPEG_DATADIR"))
        folders.emplace_back(folder);
    if (const char *home = std::getenv("HOME"))
        folders.emplace_back(std::string(home) + "/.ffmpeg");
    folders.emplace_back("/usr/share/ffmpeg");
    for (const std::string &folder : folders) {
        for (const std::string &name : {preset, encoder + '-' + preset}) {
            const std::string path = folder + '/' + name + ".ffpreset";
            std::error_code error;
            if (!std::filesystem::is_regular_file(path, error))
                continue;
            if (auto text = contentsOf(path, mostBytes); text && text->size() <= mostBytes)
                return text;
        }
    }
    return std::nullopt;
}

std::vector<boost::asio::ip::address> addressesOf(const std::string &host)
{
    boost::asio::io_context loop;
    boost::asio::ip::tcp::resolver resolver(loop);
    boost::system::error_code error;
    std::vector<boost::asio::ip::address> addresses;
    for (const auto &entry : resolver.resolve(host, "", error))
        addresses.push_back(entry.endpoint().address());
    return addresses;
}

} // namespace

ConfigSources ConfigSources::ofThisMachine()
{
    return {.preset = presetText, .host = addressesOf};
}

ParsedConfig readConfig(const std::string &path)
{
    ParsedConfig failed;
    const auto fail = [&](const std::string &why) {
        failed.diagnostics.push_back({Diagnostic::Severity::Error, path, 0, 0, why, {}, 0});
        return std::move(failed);
    };
    const auto text = contentsOf(path == "-" ? "/dev/stdin" : path, maxFileBytes);
    if (!text)
        return fail(std::string("This configuration cannot be read (") + std::strerror(errno) +
                    "); name another with -f FILE.");
    if (text->size() > maxFileBytes)
        return fail(
            "This file has more than 4 MiB and cannot be a configuration; name another with -f FILE.");
    return parseConfig(*text, path, ConfigSources::ofThisMachine());
}

} // namespace aspersor::serve
