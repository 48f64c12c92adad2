// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configparser.h"

#include "core/serve/configreader.h"
#include "core/serve/configvalues.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace aspersor::serve {

namespace {

/// The format that the original guessed from a name, of those that are not made here; "" for any other.
std::string oldFormatOf(std::string_view streamName)
{
    const std::size_t dot = streamName.rfind('.');
    if (dot == std::string_view::npos)
        return {};
    std::string format = lowered(streamName.substr(dot + 1));
    return isFormatOfOriginal(format) ? format : std::string();
}

/// A name that can stand in an address and in a file: no control characters, none that ends a path or a tag.
bool isStreamName(std::string_view name)
{
    return std::ranges::none_of(name, [](unsigned char c) {
        return c < 0x20 || c == 0x7f ||
               std::string_view("\"'<>?#").find(static_cast<char>(c)) != std::string_view::npos;
    });
}

} // namespace

ConfigReader::ConfigReader(std::string file, const ConfigSources &sources)
    : m_file(std::move(file)), m_sources(sources)
{
}

void ConfigReader::say(Severity severity, int column, int length, std::string message,
                       std::string_view suggestion)
{
    m_result.diagnostics.push_back({severity, m_file, m_line->number, column,
                                    std::move(message) + didYouMean(suggestion), std::string(m_line->text),
                                    length, std::string(suggestion)});
}

void ConfigReader::error(const Word &at, std::string message, std::string_view suggestion)
{
    say(Severity::Error, at.column, at.length, std::move(message), suggestion);
}

void ConfigReader::warn(const Word &at, std::string message, std::string_view suggestion)
{
    say(Severity::Warning, at.column, at.length, std::move(message), suggestion);
}

ParsedConfig ConfigReader::parse(std::string_view text)
{
    const std::vector<ConfigLine> lines = splitConfig(text);
    for (const ConfigLine &line : lines) {
        m_line = &line;
        if (const std::size_t nul = line.text.find('\0'); nul != std::string_view::npos) {
            say(Severity::Error, static_cast<int>(nul) + 1, 1,
                "This line holds a zero byte; save the file as plain text.");
            continue;
        }
        if (line.words.front().text.starts_with('<') &&
            line.text[static_cast<std::size_t>(line.words.front().column - 1)] == '<') {
            tag();
            continue;
        }
        if (m_skipping)
            continue;
        const auto open = std::ranges::find(line.words, true, &Word::unterminated);
        if (open != line.words.end())
            error(*open, "The quote that begins here is not closed on this line; add its partner.");
        else
            directive();
    }
    finish();
    return std::move(m_result);
}

void ConfigReader::tag()
{
    const std::string_view text = m_line->text;
    const auto start = static_cast<std::size_t>(m_line->words.front().column - 1);
    const std::size_t close = text.rfind('>');
    const bool closed = close != std::string_view::npos && close > start;
    const std::string_view inner =
        text.substr(start + 1, closed ? close - start - 1 : std::string_view::npos);
    const Word whole{std::string(text.substr(start)), static_cast<int>(start) + 1,
                     static_cast<int>((closed ? close + 1 : text.size()) - start), false};
    if (inner.starts_with('/')) {
        closeSection(trimmed(inner.substr(1)), whole);
        return;
    }
    const std::size_t keywordEnd = std::min(inner.find_first_of(" \t"), inner.size());
    const std::string_view keyword = inner.substr(0, keywordEnd);
    std::string_view name = trimmed(inner.substr(keywordEnd));
    Word at = whole;
    if (!name.empty()) {
        at.column = static_cast<int>(name.data() - text.data()) + 1;
        at.length = static_cast<int>(name.size());
        if (name.size() > 1 && (name.front() == '"' || name.front() == '\'') && name.back() == name.front())
            name = name.substr(1, name.size() - 2);
    }
    if (!closed) {
        if (equalIgnoringCase(keyword, "Stream"))
            warn(whole, "The \">\" at the end is missing; it is taken as if it were there.");
        else
            error(whole, "The \">\" at the end is missing; write <" + shortened(keyword) + " NAME>.");
    }
    openSection(keyword, whole, name, at);
}

void ConfigReader::openSection(std::string_view keyword, const Word &keywordAt, std::string_view name,
                               const Word &at)
{
    if (m_section != Section::Global || m_skipping) {
        const std::string outer = m_skipping ? m_skippedTag : shortened(trimmed(m_opened.text));
        error(keywordAt, "A section cannot begin inside another; close " + outer + " of line " +
                             std::to_string(m_opened.number) + " first.");
        if (!m_skipping)
            endSection();
    }
    m_opened = *m_line;
    m_nameAt = at;
    m_seen.clear();
    m_skipping = false;
    if (equalIgnoringCase(keyword, "Feed")) {
        m_section = Section::Feed;
        m_feed = {};
        m_feed.name = feedBaseName(name);
        m_feed.line = m_line->number;
        if (!isFeedName(name))
            error(at, "A feed's name is 1 to 64 letters, digits, dots, dashes and underscores, not starting "
                      "with a dot; " +
                          quoted(name) + " is not.");
        else if (m_result.config.feed(m_feed.name))
            error(at,
                  "There is already a feed called " + quoted(m_feed.name) + "; give this one another name.");
    } else if (equalIgnoringCase(keyword, "Stream") || equalIgnoringCase(keyword, "Redirect")) {
        const bool isStream = equalIgnoringCase(keyword, "Stream");
        if (name.starts_with('/')) {
            warn(at, "A name is written without the leading slash.");
            name.remove_prefix(std::min(name.find_first_not_of('/'), name.size()));
        }
        m_section = isStream ? Section::Stream : Section::Redirect;
        m_stream = {};
        m_stream.name = name;
        m_stream.line = m_line->number;
        m_oldFormat.clear();
        m_multicastAt.reset();
        m_multicastPortSet = false;
        m_encoding.emplace(
            [this](Severity severity, const ConfigLine &line, const Word &word, std::string message,
                   std::string_view suggestion) {
                const ConfigLine *const here = std::exchange(m_line, &line);
                say(severity, word.column, word.length, std::move(message), suggestion);
                m_line = here;
            },
            m_sources.preset);
        m_encoding->useDefaults(m_defaults);
        m_redirect = {std::string(name), {}, m_line->number};
        const Config &config = m_result.config;
        if (name.empty())
            error(at, "A name is missing; write <" + shortened(keyword) + " NAME>.");
        else if (!isStreamName(name))
            error(at, "A name has no quotes, control characters, \"<\", \">\", \"?\" or \"#\"; " +
                          quoted(name) + " has.");
        else if (std::ranges::count(name, '*') > (isStream ? 1 : 0))
            error(at, isStream ? "A template's name has one \"*\"." : "A redirect's name has no \"*\".");
        else if (std::ranges::find(config.streams, name, &StreamSpec::name) != config.streams.end() ||
                 std::ranges::find(config.redirects, name, &RedirectSpec::name) != config.redirects.end() ||
                 std::ranges::find(config.unavailable, name, &UnavailableSpec::name) !=
                     config.unavailable.end())
            error(at, "There is already a stream or redirect called " + quoted(name) +
                          "; give this one another name.");
    } else {
        static constexpr auto known = std::to_array<std::string_view>({"Feed", "Stream", "Redirect"});
        Word word = keywordAt; // without the "<", so that the suggestion can stand in its place
        if (!keyword.empty()) {
            word.column = static_cast<int>(keyword.data() - m_line->text.data()) + 1;
            word.length = static_cast<int>(keyword.size());
        }
        error(word,
              "There is no section called " + quoted(keyword) +
                  "; there are <Feed NAME>, "
                  "<Stream NAME> and <Redirect NAME>.",
              nearestWord(keyword, known));
        m_skipping = true;
        m_skippedTag = shortened(trimmed(m_line->text));
    }
}

void ConfigReader::closeSection(std::string_view keyword, const Word &at)
{
    if (std::exchange(m_skipping, false)) {
        m_section = Section::Global;
        return;
    }
    static const std::map<Section, std::string_view> names{
        {Section::Feed, "Feed"}, {Section::Stream, "Stream"}, {Section::Redirect, "Redirect"}};
    if (m_section == Section::Global) {
        error(at, "There is no section to close here; delete this line.");
        return;
    }
    if (!equalIgnoringCase(keyword, names.at(m_section)))
        error(at, "This closes a " + quoted(keyword) + " section, but the open one is " +
                      shortened(trimmed(m_opened.text)) + " of line " + std::to_string(m_opened.number) +
                      "; write </" + std::string(names.at(m_section)) + ">.");
    endSection();
}

void ConfigReader::endSection()
{
    Config &config = m_result.config;
    switch (std::exchange(m_section, Section::Global)) {
    case Section::Feed:
        checkFeeder();
        config.feeds.push_back(m_feed);
        break;
    case Section::Stream:
        endStream();
        break;
    case Section::Redirect:
        if (!m_seen.contains("url")) {
            const ConfigLine *const here = std::exchange(m_line, &m_opened);
            error(m_nameAt, "A redirect needs a line \"URL http://...\" that says where to.");
            m_line = here;
        }
        config.redirects.push_back(m_redirect);
        break;
    case Section::Global:
        break;
    }
    m_seen.clear();
}

void ConfigReader::endStream()
{
    const ConfigLine *const here = std::exchange(m_line, &m_opened); // what is missing is said of the section
    StreamSpec stream = m_stream;
    if (!stream.format && m_oldFormat.empty() && !m_seen.contains("format")) {
        stream.format = formatByExtension(stream.name);
        m_oldFormat = stream.format ? std::string() : oldFormatOf(stream.name);
        if (!stream.format && m_oldFormat.empty())
            error(m_nameAt, "The format cannot be guessed from the name " + quoted(stream.name) +
                                "; add a line such as \"Format mpegts\".");
        else if (!stream.format)
            warn(m_nameAt, "The format " + quoted(m_oldFormat) +
                               " is not made by this version; who opens "
                               "the stream " +
                               quoted(stream.name) + " is told so.");
    }
    if (stream.format && stream.format->isStatus())
        endStatus(stream);
    else
        checkStreamSource(stream);
    if (stream.format && !stream.format->isStatus()) {
        if (stream.file.empty())
            stream.encoding = m_encoding->finish(*stream.format);
        else // as in the original
            stream.encoding = m_encoding->finishCopied("A recording");
        checkFormat(stream);
    }
    if (m_multicastAt && stream.multicast && stream.multicast->address.empty()) {
        warn(m_nameAt, "Without a MulticastAddress the stream " + quoted(stream.name) +
                           " is sent nowhere by itself; its other Multicast lines have no effect.");
        stream.multicast.reset();
    }
    if (stream.multicast) {
        constexpr int distance = 100; // of the original, between streams that do not name a port
        const int next = MulticastSpec{}.port + distance * m_multicastStreams++;
        if (!m_multicastPortSet)
            stream.multicast->port = static_cast<std::uint16_t>(std::min(next, 0xFFFF));
    }
    m_line = here;
    if (stream.format)
        m_result.config.streams.push_back(std::move(stream));
    else if (!m_oldFormat.empty())
        endUnavailable(stream);
}

void ConfigReader::endStatus(StreamSpec &stream)
{
    if (stream.isTemplate())
        error(m_nameAt, "A status page cannot be a template; give it a name without \"*\".");
    if (!stream.feed.empty() || !stream.file.empty())
        warn(m_nameAt, "A status page is about all feeds; its Feed or File line has no effect.");
    stream.feed.clear();
    stream.file.clear();
    if (stream.acl.rules.empty() && stream.dynamicAcl.empty())
        stream.acl = Acl::loopbackOnly();
    m_encoding->refuse("A status page");
}

void ConfigReader::endUnavailable(const StreamSpec &stream)
{
    m_result.config.unavailable.push_back(
        {stream.name, stream.feed, stream.file, m_oldFormat,
         "The format " + m_oldFormat +
             " of this stream is not made by this version of ffserver; open "
             "another stream of the same feed.",
         stream.line});
}

void ConfigReader::checkStreamSource(const StreamSpec &stream)
{
    if (!stream.faviconUrl.empty())
        warn(m_nameAt,
             "FaviconURL is for status pages; it has no effect in the stream " + quoted(stream.name) + ".");
    if (!stream.file.empty()) {
        if (!stream.feed.empty())
            error(m_nameAt, "A stream has a Feed or a File, not both; delete one of the two lines.");
        if (stream.isTemplate())
            error(m_nameAt, "The stream of a File has a name without \"*\".");
        return;
    }
    if (!stream.inputFormat.empty())
        warn(m_nameAt, "InputFormat is for streams with a File; it has no effect in the stream " +
                           quoted(stream.name) + ".");
    if (stream.feed.empty() && !m_seen.contains("feed") && !m_seen.contains("file"))
        error(m_nameAt, "This stream has no source; add a line \"Feed NAME\".");
    else if (!stream.feed.empty() || m_seen.contains("feed"))
        checkStreamFeed(stream);
}

/// Says beforehand what viewers will be told.
void ConfigReader::checkFormat(const StreamSpec &stream)
{
    const Format &format = *stream.format;
    if (!format.refusal.empty())
        warn(m_nameAt, "The format " + std::string(format.name) +
                           " cannot be served: " + std::string(format.refusal) + "; who opens " +
                           quoted(stream.name) + " is told so, with 415.");
}

void ConfigReader::checkStreamFeed(const StreamSpec &stream)
{
    const auto stars = std::ranges::count(stream.feed, '*');
    const bool nameFits = stars == 0 ? isFeedName(stream.feed) : stars == 1;
    const int sectionLine = m_opened.number;
    if (!nameFits)
        error(m_nameAt, "The Feed of the stream in line " + std::to_string(sectionLine) + ", " +
                            quoted(stream.feed) + ", cannot be a feed's name.");
    else if (stream.isTemplate() != (stars == 1))
        error(m_nameAt, stream.isTemplate() ? "A template needs a \"*\" in its Feed too; write \"Feed *\"."
                                            : "The Feed of a stream that is no template cannot have a \"*\"; "
                                              "name one feed, or write <Stream *.ts>.");
    else if (stars == 0)
        m_feedUses.try_emplace(stream.feed, Later{m_opened, m_nameAt});
}

void ConfigReader::finish()
{
    if (m_skipping || m_section != Section::Global) {
        const int line = m_opened.number;
        m_line = &m_opened;
        say(Severity::Error, m_opened.words.front().column, static_cast<int>(trimmed(m_opened.text).size()),
            "The section that begins in line " + std::to_string(line) +
                " is not closed; add its </...> line.");
        if (!m_skipping)
            endSection();
    }
    const Config &config = m_result.config;
    if (config.maxHttpConnections && *config.maxHttpConnections < config.maxClients) {
        const ConfigLine none{0, {}, {}};
        m_line = m_maxClientsAt ? &m_maxClientsAt->line : &none;
        error(m_maxClientsAt ? m_maxClientsAt->word : Word{},
              "MaxClients (" + std::to_string(config.maxClients) +
                  ") cannot be more than MaxHTTPConnections (" + std::to_string(*config.maxHttpConnections) +
                  "); raise MaxHTTPConnections.");
    }
    // A file that declares its feeds is believed to declare them all.
    for (const auto &[feed, use] : m_feedUses) {
        if (config.feeds.empty() || config.feed(feed))
            continue;
        std::vector<std::string_view> known;
        std::ranges::transform(config.feeds, std::back_inserter(known), &FeedSpec::name);
        m_line = &use.line;
        warn(use.word, "This stream's feed " + quoted(feed) +
                           " has no <Feed> section; it is served when a feed "
                           "of that name comes." +
                           didYouMean(nearestWord(feed, known)));
    }
    std::ranges::stable_sort(m_result.diagnostics, {}, &Diagnostic::line);
}

ParsedConfig parseConfig(std::string_view text, const std::string &file, const ConfigSources &sources)
{
    return ConfigReader(file, sources).parse(text);
}

} // namespace aspersor::serve
