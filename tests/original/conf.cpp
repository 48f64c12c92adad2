// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf.h"

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>
#include <strings.h>

namespace original {

namespace {

constexpr std::size_t longestLine = 1023;
constexpr std::size_t longestKeyword = 63;

bool same(const std::string &a, const char *b)
{
    return strcasecmp(a.c_str(), b) == 0;
}

bool isOneOf(const std::string &word, std::initializer_list<const char *> list)
{
    return std::any_of(list.begin(), list.end(), [&](const char *one) { return same(word, one); });
}

std::vector<std::string> wordsOf(const std::string &line)
{
    std::vector<std::string> words;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(" \t\r", at)) != std::string::npos) {
        std::size_t end = 0;
        if (line[at] == '"' || line[at] == '\'') {
            end = std::min(line.find(line[at], at + 1), line.size());
            words.push_back(line.substr(at + 1, end - at - 1));
            ++end;
        } else {
            end = std::min(line.find_first_of(" \t\r", at), line.size());
            words.push_back(line.substr(at, end - at));
        }
        at = std::min(end, line.size());
    }
    return words;
}

std::optional<long> integer(const std::string &text)
{
    char *end = nullptr;
    const long value = std::strtol(text.c_str(), &end, 0);
    return text.empty() || *end != '\0' ? std::nullopt : std::optional(value);
}

/// "20M" as bytes; a bare number is none.
std::optional<double> fileSize(const std::string &text)
{
    char *end = nullptr;
    double value = std::strtod(text.c_str(), &end);
    switch (std::toupper(*end)) {
    case 'K':
        return value * 1024;
    case 'M':
        return value * 1024 * 1024;
    case 'G':
        return value * 1024 * 1024 * 1024;
    default:
        return std::nullopt;
    }
}

class Reader
{
public:
    Reader(std::string file, std::string missingCodec)
        : m_file(std::move(file)), m_missing(std::move(missingCodec))
    {
    }

    std::optional<Conf> read()
    {
        std::ifstream in(m_file);
        if (!in) {
            std::cerr << m_file << ": No such file or directory" << std::endl;
            return std::nullopt;
        }
        std::string line;
        while (std::getline(in, line)) {
            ++m_line;
            if (line.size() > longestLine)
                error("the line is too long");
            m_words = wordsOf(line);
            if (m_words.empty() || m_words[0][0] == '#')
                continue;
            if (m_words[0].size() > longestKeyword)
                error("Keyword too long");
            if (m_words[0][0] == '<')
                tag(line);
            else
                directive();
        }
        if (m_section != Global)
            error("Missing end of the section");
        for (const Feed &feed : m_conf.feeds)
            if (feed.streams.empty())
                error("The feed " + feed.name + " has no streams");
        if (m_conf.port == 0)
            error("No port");
        if (m_bad)
            std::cerr << "Error reading configuration file '" << m_file << "'" << std::endl;
        return m_bad ? std::nullopt : std::optional(m_conf);
    }

private:
    enum Section { Global, InFeed, InStream, InRedirect };

    void error(const std::string &text)
    {
        std::cerr << m_file << ':' << m_line << ": " << text << std::endl;
        m_bad = true;
    }
    const std::string &word(std::size_t index)
    {
        static const std::string none;
        return index < m_words.size() ? m_words[index] : none;
    }
    long number(long low, long high)
    {
        const auto value = integer(word(1));
        if (!value || *value < low || *value > high)
            error("Invalid value for " + word(0) + ": '" + word(1) + "'");
        return value.value_or(low);
    }

    void tag(const std::string &line)
    {
        const std::string what = word(0);
        if (what.starts_with("</")) {
            if ((same(what, "</Feed>") && m_section == InFeed) ||
                (same(what, "</Redirect>") && m_section == InRedirect))
                m_section = Global;
            else if (same(what, "</Stream>") && m_section == InStream)
                endStream();
            else
                error("Unexpected " + what);
            return;
        }
        std::string name = word(1);
        if (line.find('>') == std::string::npos && !same(what, "<Stream"))
            std::raise(SIGSEGV); // as it does
        name = name.substr(0, name.rfind('>'));
        if (m_section != Global)
            error("Already in a tag");
        if (name.empty() || !m_names.insert(name).second)
            error("'" + name + "' already registered");
        m_seen.clear();
        if (same(what, "<Feed")) {
            m_section = InFeed;
            m_conf.feeds.push_back({name, "/tmp/" + name, {}, {}, false});
        } else if (same(what, "<Stream")) {
            m_section = InStream;
            m_stream = {};
            m_stream.name = name;
            m_stream.hasFrameRate = false;
            m_noDefaults = m_globalNoDefaults;
            m_options.clear();
            guessFormat();
        } else if (same(what, "<Redirect")) {
            m_section = InRedirect;
            m_redirect = name;
        } else {
            error("Incorrect keyword: '" + what + "'");
        }
    }

    void guessFormat()
    {
        const std::string extension = m_stream.name.substr(m_stream.name.rfind('.') + 1);
        static const std::map<std::string, std::string> formats{
            {"ts", "mpegts"}, {"flv", "flv"}, {"mkv", "matroska"}, {"ffm", "ffm"}, {"avi", "avi"}};
        const auto found = formats.find(extension);
        m_stream.format = found == formats.end() ? "" : found->second;
    }

    void directive()
    {
        switch (m_section) {
        case Global:
            return global();
        case InFeed:
            return feed();
        case InStream:
            return stream();
        case InRedirect:
            if (same(word(0), "URL"))
                m_conf.redirects[m_redirect] = word(1);
            else
                error("Incorrect keyword: '" + word(0) + "'");
        }
    }

    void global()
    {
        const std::string &key = word(0);
        if (isOneOf(key, {"HTTPPort", "Port"}))
            m_conf.port = static_cast<int>(number(1, 65535));
        else if (isOneOf(key, {"HTTPBindAddress", "BindAddress"})) {
            in_addr address{};
            if (::inet_pton(AF_INET, word(1).c_str(), &address) != 1)
                error("Invalid host/IP address: '" + word(1) + "'");
            m_conf.address = word(1);
        } else if (same(key, "MaxHTTPConnections"))
            m_conf.maxConnections = static_cast<int>(number(1, 65535));
        else if (same(key, "MaxClients"))
            m_conf.maxClients = static_cast<int>(number(1, m_conf.maxConnections)); // so those come first
        else if (same(key, "MaxBandwidth"))
            m_conf.maxBandwidth = static_cast<int>(number(10, 10'000'000));
        else if (same(key, "CustomLog"))
            m_conf.log = word(1);
        else if (isOneOf(key, {"UseDefaults", "NoDefaults"}))
            m_globalNoDefaults = same(key, "NoDefaults");
        else if (!same(key, "NoDaemon"))
            error("Incorrect keyword: '" + key + "'");
    }

    void acl(Acl &rows)
    {
        in_addr first{};
        in_addr last{};
        const bool action = isOneOf(word(1), {"allow", "deny"});
        const std::string &end = m_words.size() > 3 ? word(3) : word(2);
        if (!action || ::inet_pton(AF_INET, word(2).c_str(), &first) != 1 ||
            ::inet_pton(AF_INET, end.c_str(), &last) != 1) {
            // It only says so, and starts without the row.
            std::cerr << m_file << ':' << m_line << ": bad ACL" << std::endl;
            return;
        }
        rows.push_back({same(word(1), "allow"), ntohl(first.s_addr), ntohl(last.s_addr)});
    }

    void feed()
    {
        Feed &feed = m_conf.feeds.back();
        const std::string &key = word(0);
        if (same(key, "File"))
            feed.file = word(1);
        else if (same(key, "FileMaxSize")) {
            if (const auto size = fileSize(word(1)); !size || *size < 16'384)
                error("Feed max file size is too small or invalid: '" + word(1) + "'");
        } else if (same(key, "ACL"))
            acl(feed.acl);
        else if (!isOneOf(key, {"Truncate", "Launch"}))
            error("Incorrect keyword: '" + key + "'");
    }

    void stream()
    {
        const std::string &key = word(0);
        if (same(key, "Feed")) {
            m_stream.feed = word(1);
            if (std::none_of(m_conf.feeds.begin(), m_conf.feeds.end(),
                             [&](const Feed &one) { return one.name == word(1); }))
                error("Feed with name '" + word(1) + "' for stream '" + m_stream.name + "' is not defined");
        } else if (same(key, "Format")) {
            static const std::set<std::string> known{"mpegts", "flv", "matroska", "webm", "avi", "status"};
            if (!known.contains(word(1)))
                error("Unknown Format: '" + word(1) + "'");
            m_stream.format = word(1);
        } else if (same(key, "ACL")) {
            acl(m_stream.acl);
        } else if (isOneOf(key, {"NoAudio", "NoVideo"})) {
            (same(key, "NoAudio") ? m_stream.audio : m_stream.video) = false;
        } else if (isOneOf(key, {"UseDefaults", "NoDefaults"})) {
            m_noDefaults = same(key, "NoDefaults");
        } else if (same(key, "StartSendOnKey")) {
            m_stream.onKey = true;
        } else if (isOneOf(key,
                           {"Preroll", "MaxTime", "Metadata", "Title", "Author", "Comment", "Copyright"})) {
            if (word(1).empty())
                error("a value is missing");
        } else if (isOneOf(key, {"AudioCodec", "VideoCodec"})) {
            static const std::set<std::string> known{"aac", "mpeg4", "mp2", "flv", "mpeg2video"};
            if (!known.contains(word(1)) || word(1) == m_missing)
                error("Invalid codec name: '" + word(1) + "'");
            option(key);
        } else if (isOneOf(key, {"AudioBitRate", "AudioChannels", "AudioSampleRate", "VideoBitRate",
                                 "VideoFrameRate", "VideoGopSize"})) {
            number(1, 10'000'000);
            m_stream.hasFrameRate = m_stream.hasFrameRate || same(key, "VideoFrameRate");
            option(key);
        } else if (same(key, "VideoSize")) {
            option(key);
        } else if (isOneOf(key, {"AVOptionAudio", "AVOptionVideo"})) {
            option(key + ' ' + word(1));
        } else {
            error("Incorrect keyword: '" + key + "'");
        }
    }
    void option(std::string key)
    {
        std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
        if (!m_options.emplace(key, word(m_words.size() - 1)).second)
            error("Redeclaring " + key);
    }

    void endStream()
    {
        m_section = Global;
        const auto found = std::find_if(m_conf.feeds.begin(), m_conf.feeds.end(),
                                        [&](const Feed &feed) { return feed.name == m_stream.feed; });
        if (found != m_conf.feeds.end()) {
            if (m_stream.audio)
                define(*found, false, {"audiocodec", "audiobitrate", "audiochannels", "audiosamplerate"},
                       {"audiobitrate", "audiosamplerate"});
            if (m_stream.video)
                define(*found, true,
                       {"videocodec", "videobitrate", "videosize", "videoframerate", "videogopsize"},
                       {"videosize"});
            m_stream.kbps =
                std::atoi(m_options["audiobitrate"].c_str()) + std::atoi(m_options["videobitrate"].c_str());
        } else if (m_stream.format != "status") {
            error("The stream '" + m_stream.name + "' has no feed");
        }
        m_conf.streams.push_back(m_stream);
    }
    void define(Feed &feed, bool video, std::initializer_list<const char *> keys,
                std::initializer_list<const char *> needed)
    {
        Definition definition{video, {}};
        for (const char *key : keys)
            definition.text += m_options[key] + '/';
        for (const char *key : needed)
            if (m_noDefaults && m_options[key].empty())
                error(std::string(key) + " is missing");
        const auto same = [&](const Definition &one) {
            return one.video == video && one.text == definition.text;
        };
        if (std::none_of(feed.streams.begin(), feed.streams.end(), same))
            feed.streams.push_back(definition);
    }

    std::string m_file;
    std::string m_missing;
    Conf m_conf;
    Stream m_stream;
    std::string m_redirect;
    std::vector<std::string> m_words;
    std::set<std::string> m_names;
    std::set<std::string> m_seen;
    std::map<std::string, std::string> m_options;
    Section m_section = Global;
    bool m_globalNoDefaults = false;
    bool m_noDefaults = false;
    int m_line = 0;
    bool m_bad = false;
};

} // namespace

bool isAllowed(const Acl &acl, std::uint32_t address)
{
    for (const AclRow &row : acl)
        if (address >= row.first && address <= row.last)
            return row.allow;
    return acl.empty() || !acl.back().allow;
}

std::optional<Conf> readConf(const std::string &file, const std::string &missingCodec)
{
    return Reader(file, missingCodec).read();
}

} // namespace original
