// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"
#include "core/media/encoding.h"
#include "core/serve/configlexer.h"
#include "core/serve/configparser.h"
#include "core/serve/diagnostic.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aspersor::serve {

/// The directives of one <Stream> that say how it is encoded. They are gathered line by line and judged at
/// the section's end, because the codec may be named after its options.
class EncodingReader
{
public:
    using Say = std::function<void(Diagnostic::Severity, const ConfigLine &, const Word &,
                                   std::string message, std::string_view suggestion)>;

    EncodingReader(Say say, const PresetSource &presets) : m_say(std::move(say)), m_presets(presets) {}

    /// Takes the line if its directive (`key`, in small letters) is one of encoding. `line` must outlive
    /// finish(). False: it is another's.
    [[nodiscard]] bool take(const std::string &key, const ConfigLine &line);
    /// What is not set is as the original had it: `line` says so, and must outlive finish(). Null: it is as
    /// the feed and the encoder have it.
    void useDefaults(const ConfigLine *line) { m_defaults = line; }
    /// The same as useDefaults(), of the section's own line.
    void takeDefaults(const ConfigLine &line);
    /// What all lines taken say together. Errors and warnings are said on the way.
    [[nodiscard]] media::Encoding finish(const Format &format);
    /// The same for what is only copied (a recording): says of the lines of encoding that they have no
    /// effect.
    [[nodiscard]] media::Encoding finishCopied(std::string_view why);
    /// A stream that has nothing to encode (a status page): says so of every line taken.
    void refuse(std::string_view why);

private:
    using Severity = Diagnostic::Severity;

    /// One option of a track's encoder, or "video_size" and the like.
    struct Setting {
        std::string option;
        std::string value;
        const ConfigLine *line = nullptr;
        Word at;             // what is underlined when the value is bad
        bool shared = false; // of a directive for both kinds: does not ask for encoding by itself
    };
    struct Track {
        media::TrackKind kind = media::TrackKind::Video;
        const ConfigLine *codec = nullptr;
        const ConfigLine *preset = nullptr;
        const ConfigLine *leftOut = nullptr;
        const ConfigLine *defaults = nullptr;
        std::vector<Setting> settings = {};

        [[nodiscard]] bool isVideo() const { return kind == media::TrackKind::Video; }
        [[nodiscard]] bool copies() const;
        [[nodiscard]] bool asksForEncoding() const;
    };

    [[nodiscard]] media::Encoding whatIsLeft();
    void error(const ConfigLine &line, const Word &at, std::string message, std::string_view suggestion = {});
    void warn(const ConfigLine &line, const Word &at, std::string message);
    [[nodiscard]] const Word *argument(const ConfigLine &line, std::size_t index, std::string_view what);
    [[nodiscard]] std::optional<double> number(const ConfigLine &line, double low, double high, bool whole);

    void set(Track &track, std::string option, std::string value, const ConfigLine &line, const Word &at,
             bool shared = false);
    [[nodiscard]] bool takeSimple(const std::string &key, const ConfigLine &line);
    [[nodiscard]] bool takeShared(const std::string &key, const ConfigLine &line);
    [[nodiscard]] bool takeOwn(const std::string &key, const ConfigLine &line);
    void takeCodec(Track &track, const ConfigLine &line);
    void takeRange(const ConfigLine &line);
    void takeTag(const ConfigLine &line);
    void takeOption(Track &track, const ConfigLine &line);

    [[nodiscard]] media::TrackEncoding finish(Track &track, const Format &format, bool otherIsEncoded);
    static void addDefaults(Track &track);
    [[nodiscard]] std::string encoderOf(const Track &track, const Format &format);
    void usePreset(const Track &track, media::TrackEncoding &into);
    void apply(Setting setting, media::TrackKind kind, media::TrackEncoding &into);
    void applyOption(const Setting &setting, media::TrackEncoding &into);
    void noEffect(const Track &track, std::string_view why);

    Say m_say;
    const PresetSource &m_presets;
    Track m_video{.kind = media::TrackKind::Video};
    Track m_audio{.kind = media::TrackKind::Audio};
    std::vector<const ConfigLine *> m_lines; // all that were taken
    const ConfigLine *m_defaults = nullptr;
};

} // namespace aspersor::serve
