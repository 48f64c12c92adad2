// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/configlexer.h"
#include "core/serve/configparser.h"
#include "core/serve/directives.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace aspersor::serve {

/// The inside of parseConfig(): one file, from its first line to its last. Sections and what a file as a
/// whole must be are in configparser.cpp, the directives in configdirectives.cpp.
class ConfigReader
{
public:
    explicit ConfigReader(std::string file) : m_file(std::move(file)) {}
    ParsedConfig parse(std::string_view text);

private:
    using Severity = Diagnostic::Severity;
    void say(Severity severity, int column, int length, std::string message);
    void error(const Word &at, std::string message);
    void warn(const Word &at, std::string message);

    void tag();
    void openSection(std::string_view keyword, const Word &keywordAt, std::string_view name, const Word &at);
    void closeSection(std::string_view keyword, const Word &at);
    void endSection();
    void endStream();
    void checkStreamFeed(const StreamSpec &stream);
    void directive();
    void unknownDirective(const Word &word, Section section);

    void globalDirective(const std::string &key);
    void feedDirective(const std::string &key);
    void streamDirective(const std::string &key);
    void redirectDirective(const std::string &key);
    void acl(Acl &into);
    void formatOf(StreamSpec &stream);

    /// The argument `index` (from 1), or nothing with an error said.
    [[nodiscard]] const Word *argument(std::size_t index, std::string_view what);
    [[nodiscard]] std::optional<std::int64_t> number(std::int64_t low, std::int64_t high,
                                                     std::string_view what);
    [[nodiscard]] std::optional<std::chrono::milliseconds> seconds(double low, double high);
    void onlyOnce(const std::string &key);
    void finish();

    std::string m_file;
    ParsedConfig m_result;
    const ConfigLine *m_line = nullptr;
    Section m_section = Section::Global;
    bool m_skipping = false; ///< in a section that is not known: its lines mean nothing
    std::string m_skippedTag;
    ConfigLine m_opened; ///< the line that opened the section
    Word m_nameAt;       ///< where its name stands
    FeedSpec m_feed;
    StreamSpec m_stream;
    Word m_streamFeedAt;
    bool m_streamLeftOut = false; ///< made by something that is not there yet: already said
    RedirectSpec m_redirect;
    std::map<std::string, int> m_seen; ///< directives of the section and their lines
    struct Later {
        ConfigLine line;
        Word word;
    };
    std::map<std::string, Later> m_feedUses; ///< by feed: the first Stream line that names it
    std::optional<Later> m_maxClientsAt;
};

} // namespace aspersor::serve
