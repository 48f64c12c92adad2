// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/configencoding.h"
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
/// whole must be are in configparser.cpp, what directives have in common and the global ones in
/// configdirectives.cpp, the others in configsections.cpp, those of encoding in EncodingReader.
class ConfigReader
{
public:
    ConfigReader(std::string file, const ConfigSources &sources);
    ParsedConfig parse(std::string_view text);

private:
    using Severity = Diagnostic::Severity;
    void say(Severity severity, int column, int length, std::string message,
             std::string_view suggestion = {});
    /// `suggestion` may stand in the word's place; it is added to the message.
    void error(const Word &at, std::string message, std::string_view suggestion = {});
    void warn(const Word &at, std::string message, std::string_view suggestion = {});

    void tag();
    void openSection(std::string_view keyword, const Word &keywordAt, std::string_view name, const Word &at);
    void closeSection(std::string_view keyword, const Word &at);
    void endSection();
    void endStream();
    void endStatus(StreamSpec &stream);
    void endUnavailable(const StreamSpec &stream);
    void checkStreamSource(const StreamSpec &stream);
    void checkFormat(const StreamSpec &stream);
    void checkStreamFeed(const StreamSpec &stream);
    void directive();
    void unknownDirective(const Word &word, Section section);

    void globalDirective(const std::string &key);
    [[nodiscard]] bool addressDirective(const std::string &key);
    [[nodiscard]] bool limitDirective(const std::string &key);
    void feedDirective(const std::string &key);
    void streamDirective(const std::string &key);
    [[nodiscard]] bool sourceDirective(const std::string &key);
    [[nodiscard]] bool viewerDirective(const std::string &key);
    void metadataDirective(const std::string &key);
    [[nodiscard]] bool multicastDirective(const std::string &key);
    void redirectDirective(const std::string &key);
    void acl(Acl &into);
    void formatOf(StreamSpec &stream);
    void fileOf(std::string &into);
    void fileMaxSize();
    void truncate();
    void checkFeeder();

    /// The argument `index` (from 1), or nothing with an error said.
    [[nodiscard]] const Word *argument(std::size_t index, std::string_view what);
    [[nodiscard]] std::optional<std::int64_t> number(std::int64_t low, std::int64_t high,
                                                     std::string_view what);
    [[nodiscard]] std::optional<std::chrono::milliseconds> seconds(double low, double high);
    [[nodiscard]] std::optional<std::uint16_t> port();
    void bindAddress(std::string &into);
    void onlyOnce(const std::string &key);
    void finish();

    std::string m_file;
    const ConfigSources &m_sources;
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
    std::string m_oldFormat; ///< a format of the original's that is not made here
    std::optional<EncodingReader> m_encoding;
    const ConfigLine *m_defaults = nullptr; ///< "UseDefaults" outside of sections, for those that follow
    std::optional<Word> m_multicastAt;      ///< the first multicast directive of the section
    bool m_multicastPortSet = false;
    int m_multicastStreams = 0;
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
