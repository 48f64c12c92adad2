// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/feederheader.h"

#include "core/media/capabilities.h"
#include "core/media/ffmcodecs.h"
#include "core/serve/encoderchoice.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

namespace aspersor::serve {

namespace {

using media::TrackKind;

// Where nothing is said: what a phone sends.
constexpr std::int64_t usualVideoBits = 1'500'000;
constexpr std::int64_t usualAudioBits = 128'000;
constexpr int usualSampleRate = 44100;
constexpr int usualChannels = 2;
constexpr std::uint32_t ffmH264 = 28;
constexpr std::uint32_t ffmAac = 0x15002;

/// What any encoder knows. A feeder may refuse to start over an option that is unknown to it.
constexpr auto common = std::to_array<std::string_view>(
    {"g", "bt", "bufsize", "minrate", "maxrate", "qmin", "qmax", "qdiff", "flags", "global_quality"});

bool shows(const StreamSpec &stream, std::string_view feed)
{
    return !stream.format->isStatus() && stream.file.empty() && (stream.feed == feed || stream.nameFor(feed));
}

std::int64_t bitRateOf(const media::TrackEncoding &encoding, std::int64_t otherwise)
{
    const auto found = std::ranges::find(encoding.options, "b", &std::pair<std::string, std::string>::first);
    std::int64_t bits = 0;
    if (found != encoding.options.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), bits);
    return bits > 0 ? bits : otherwise;
}

struct Wanted {
    bool copied = false;
    std::int64_t pixels = 0;
    media::FfmTrack track;

    /// Copied before made anew, then the larger.
    [[nodiscard]] auto worth() const { return std::tuple(copied, pixels, track.description.bitRate); }
};

std::optional<Wanted> wantedOf(const StreamSpec &stream, TrackKind kind)
{
    const bool video = kind == TrackKind::Video;
    const media::TrackEncoding &encoding = video ? stream.encoding.video : stream.encoding.audio;
    if (encoding.leftOut || !formatHas(*stream.format, kind))
        return std::nullopt;
    Wanted wanted;
    wanted.copied = encoding.copies();
    media::TrackDescription &track = wanted.track.description;
    track.kind = kind;
    if (wanted.copied && takesPhones(*stream.format, kind))
        track.codecId = media::ffmCodec(video ? ffmH264 : ffmAac)->codecId;
    else
        track.codecId =
            media::codecOfEncoder(wanted.copied ? defaultEncoder(*stream.format, kind) : encoding.encoder);
    if (!media::ffmCodecOf(track.codecId))
        return std::nullopt; // younger than FFM
    track.bitRate = bitRateOf(encoding, video ? usualVideoBits : usualAudioBits);
    media::FfmOptions options{{"b", std::to_string(track.bitRate)}};
    if (video) {
        wanted.pixels = std::int64_t{encoding.width} * encoding.height;
        track.width = encoding.width;
        track.height = encoding.height;
        if (wanted.pixels > 0)
            options.emplace_back("video_size",
                                 std::to_string(encoding.width) + 'x' + std::to_string(encoding.height));
        if (encoding.frameRateNum > 0)
            options.emplace_back("time_base", std::to_string(encoding.frameRateDen) + '/' +
                                                  std::to_string(encoding.frameRateNum));
    } else {
        track.channels = encoding.channels > 0 ? encoding.channels : usualChannels;
        track.sampleRate = encoding.sampleRate > 0 ? encoding.sampleRate : usualSampleRate;
        options.emplace_back("ac", std::to_string(track.channels));
        options.emplace_back("ar", std::to_string(track.sampleRate));
    }
    for (const auto &option : encoding.options) {
        if (std::ranges::find(common, option.first) != common.end())
            options.push_back(option);
    }
    wanted.track.text = media::ffmText(options);
    return wanted;
}

} // namespace

media::FfmHeader feederHeader(const Config &config, std::string_view feed)
{
    media::FfmHeader header;
    for (const TrackKind kind : {TrackKind::Audio, TrackKind::Video}) {
        std::optional<Wanted> best;
        for (const StreamSpec &stream : config.streams) {
            auto wanted = shows(stream, feed) ? wantedOf(stream, kind) : std::nullopt;
            if (wanted && (!best || wanted->worth() > best->worth()))
                best = std::move(wanted);
        }
        if (best)
            header.tracks.push_back(std::move(best->track));
    }
    return header;
}

} // namespace aspersor::serve
