// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configreader.h"
#include "core/serve/configvalues.h"

#include <algorithm>
#include <iterator>
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
    return std::chrono::milliseconds(static_cast<std::int64_t>(*value * 1000));
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
    warn(word, "There is no directive called " + quoted(word.text) + "; this line is ignored." +
                   didYouMean(nearestWord(word.text, directivesOf(section))));
}

void ConfigReader::globalDirective(const std::string &key)
{
    Config &config = m_result.config;
    const Word &word = m_line->words.front();
    if (key == "port" || key == "bindaddress")
        warn(word, word.text + " is an old name; write HTTP" + word.text + ".");
    if (key == "httpport" || key == "port") {
        onlyOnce("httpport");
        if (const auto value = number(0, 65535, "a port number"))
            config.httpPort = static_cast<std::uint16_t>(*value);
    } else if (key == "httpbindaddress" || key == "bindaddress") {
        onlyOnce("httpbindaddress");
        if (const Word *address = argument(1, "an address")) {
            if (isAddress(address->text))
                config.httpBindAddress = address->text;
            else
                error(*address, "HTTPBindAddress must be an address of this machine such as 0.0.0.0 (every "
                                "IPv4), 127.0.0.1 or ::1, not " +
                                    quoted(address->text) + ".");
        }
    } else if (key == "maxclients") {
        onlyOnce(key);
        m_maxClientsAt = Later{*m_line, m_line->words.back()};
        if (const auto value = number(1, 65535, "a number"))
            config.maxClients = static_cast<int>(*value);
    } else if (key == "maxhttpconnections") {
        onlyOnce(key);
        if (const auto value = number(1, 65535, "a number"))
            config.maxHttpConnections = static_cast<int>(*value);
    } else if (key == "maxbandwidth") {
        onlyOnce(key);
        if (const auto value = number(10, 10'000'000, "a number of kbit/s"))
            config.maxBandwidthKbps = static_cast<int>(*value);
    } else if (key == "customlog") {
        onlyOnce(key);
        if (const Word *path = argument(1, "a file name, or - for standard output,"))
            config.customLog = path->text;
    } else if (key == "feedsocket") {
        onlyOnce(key);
        const Word *path = argument(1, "the path of a socket");
        if (path && path->text.size() >= sizeof(sockaddr_un::sun_path))
            error(*path, "This path is too long for a socket: at most " +
                             std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                             " bytes; choose a shorter one.");
        else if (path)
            config.feedSocket = path->text;
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
    } else if (key == "loadmodule") {
        error(word, "LoadModule was never possible in the last ffserver; delete this line.");
    } else if (key != "nodaemon") { // it never is one: honoured
        warn(word, word.text + " is not available in this version; this line is ignored.");
    }
}

void ConfigReader::feedDirective(const std::string &key)
{
    const Word &word = m_line->words.front();
    if (key == "acl")
        acl(m_feed.acl);
    else
        warn(word, word.text + " is not available in this version; this line is ignored.");
}

void ConfigReader::streamDirective(const std::string &key)
{
    const Word &word = m_line->words.front();
    if (key == "feed") {
        onlyOnce(key);
        if (const Word *name = argument(1, "the name of a feed"))
            m_stream.feed = std::string(feedBaseName(name->text));
    } else if (key == "format") {
        onlyOnce(key);
        formatOf(m_stream);
    } else if (key == "acl") {
        acl(m_stream.acl);
    } else if (key == "file" || key == "readonlyfile") {
        warn(word, "Serving a file is not available in this version; the stream " + quoted(m_stream.name) +
                       " is left out.");
        m_streamLeftOut = true;
    } else {
        warn(word, word.text + " is not available in this version; this line is ignored and the feed is "
                               "passed on as it comes.");
    }
}

void ConfigReader::formatOf(StreamSpec &stream)
{
    const Word *name = argument(1, "the name of a format");
    if (!name)
        return;
    stream.format = formatByName(name->text);
    if (stream.format)
        return;
    if (isFormatOfOriginal(name->text)) {
        warn(*name, "The format " + quoted(name->text) + " is not available in this version; the stream " +
                        quoted(stream.name) + " is left out.");
        m_streamLeftOut = true;
        return;
    }
    std::vector<std::string_view> known;
    std::ranges::transform(formats(), std::back_inserter(known), &Format::name);
    std::string list;
    for (const std::string_view one : known)
        list.append(list.empty() ? "" : ", ").append(one);
    error(*name, "There is no format called " + quoted(name->text) + "; there are " + list + "." +
                     didYouMean(nearestWord(name->text, known)));
}

void ConfigReader::redirectDirective(const std::string &key)
{
    onlyOnce(key);
    const Word *url = argument(1, "an address such as http://example.org/");
    if (!url)
        return;
    const bool clean = std::ranges::all_of(url->text, [](unsigned char c) { return c > 0x20 && c != 0x7f; });
    if (url->text.empty() || !clean)
        error(*url, "An address has no blanks or control characters; write them as %20 and so on.");
    else
        m_redirect.url = url->text;
}

void ConfigReader::acl(Acl &into)
{
    const Word *action = argument(1, "\"allow\" or \"deny\" and an address");
    if (!action)
        return;
    const bool allow = equalIgnoringCase(action->text, "allow");
    if (!allow && !equalIgnoringCase(action->text, "deny")) {
        error(*action, "ACL is followed by \"allow\" or \"deny\", not by " + quoted(action->text) + ".");
        return;
    }
    const Word *first = argument(2, "an address after \"allow\" or \"deny\"");
    if (!first)
        return;
    if (equalIgnoringCase(first->text, "localhost")) {
        for (AclRule rule : Acl::loopbackOnly().rules) {
            rule.allow = allow;
            into.rules.push_back(rule);
        }
        return;
    }
    const Word *last = m_line->words.size() > 3 ? &m_line->words[3] : first;
    auto from = parseAclRange(first->text);
    const auto to = last == first ? from : parseAclRange(last->text);
    if (!from || !to) {
        const Word &bad = from ? *last : *first;
        error(bad, "This must be an address such as 192.168.0.7, 192.168.0.0/24 or ::1, not " +
                       quoted(bad.text) + ".");
        return;
    }
    if (from->first.is_v4() != to->last.is_v4() || to->last < from->first) {
        error(*last, "The range ends before it begins; write the lower address first.");
        return;
    }
    into.rules.push_back({allow, from->first, to->last});
}

} // namespace aspersor::serve
