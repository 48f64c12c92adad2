// SPDX-License-Identifier: GPL-3.0-or-later
// The directives of <Feed>, <Stream> and <Redirect>.
#include "core/media/capabilities.h"
#include "core/serve/configacl.h"
#include "core/serve/configreader.h"
#include "core/serve/configvalues.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cmath>
#include <iterator>
#include <utility>

namespace aspersor::serve {

namespace {

/// "2.5M" as bytes; nothing without a suffix, as in the original.
std::optional<std::int64_t> parseBytes(std::string_view text)
{
    constexpr std::string_view suffixes = "KMG";
    constexpr double most = 1LL << 50;
    if (text.empty())
        return std::nullopt;
    const auto suffix = suffixes.find(lowered(text).back() & ~0x20);
    const auto value = parseReal(text.substr(0, text.size() - 1));
    if (suffix == std::string_view::npos || !value || *value < 0)
        return std::nullopt;
    const double bytes = *value * std::pow(1024, static_cast<double>(suffix + 1));
    return bytes <= most ? std::optional<std::int64_t>(std::llround(bytes)) : std::nullopt;
}

} // namespace

void ConfigReader::feedDirective(const std::string &key)
{
    const Word &word = m_line->words.front();
    if (key == "acl") {
        acl(m_feed.acl);
        return;
    }
    if (key == "file" || key == "readonlyfile") {
        fileOf(m_feed.file);
        m_feed.readOnly = key == "readonlyfile";
    } else if (key == "filemaxsize") {
        fileMaxSize();
    } else if (key == "truncate") {
        truncate();
    } else if (key == "launch") {
        constexpr std::size_t mostWords = 62;
        onlyOnce(key);
        if (!argument(1, "a command"))
            return;
        m_feed.launch.clear();
        std::ranges::transform(m_line->words.begin() + 1, m_line->words.end(),
                               std::back_inserter(m_feed.launch), &Word::text);
        if (m_feed.launch.size() > mostWords)
            error(word, "A command has at most 62 words; put it in a script and launch that.");
    }
}

void ConfigReader::fileOf(std::string &into)
{
    onlyOnce("file");
    const Word *path = argument(1, "the path of a file");
    if (path && path->text.empty())
        error(*path, "The path of the file is empty; write one.");
    else if (path)
        into = path->text;
}

void ConfigReader::fileMaxSize()
{
    constexpr std::int64_t least = 16'384;
    onlyOnce("filemaxsize");
    const Word *size = argument(1, "a size such as 5M");
    if (!size)
        return;
    const auto bytes = parseBytes(size->text);
    if (!bytes || *bytes < least)
        error(*size, "FileMaxSize is a number with K, M or G after it, from 16K on, such as 5M; " +
                         quoted(size->text) + " is not.");
    else
        m_feed.fileMaxBytes = *bytes;
}

/// Alone it is "yes"; older files have a number after it.
void ConfigReader::truncate()
{
    onlyOnce("truncate");
    m_feed.truncate = true;
    if (m_line->words.size() < 2)
        return;
    const Word &value = m_line->words[1];
    warn(value, "Truncate is written without a number today; 0 is taken as \"no\".");
    m_feed.truncate = value.text != "0";
}

/// The program of a Launch line cannot see why its upload is refused.
void ConfigReader::checkFeeder()
{
    if (m_feed.launch.empty())
        return;
    const ConfigLine *const here = std::exchange(m_line, &m_opened);
    boost::system::error_code error;
    auto address = boost::asio::ip::make_address(m_result.config.httpBindAddress, error);
    if (error || address.is_unspecified())
        address = boost::asio::ip::address_v4::loopback();
    if (m_feed.readOnly)
        warn(m_nameAt, "The feed " + quoted(m_feed.name) + " is a recording; its Launch line has no effect.");
    else if (!m_feed.acl.allows(address))
        warn(m_nameAt, "The ACL lines of the feed " + quoted(m_feed.name) +
                           " do not let its own feeder in; add \"ACL allow " + address.to_string() + "\".");
    m_line = here;
}

void ConfigReader::streamDirective(const std::string &key)
{
    const Word &word = m_line->words.front();
    if (sourceDirective(key) || viewerDirective(key) || multicastDirective(key))
        return;
    if (key == "usedefaults") {
        m_encoding->takeDefaults(*m_line);
    } else if (key == "nodefaults") {
        m_encoding->useDefaults(nullptr);
    } else if (key == "rtspoption") {
        warn(word, "RTSPOption never had an effect; this line is ignored.");
    } else if (key == "metadata" || key == "author" || key == "comment" || key == "copyright" ||
               key == "title") {
        metadataDirective(key);
    } else if (key == "videobitraterangetolerance") {
        warn(word, "VideoBitRateRangeTolerance is an old name; write VideoBitRateTolerance.");
        static_cast<void>(m_encoding->take(key, *m_line));
    } else {
        static_cast<void>(m_encoding->take(key, *m_line));
    }
}

bool ConfigReader::sourceDirective(const std::string &key)
{
    if (key == "feed") {
        onlyOnce(key);
        if (const Word *name = argument(1, "the name of a feed"))
            m_stream.feed = std::string(feedBaseName(name->text));
    } else if (key == "file" || key == "readonlyfile") {
        fileOf(m_stream.file);
    } else if (key == "inputformat") {
        onlyOnce(key);
        const Word *name = argument(1, "the name of a format");
        if (name && !media::demuxerExists(name->text))
            error(*name, "There is no input format called " + quoted(name->text) +
                             "; \"ffmpeg -demuxers\" lists them, and without this line it is found out.");
        else if (name)
            m_stream.inputFormat = name->text;
    } else if (key == "format") {
        onlyOnce(key);
        formatOf(m_stream);
    } else {
        return false;
    }
    return true;
}

/// Who may watch, from where on and for how long.
bool ConfigReader::viewerDirective(const std::string &key)
{
    if (key == "acl") {
        acl(m_stream.acl);
    } else if (key == "dynamicacl") {
        fileOf(m_stream.dynamicAcl);
    } else if (key == "preroll") {
        onlyOnce(key);
        m_stream.preroll = seconds(0, 86'400).value_or(m_stream.preroll);
    } else if (key == "maxtime") {
        onlyOnce(key);
        m_stream.maxTime = seconds(0, 31'536'000);
        if (m_stream.maxTime && m_stream.maxTime->count() == 0)
            m_stream.maxTime.reset(); // as in the original: no limit
    } else if (key == "startsendonkey") {
        m_stream.startOnKey = true; // every viewer begins so
    } else if (key == "faviconurl") {
        onlyOnce(key);
        if (const Word *url = argument(1, "an address"))
            m_stream.faviconUrl = url->text;
    } else {
        return false;
    }
    return true;
}

/// "Metadata KEY VALUE", or the key is the directive as it once was: "Title VALUE".
void ConfigReader::metadataDirective(const std::string &key)
{
    const bool isOld = key != "metadata";
    const Word &word = m_line->words.front();
    if (isOld)
        warn(word, word.text + " is an old name; write \"Metadata " + key + " ...\".");
    const Word *name = isOld ? &word : argument(1, "a key and a value");
    const Word *value = name ? argument(isOld ? 1 : 2, "a value") : nullptr;
    if (!value)
        return;
    const std::string tag = isOld ? key : name->text;
    const auto same = std::ranges::find(m_stream.metadata, tag, &std::pair<std::string, std::string>::first);
    if (same != m_stream.metadata.end()) {
        warn(*name, "The metadata " + quoted(tag) + " is set twice; this line counts.");
        same->second = value->text;
    } else if (tag.empty()) {
        error(*name, "The key of the metadata is empty; write one such as title.");
    } else {
        m_stream.metadata.emplace_back(tag, value->text);
    }
}

bool ConfigReader::multicastDirective(const std::string &key)
{
    if (key == "noloop") {
        m_stream.loop = false;
        return true;
    }
    if (!key.starts_with("multicast"))
        return false;
    onlyOnce(key);
    if (!m_multicastAt)
        m_multicastAt = m_line->words.front();
    if (!m_stream.multicast)
        m_stream.multicast.emplace();
    MulticastSpec &multicast = *m_stream.multicast;
    if (key == "multicastaddress") {
        const Word *word = argument(1, "an IPv4 address such as 224.124.0.1");
        boost::system::error_code bad;
        const auto address = boost::asio::ip::make_address_v4(word ? word->text : "", bad);
        if (word)
            multicast.address = word->text;
        if (word && (bad || word->text.find('\0') != std::string::npos))
            error(*word,
                  "MulticastAddress is an IPv4 address such as 224.124.0.1, not " + quoted(word->text) + ".");
        else if (word)
            multicast.address = address.to_string();
        if (word && !bad && !address.is_multicast())
            warn(*word, word->text + " is no multicast address (224.0.0.0 to 239.255.255.255): it is sent "
                                     "to that one machine.");
    } else if (key == "multicastport") {
        if (const auto value = number(1, 65'535, "a port number")) {
            multicast.port = static_cast<std::uint16_t>(*value);
            m_multicastPortSet = true;
        }
    } else if (const auto hops = number(1, 255, "a number")) {
        multicast.ttl = static_cast<int>(*hops);
    }
    return true;
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
        m_oldFormat = name->text;
        warn(*name, "The format " + quoted(name->text) +
                        " is not made by this version; who opens the stream " + quoted(stream.name) +
                        " is told so.");
        return;
    }
    std::vector<std::string_view> known;
    std::ranges::transform(formats(), std::back_inserter(known), &Format::name);
    std::string list;
    for (const std::string_view one : known)
        list.append(list.empty() ? "" : ", ").append(one);
    error(*name, "There is no format called " + quoted(name->text) + "; there are " + list + ".",
          nearestWord(name->text, known));
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
    const AclLine parsed = parseAclLine(*m_line, m_sources.host);
    if (!parsed.problem.empty())
        error(parsed.at, parsed.problem);
    else if (!parsed.note.empty())
        warn(parsed.at, parsed.note);
    std::ranges::copy(parsed.rules, std::back_inserter(into.rules));
}

} // namespace aspersor::serve
