// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configreader.h"
#include "core/serve/configvalues.h"

#include <algorithm>
#include <cmath>
#include <sys/un.h>

namespace aspersor::serve {

const Word *ConfigReader::argument(std::size_t index, std::string_view what)
{
    if (index < m_line->words.size())
        return &m_line->words[index];
    error(m_line->words.front(), m_line->words.front().text + " needs " + std::string(what) + " after it.");
    return nullptr;
}

std::optional<std::int64_t> ConfigReader::number(std::int64_t low, std::int64_t high, std::string_view what)
{
    const Word *word = argument(1, what);
    if (!word)
        return std::nullopt;
    const auto value = parseInteger(word->text);
    if (!value || *value < low || *value > high) {
        error(*word, m_line->words.front().text + " must be " + std::string(what) + " from " +
                         std::to_string(low) + " to " + std::to_string(high) + ", not " + quoted(word->text) +
                         ".");
        return std::nullopt;
    }
    return value;
}

std::optional<std::chrono::milliseconds> ConfigReader::seconds(double low, double high)
{
    const Word *word = argument(1, "a number of seconds");
    if (!word)
        return std::nullopt;
    const auto value = parseReal(word->text);
    if (!value || *value < low || *value > high) {
        error(*word, m_line->words.front().text + " must be a number of seconds from " +
                         std::to_string(static_cast<int>(low)) + " to " +
                         std::to_string(static_cast<int>(high)) + ", not " + quoted(word->text) + ".");
        return std::nullopt;
    }
    return std::chrono::milliseconds(std::llround(*value * 1000));
}

void ConfigReader::onlyOnce(const std::string &key)
{
    const auto [place, isNew] = m_seen.emplace(key, m_line->number);
    if (!isNew)
        warn(m_line->words.front(), m_line->words.front().text + " was already set in line " +
                                        std::to_string(place->second) + "; this one counts.");
    place->second = m_line->number;
}

void ConfigReader::directive()
{
    const Word &word = m_line->words.front();
    const auto known = directivesOf(m_section);
    const auto found = std::ranges::find_if(
        known, [&](std::string_view name) { return equalIgnoringCase(name, word.text); });
    if (found == known.end()) {
        unknownDirective(word, m_section);
        return;
    }
    const std::string key = lowered(*found);
    switch (m_section) {
    case Section::Global:
        globalDirective(key);
        break;
    case Section::Feed:
        feedDirective(key);
        break;
    case Section::Stream:
        streamDirective(key);
        break;
    case Section::Redirect:
        redirectDirective(key);
        break;
    }
}

void ConfigReader::unknownDirective(const Word &word, Section section)
{
    for (const Section other : {Section::Global, Section::Feed, Section::Stream, Section::Redirect}) {
        const auto known = directivesOf(other);
        if (std::ranges::any_of(known, [&](auto name) { return equalIgnoringCase(name, word.text); })) {
            warn(word, word.text + " belongs in " + std::string(sectionName(other)) + ", not in " +
                           std::string(sectionName(section)) + "; this line is ignored.");
            return;
        }
    }
    warn(word, "There is no directive called " + quoted(word.text) + "; this line is ignored.",
         nearestWord(word.text, directivesOf(section)));
}

std::optional<std::uint16_t> ConfigReader::port()
{
    const auto value = number(0, 65535, "a port number");
    return value ? std::optional(static_cast<std::uint16_t>(*value)) : std::nullopt;
}

void ConfigReader::bindAddress(std::string &into)
{
    const Word *address = argument(1, "an address");
    if (!address)
        return;
    if (isAddress(address->text))
        into = address->text;
    else
        error(*address, m_line->words.front().text +
                            " must be an address of this machine such as 0.0.0.0 (every IPv4), 127.0.0.1 or "
                            "::1, not " +
                            quoted(address->text) + ".");
}

void ConfigReader::globalDirective(const std::string &key)
{
    const Word &word = m_line->words.front();
    if (addressDirective(key) || limitDirective(key))
        return;
    Config &config = m_result.config;
    if (key == "customlog") {
        onlyOnce(key);
        if (const Word *path = argument(1, "a file name, or - for standard output,"))
            config.customLog = path->text;
    } else if (key == "feedgrace") {
        onlyOnce(key);
        config.feedGrace = seconds(0, 86'400).value_or(config.feedGrace);
    } else if (key == "viewertimeout") {
        onlyOnce(key);
        config.viewerTimeout = seconds(1, 86'400).value_or(config.viewerTimeout);
    } else if (key == "delaybudget") {
        onlyOnce(key);
        if (const auto value = number(0, 1000, "a number of milliseconds"))
            config.delayBudget = std::chrono::milliseconds(*value);
    } else if (key == "workers") {
        onlyOnce(key);
        if (const auto value = number(1, 64, "a number"))
            config.workers = static_cast<int>(*value);
    } else if (key == "usedefaults") {
        m_defaults = m_line;
    } else if (key == "nodefaults") {
        m_defaults = nullptr;
    } else if (key == "loadmodule") {
        error(word, "LoadModule was never possible in the last ffserver; delete this line.");
    }
    // NoDaemon: it never is one.
}

bool ConfigReader::addressDirective(const std::string &key)
{
    Config &config = m_result.config;
    const Word &word = m_line->words.front();
    if (key == "port" || key == "bindaddress")
        warn(word, word.text + " is an old name; write HTTP" + word.text + ".");
    if (key == "httpport" || key == "port") {
        onlyOnce("httpport");
        if (const auto value = port())
            config.httpPort = value;
    } else if (key == "httpbindaddress" || key == "bindaddress") {
        onlyOnce("httpbindaddress");
        bindAddress(config.httpBindAddress);
    } else if (key == "rtspport") {
        onlyOnce(key);
        if (const auto value = port())
            config.rtspPort = value;
    } else if (key == "rtspbindaddress") {
        onlyOnce(key);
        bindAddress(config.rtspBindAddress);
    } else if (key == "feedsocket") {
        onlyOnce(key);
        const Word *path = argument(1, "the path of a socket");
        if (path && path->text.size() >= sizeof(sockaddr_un::sun_path))
            error(*path, "This path is too long for a socket: at most " +
                             std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                             " bytes; choose a shorter one.");
        else if (path)
            config.feedSocket = path->text;
    } else {
        return false;
    }
    return true;
}

bool ConfigReader::limitDirective(const std::string &key)
{
    Config &config = m_result.config;
    const bool isAny = key == "maxclients" || key == "maxhttpconnections" || key == "maxbandwidth" ||
                       key == "maxclientsperaddress";
    if (!isAny)
        return false;
    onlyOnce(key);
    if (key == "maxclients")
        m_maxClientsAt = Later{*m_line, m_line->words.back()};
    const bool isRate = key == "maxbandwidth";
    const auto value = isRate ? number(10, 10'000'000, "a number of kbit/s") : number(1, 65535, "a number");
    if (!value)
        return true;
    const int limit = static_cast<int>(*value);
    if (key == "maxclients")
        config.maxClients = limit;
    else if (key == "maxhttpconnections")
        config.maxHttpConnections = limit;
    else if (isRate)
        config.maxBandwidthKbps = limit;
    else
        config.maxClientsPerAddress = limit;
    return true;
}

} // namespace aspersor::serve
