// SPDX-License-Identifier: GPL-3.0-or-later
// The end of EncodingReader: from the lines of a <Stream> to its encoding.
#include "core/media/capabilities.h"
#include "core/serve/configencoding.h"
#include "core/serve/configvalues.h"
#include "core/serve/encoderchoice.h"

#include <algorithm>
#include <iterator>

namespace aspersor::serve {

namespace {

using media::OptionVerdict;
using media::TrackKind;

std::string_view kindName(TrackKind kind)
{
    return kind == TrackKind::Video ? "video" : "audio";
}

std::vector<std::string_view> views(const std::vector<std::string> &names)
{
    return {names.begin(), names.end()};
}

/// x264 and its like have presets of their own; these are what the old preset files of the same task became.
constexpr auto encoderPresets = std::to_array<std::string_view>({
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
    "placebo",
});

/// What a track has beside the options of its encoder.
bool isOfTrack(std::string_view option, TrackKind kind)
{
    return kind == TrackKind::Video
               ? option == "video_size" || option == "framerate" || option == "pixel_format"
               : option == "ar" || option == "ac";
}

/// Other names of such, as AVOptionVideo knows them.
bool isAlias(std::string_view option)
{
    constexpr auto names =
        std::to_array<std::string_view>({"r", "s", "ab", "pix_fmt", "time_base", "codec_tag"});
    return std::ranges::find(names, option) != names.end() || option.find(':') != std::string_view::npos;
}

bool hasOption(const media::TrackEncoding &encoding, std::string_view name)
{
    return std::ranges::any_of(encoding.options, [&](const auto &option) { return option.first == name; });
}

} // namespace

media::Encoding EncodingReader::whatIsLeft()
{
    if (m_video.leftOut && m_audio.leftOut)
        error(*m_audio.leftOut, m_audio.leftOut->words.front(),
              "With NoAudio and NoVideo nothing is left of this stream; delete one of the two lines.");
    media::Encoding encoding;
    encoding.video.leftOut = m_video.leftOut != nullptr;
    encoding.audio.leftOut = m_audio.leftOut != nullptr;
    return encoding;
}

media::Encoding EncodingReader::finishCopied(std::string_view why)
{
    std::erase_if(m_lines, [this](const ConfigLine *line) {
        return std::ranges::any_of(std::array{&m_video, &m_audio}, [line](const Track *track) {
            return line == track->leftOut || (line == track->codec && track->copies());
        });
    });
    refuse(why);
    return whatIsLeft();
}

media::Encoding EncodingReader::finish(const Format &format)
{
    media::Encoding encoding = whatIsLeft();
    m_video.defaults = m_defaults;
    m_audio.defaults = m_defaults;
    const bool videoMade = m_video.asksForEncoding() && formatHas(format, TrackKind::Video);
    const bool audioMade = m_audio.asksForEncoding() && formatHas(format, TrackKind::Audio);
    encoding.video = finish(m_video, format, audioMade);
    encoding.audio = finish(m_audio, format, videoMade);
    if (encoding.onlyCopies() && !m_video.asksForEncoding() && !m_audio.asksForEncoding()) {
        for (const Setting &setting : m_video.settings) {
            if (setting.shared)
                warn(*setting.line, setting.line->words.front(),
                     "Nothing is encoded in this stream; this line has no effect.");
        }
    }
    return encoding;
}

void EncodingReader::refuse(std::string_view why)
{
    for (const ConfigLine *line : m_lines)
        warn(*line, line->words.front(), std::string(why) + " is not encoded; this line has no effect.");
}

void EncodingReader::noEffect(const Track &track, std::string_view why)
{
    const ConfigLine *last = nullptr;
    for (const Setting &setting : track.settings) {
        if (!setting.shared && setting.line != last)
            warn(*setting.line, setting.line->words.front(), std::string(why) + "; this line has no effect.");
        last = setting.line;
    }
    if (track.preset)
        warn(*track.preset, track.preset->words.front(), std::string(why) + "; this line has no effect.");
}

media::TrackEncoding EncodingReader::finish(Track &track, const Format &format, bool otherIsEncoded)
{
    media::TrackEncoding made;
    const std::string kind(kindName(track.kind));
    if (track.leftOut) {
        noEffect(track, "The " + kind + " is left out (line " + std::to_string(track.leftOut->number) + ')');
        made.leftOut = true;
        return made;
    }
    if (!formatHas(format, track.kind)) {
        if (track.codec && !track.copies())
            warn(*track.codec, track.codec->words.front(),
                 "The format " + std::string(format.name) + " has no " + kind + "; this line has no effect.");
        noEffect(track, "The format " + std::string(format.name) + " has no " + kind);
        return made;
    }
    if (track.copies()) {
        noEffect(track, "The " + kind + " is copied (line " + std::to_string(track.codec->number) + ')');
        return made;
    }
    // A stream that names one kind only is copied in the other, where the format takes what phones send.
    if (!track.asksForEncoding() && (!otherIsEncoded || takesPhones(format, track.kind)))
        return made;
    made.encoder = encoderOf(track, format);
    if (made.encoder.empty())
        return made;
    if (track.defaults)
        addDefaults(track);
    for (const Setting &setting : track.settings)
        apply(setting, track.kind, made);
    usePreset(track, made);
    return made;
}

/// 64 kbit/s, 160x128 pixels, 5 frames/s; one channel at 22050 Hz: of the last original.
void EncodingReader::addDefaults(Track &track)
{
    const auto valueOf = [&](std::string_view option) {
        const auto found = std::ranges::find(track.settings, option, &Setting::option);
        return found == track.settings.end() ? std::string() : found->value;
    };
    const auto add = [&](std::string option, const std::string &value) {
        // Not every encoder has them all, which is no fault of who did not write them.
        if (valueOf(option).empty())
            track.settings.push_back(
                {std::move(option), value, track.defaults, track.defaults->words.front(), true});
    };
    constexpr std::int64_t kbit = 1000;
    add("b", std::to_string(64 * kbit));
    if (!track.isVideo()) {
        add("ar", "22050");
        add("ac", "1");
        return;
    }
    add("framerate", "5");
    add("video_size", "160x128");
    const auto rate = parseInteger(valueOf("b")); // with a unit: the encoder's own
    const auto frames = media::parseFrameRate(valueOf("framerate"));
    if (!rate || *rate <= 0 || !frames)
        return;
    add("bt", std::to_string(std::max(*rate / 4, *rate * frames->second / frames->first)));
    add("maxrate", std::to_string(*rate * 2));
    add("bufsize", valueOf("maxrate"));
}

/// Said already when it is "".
std::string EncodingReader::encoderOf(const Track &track, const Format &format)
{
    if (track.codec) {
        const Word &name = track.codec->words[1];
        std::string encoder = media::encoderFor(name.text, track.kind);
        if (const std::string_view next = successorOf(name.text); encoder.empty() && !next.empty()) {
            encoder = media::encoderFor(std::string(next), track.kind);
            if (!encoder.empty())
                warn(*track.codec, name,
                     "The encoder " + name.text + " is no longer there; " + encoder + " takes its place.");
        }
        if (encoder.empty()) {
            const std::vector<std::string> known = media::encoderNames(track.kind);
            error(*track.codec, name,
                  "There is no " + std::string(kindName(track.kind)) + " encoder called " +
                      quoted(name.text) +
                      " on this machine; \"ffmpeg -encoders\" lists them, and \"copy\" passes the feed on.",
                  nearestWord(name.text, views(known)));
        }
        return encoder;
    }
    std::string encoder = defaultEncoder(format, track.kind);
    if (encoder.empty()) {
        const ConfigLine *line = track.preset              ? track.preset
                                 : !track.settings.empty() ? track.settings.front().line
                                 : track.defaults          ? track.defaults
                                 : m_lines.empty()         ? nullptr
                                                           : m_lines.front();
        if (line)
            error(*line, line->words.front(),
                  "This machine has no " + std::string(kindName(track.kind)) + " encoder for the format " +
                      std::string(format.name) + "; name one with " +
                      (track.isVideo() ? "VideoCodec" : "AudioCodec") + ", or leave the " +
                      std::string(kindName(track.kind)) + " out with " +
                      (track.isVideo() ? "NoVideo." : "NoAudio."));
    }
    return encoder;
}

void EncodingReader::apply(Setting setting, TrackKind kind, media::TrackEncoding &into)
{
    const std::string &value = setting.value;
    const ConfigLine &line = *setting.line;
    if (const std::size_t colon = setting.option.find(':'); colon != std::string::npos) {
        if (setting.option.substr(0, colon) != into.encoder) {
            warn(line, setting.at,
                 "This is an option of " + shortened(setting.option.substr(0, colon)) +
                     ", and the encoder is " + into.encoder + "; this line is ignored.");
            return;
        }
        setting.option.erase(0, colon + 1);
        if (hasOption(into, setting.option)) {
            error(line, setting.at,
                  "The option " + shortened(setting.option) +
                      " is already set; delete one of the two lines.");
            return;
        }
    }
    if (!isOfTrack(setting.option, kind)) {
        applyOption(setting, into);
    } else if (setting.option == "video_size") {
        const auto size = media::parseVideoSize(value);
        if (size)
            std::tie(into.width, into.height) = *size;
        else
            error(line, setting.at,
                  "A size is written like 640x360 or named like hd720, not " + quoted(value) + ".");
        if (size && (into.width % 2 != 0 || into.height % 2 != 0))
            warn(line, setting.at, "Most encoders want even sizes; " + quoted(value) + " may be refused.");
    } else if (setting.option == "framerate") {
        const auto rate = media::parseFrameRate(value);
        if (rate)
            std::tie(into.frameRateNum, into.frameRateDen) = *rate;
        else
            error(line, setting.at,
                  "A frame rate is written like 25, 12.5 or 30000/1001, not " + quoted(value) + ".");
    } else if (setting.option == "pixel_format") {
        into.pixelFormat = value;
        if (!media::pixelFormatExists(value))
            error(line, setting.at,
                  "There is no pixel format called " + quoted(value) +
                      "; \"ffmpeg -pix_fmts\" lists them, and yuv420p is played everywhere.");
    } else {
        const auto number = parseInteger(value);
        const bool isRate = setting.option == "ar";
        if (!number || *number < (isRate ? 1000 : 1) || *number > (isRate ? 768'000 : 64))
            error(line, setting.at, quoted(value) + " is no number that fits here.");
        else
            (isRate ? into.sampleRate : into.channels) = static_cast<int>(*number);
    }
}

void EncodingReader::applyOption(const Setting &setting, media::TrackEncoding &into)
{
    const ConfigLine &line = *setting.line;
    const std::string &option = setting.option;
    switch (media::checkOption(into.encoder, option, setting.value)) {
    case OptionVerdict::Fits:
        into.options.emplace_back(option, setting.value);
        break;
    case OptionVerdict::Unknown: {
        if (setting.shared)
            break;
        const std::vector<std::string> known = media::optionNames(into.encoder);
        warn(line, line.words.front(),
             "The encoder " + into.encoder + " has no option " + quoted(option) +
                 "; this line has no effect." + didYouMean(nearestWord(option, views(known))));
        break;
    }
    case OptionVerdict::BadValue:
        error(line, setting.at,
              quoted(setting.value) + " is no value for the option " + quoted(option) + " of the encoder " +
                  into.encoder + "; \"ffmpeg -h encoder=" + into.encoder + "\" lists what is.");
        break;
    }
}

/// A preset file of "option=value" lines, or a preset that the encoder knows itself. What the section says
/// goes before what the preset says.
void EncodingReader::usePreset(const Track &track, media::TrackEncoding &into)
{
    if (!track.preset)
        return;
    const ConfigLine &line = *track.preset;
    const Word &name = line.words[1];
    const bool isPlain = name.text.find('/') == std::string::npos;
    if (const auto text = isPlain && m_presets ? m_presets(into.encoder, name.text) : std::nullopt) {
        const std::size_t own = into.options.size();
        for (const ConfigLine &entry : splitConfig(*text)) {
            const std::size_t equals = entry.text.find('=');
            const std::string option(trimmed(entry.text.substr(0, equals)));
            const std::string value(
                trimmed(equals == std::string_view::npos ? "" : entry.text.substr(equals + 1)));
            if (option == "vcodec" || option == "acodec" || hasOption(into, option))
                continue;
            if (!isAlias(option) && !isOfTrack(option, track.kind) &&
                media::checkOption(into.encoder, option, value) == OptionVerdict::Fits)
                into.options.emplace_back(option, value);
            else
                warn(line, name,
                     "The preset's line " + quoted(trimmed(entry.text)) + " says nothing to the encoder " +
                         into.encoder + " and is ignored.");
        }
        if (into.options.size() == own)
            warn(line, name, "The preset " + quoted(name.text) + " changes nothing.");
        return;
    }
    std::string preset = name.text;
    if (preset.starts_with(into.encoder + '-'))
        preset.erase(0, into.encoder.size() + 1);
    const auto fits = [&](const char *option) {
        return media::checkOption(into.encoder, option, preset) == OptionVerdict::Fits;
    };
    if (std::ranges::find(encoderPresets, preset) != encoderPresets.end() && fits("preset")) {
        if (!hasOption(into, "preset"))
            into.options.emplace_back("preset", preset);
    } else if ((preset == "baseline" || preset == "main" || preset == "high") && fits("profile")) {
        if (!hasOption(into, "profile"))
            into.options.emplace_back("profile", preset);
    } else {
        warn(line, name,
             "There is no file for the preset " + quoted(name.text) + ", and the encoder " + into.encoder +
                 " has none of that name; its own defaults are used.");
    }
}

} // namespace aspersor::serve
