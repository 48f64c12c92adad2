// SPDX-License-Identifier: GPL-3.0-or-later
// What the lines say; what comes of them is in configencoder.cpp.
#include "core/serve/configencoding.h"

#include "core/media/capabilities.h"
#include "core/serve/configvalues.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>

namespace aspersor::serve {

namespace {

using media::TrackKind;

/// A directive with one number that becomes one option of libav's.
struct Simple {
    std::string_view key;
    TrackKind kind;
    std::string_view option;
    double low;
    double high;
    double factor; ///< the option's unit
    bool whole;    ///< no fraction
};
constexpr double maxKbit = 1'000'000;
constexpr auto simples = std::to_array<Simple>({
    {"audiobitrate", TrackKind::Audio, "b", 0.001, maxKbit, 1000, false},
    {"audiochannels", TrackKind::Audio, "ac", 1, 64, 1, true},
    {"audiosamplerate", TrackKind::Audio, "ar", 1000, 768'000, 1, true},
    {"videobitrate", TrackKind::Video, "b", 1, maxKbit, 1000, true},
    {"videobitratetolerance", TrackKind::Video, "bt", 0, maxKbit, 1000, true},
    {"videobitraterangetolerance", TrackKind::Video, "bt", 0, maxKbit, 1000, true},
    {"videobuffersize", TrackKind::Video, "bufsize", 0, 200'000, 8192, true},
    {"videogopsize", TrackKind::Video, "g", 0, 100'000, 1, true},
    {"videoqmin", TrackKind::Video, "qmin", -1, 1024, 1, true},
    {"videoqmax", TrackKind::Video, "qmax", -1, 1024, 1, true},
    {"videoqdiff", TrackKind::Video, "qdiff", -1, 1024, 1, true},
    {"lumimask", TrackKind::Video, "lumi_mask", -1000, 1000, 1, false},
    {"darkmask", TrackKind::Video, "dark_mask", -1000, 1000, 1, false},
});

std::string numberText(double value)
{
    if (value == std::floor(value))
        return std::to_string(static_cast<std::int64_t>(value));
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), error == std::errc{} ? end : text.data()};
}

} // namespace

bool EncodingReader::Track::copies() const
{
    return codec && codec->words.size() > 1 && equalIgnoringCase(codec->words[1].text, "copy");
}

bool EncodingReader::Track::asksForEncoding() const
{
    const bool named = codec && !copies();
    return named || preset || (defaults && !copies()) ||
           std::ranges::any_of(settings, [](const Setting &setting) { return !setting.shared; });
}

void EncodingReader::error(const ConfigLine &line, const Word &at, std::string message,
                           std::string_view suggestion)
{
    m_say(Severity::Error, line, at, std::move(message), suggestion);
}

void EncodingReader::warn(const ConfigLine &line, const Word &at, std::string message)
{
    m_say(Severity::Warning, line, at, std::move(message), {});
}

const Word *EncodingReader::argument(const ConfigLine &line, std::size_t index, std::string_view what)
{
    if (index < line.words.size())
        return &line.words[index];
    error(line, line.words.front(), line.words.front().text + " needs " + std::string(what) + " after it.");
    return nullptr;
}

std::optional<double> EncodingReader::number(const ConfigLine &line, double low, double high, bool whole)
{
    const Word *word = argument(line, 1, "a number");
    if (!word)
        return std::nullopt;
    std::optional<double> value;
    if (!whole)
        value = parseReal(word->text);
    else if (const auto integer = parseInteger(word->text))
        value = static_cast<double>(*integer);
    if (value && *value >= low && *value <= high)
        return value;
    error(line, *word,
          line.words.front().text + " must be a number from " + numberText(low) + " to " + numberText(high) +
              ", not " + quoted(word->text) + ".");
    return std::nullopt;
}

/// An option is said once. Flags that are switched on and off ("+a", "-b") add up.
void EncodingReader::set(Track &track, std::string option, std::string value, const ConfigLine &line,
                         const Word &at, bool shared)
{
    const auto same = std::ranges::find(track.settings, option, &Setting::option);
    if (same == track.settings.end()) {
        track.settings.push_back({std::move(option), std::move(value), &line, at, shared});
        return;
    }
    const auto isSwitch = [](const std::string &text) {
        return text.starts_with('+') || text.starts_with('-');
    };
    const bool areFlags = option == "flags" || option == "flags2" || option == "debug";
    if (areFlags && isSwitch(value) && isSwitch(same->value)) {
        same->value += value;
        same->shared = same->shared && shared;
        return;
    }
    error(line, line.words.front(),
          std::string(track.isVideo() ? "The video" : "The audio") + " option " + shortened(option) +
              " is already set in line " + std::to_string(same->line->number) + " (" +
              same->line->words.front().text + "); delete one of the two lines.");
}

bool EncodingReader::take(const std::string &key, const ConfigLine &line)
{
    if (!takeSimple(key, line) && !takeShared(key, line) && !takeOwn(key, line))
        return false;
    m_lines.push_back(&line);
    return true;
}

void EncodingReader::takeDefaults(const ConfigLine &line)
{
    m_defaults = &line;
    m_lines.push_back(&line);
}

bool EncodingReader::takeSimple(const std::string &key, const ConfigLine &line)
{
    const auto found = std::ranges::find(simples, key, &Simple::key);
    if (found == simples.end())
        return false;
    if (const auto value = number(line, found->low, found->high, found->whole))
        set(found->kind == TrackKind::Video ? m_video : m_audio, std::string(found->option),
            numberText(found->factor == 1 ? *value : std::round(*value * found->factor)), line,
            line.words[1]);
    return true;
}

/// For whatever is encoded in the stream.
bool EncodingReader::takeShared(const std::string &key, const ConfigLine &line)
{
    const Word &word = line.words.front();
    if (key == "bitexact") {
        for (Track *track : {&m_video, &m_audio})
            set(*track, "flags", "+bitexact", line, word, true);
        return true;
    }
    if (key != "strict" && key != "debug")
        return false;
    if (const Word *value = argument(line, 1, "a value")) {
        for (Track *track : {&m_video, &m_audio})
            set(*track, key, value->text, line, *value, true);
    }
    return true;
}

bool EncodingReader::takeOwn(const std::string &key, const ConfigLine &line)
{
    const Word &word = line.words.front();
    Track &named = key.find("audio") != std::string::npos ? m_audio : m_video;
    if (key == "noaudio" || key == "novideo") {
        named.leftOut = &line;
    } else if (key == "audiocodec" || key == "videocodec") {
        takeCodec(named, line);
    } else if (key == "avoptionaudio" || key == "avoptionvideo") {
        takeOption(named, line);
    } else if (key == "avpresetaudio" || key == "avpresetvideo") {
        if (argument(line, 1, "the name of a preset"))
            named.preset = &line;
    } else if (key == "videobitraterange") {
        takeRange(line);
    } else if (key == "videosize") {
        if (const Word *value = argument(line, 1, "a size such as 640x360"))
            set(m_video, "video_size", value->text, line, *value);
    } else if (key == "videoframerate") {
        if (const Word *value = argument(line, 1, "a number of frames a second"))
            set(m_video, "framerate", value->text, line, *value);
    } else if (key == "pixelformat") {
        if (const Word *value = argument(line, 1, "the name of a pixel format"))
            set(m_video, "pixel_format", value->text, line, *value);
    } else if (key == "videointraonly") {
        set(m_video, "g", "1", line, word);
    } else if (key == "videohighquality") {
        set(m_video, "mbd", "bits", line, word);
    } else if (key == "video4motionvector") {
        set(m_video, "mbd", "bits", line, word);
        set(m_video, "flags", "+mv4", line, word);
    } else if (key == "qscale") {
        constexpr double lambda = 118; // libav's quality is in units of FF_QP2LAMBDA
        if (const auto value = number(line, 0, 1000, false)) {
            set(m_video, "flags", "+qscale", line, word);
            set(m_video, "global_quality", numberText(std::round(*value * lambda)), line, line.words[1]);
        }
    } else if (key == "dctfastint") {
        set(m_video, "dct", "fastint", line, word);
    } else if (key == "idctsimple") {
        set(m_video, "idct", "simple", line, word);
    } else if (key == "videotag") {
        takeTag(line);
    } else {
        return false;
    }
    return true;
}

void EncodingReader::takeCodec(Track &track, const ConfigLine &line)
{
    if (!argument(line, 1, "the name of an encoder, or \"copy\","))
        return;
    if (track.codec)
        error(line, line.words.front(),
              line.words.front().text + " was already set in line " + std::to_string(track.codec->number) +
                  "; delete one of the two lines.");
    else
        track.codec = &line;
}

void EncodingReader::takeRange(const ConfigLine &line)
{
    const Word *word = argument(line, 1, "two bit rates in kbit/s such as 100-400");
    if (!word)
        return;
    const std::size_t dash = word->text.find('-');
    const auto low = parseInteger(std::string_view(word->text).substr(0, dash));
    const auto high = dash == std::string::npos ? std::optional<std::int64_t>()
                                                : parseInteger(std::string_view(word->text).substr(dash + 1));
    if (!low || !high || *low < 0 || *high < *low || static_cast<double>(*high) > maxKbit) {
        error(
            line, *word,
            "VideoBitRateRange is followed by the lowest and the highest bit rate in kbit/s such as 100-400, "
            "not by " +
                quoted(word->text) + ".");
        return;
    }
    set(m_video, "minrate", std::to_string(*low * 1000), line, *word);
    set(m_video, "maxrate", std::to_string(*high * 1000), line, *word);
}

void EncodingReader::takeTag(const ConfigLine &line)
{
    constexpr std::size_t tagLength = 4;
    const Word *tag = argument(line, 1, "four letters");
    if (!tag)
        return;
    warn(line, *tag,
         tag->text.size() == tagLength
             ? "The container's own tag is used; VideoTag is ignored."
             : "A tag has four letters and " + quoted(tag->text) + " has not; VideoTag is ignored.");
}

/// "[ENCODER:]OPTION VALUE"
void EncodingReader::takeOption(Track &track, const ConfigLine &line)
{
    const Word *name = argument(line, 1, "an option and its value");
    const Word *value = name ? argument(line, 2, "a value after the option") : nullptr;
    if (!value)
        return;
    const std::size_t colon = name->text.find(':');
    std::string option = name->text.substr(colon == std::string::npos ? 0 : colon + 1);
    // What a track has beside its encoder's options is known by several names.
    if (track.isVideo() && (option == "time_base" || option == "r")) {
        const std::string &text = value->text;
        if (option == "r")
            set(track, "framerate", text, line, *value);
        else if (text.starts_with("1/"))
            set(track, "framerate", text.substr(2), line, *value);
        else if (const std::size_t slash = text.find('/'); slash != std::string::npos)
            set(track, "framerate", text.substr(slash + 1) + '/' + text.substr(0, slash), line, *value);
        else
            error(line, *value, "time_base is a fraction such as 1/25, not " + quoted(text) + ".");
        return;
    }
    if (option == "time_base" || option == "codec_tag") {
        warn(line, *name, "The option " + option + " follows from the stream here; this line is ignored.");
        return;
    }
    if (option == "s" && track.isVideo())
        option = "video_size";
    else if (option == "pix_fmt" && track.isVideo())
        option = "pixel_format";
    else if (option == "ab")
        option = "b";
    if (colon != std::string::npos && colon > 0)
        option = name->text.substr(0, colon) + ':' + option; // judged when the encoder is known
    set(track, std::move(option), value->text, line, colon == std::string::npos ? *value : *name);
}

} // namespace aspersor::serve
