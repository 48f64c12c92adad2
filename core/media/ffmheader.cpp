// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffmheader.h"

#include "core/media/ffm.h"
#include "core/media/ffmbytes.h"
#include "core/media/ffmcodecs.h"

#include <algorithm>
#include <limits>

namespace aspersor::media {

namespace {

std::uint32_t bitRateOf(const TrackDescription &track)
{
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(track.bitRate, 0, std::numeric_limits<std::uint32_t>::max()));
}

FfmOptions factsOf(const TrackDescription &track)
{
    FfmOptions facts{{"b", std::to_string(bitRateOf(track))}};
    const auto add = [&facts](const char *key, int value, int unknown) {
        if (value != unknown)
            facts.emplace_back(key, std::to_string(value));
    };
    if (track.kind == TrackKind::Audio) {
        facts.emplace_back("ab", facts.front().second);
        add("ar", track.sampleRate, 0);
        add("ac", track.channels, 0);
        add("frame_size", track.frameSize, 0);
        add("profile", track.profile, -99);
        return facts;
    }
    add("profile", track.profile, -99);
    add("level", track.level, -99);
    facts.emplace_back("pixel_format",
                       "yuv420p"); // what phones and nearly all others send; nothing decodes by it
    if (track.width > 0 && track.height > 0)
        facts.emplace_back("video_size", std::to_string(track.width) + "x" + std::to_string(track.height));
    return facts;
}

/// Appends a chunk: its name, its size, its body.
template <typename WriteBody>
void appendChunk(std::vector<std::uint8_t> &out, std::string_view name, WriteBody writeBody)
{
    out.insert(out.end(), name.begin(), name.end());
    const std::size_t sizeAt = out.size();
    appendBig<std::uint32_t>(out, 0);
    writeBody();
    std::vector<std::uint8_t> size;
    appendBig(size, static_cast<std::uint32_t>(out.size() - sizeAt - 4));
    std::ranges::copy(size, out.begin() + static_cast<std::ptrdiff_t>(sizeAt));
}

void appendText(std::vector<std::uint8_t> &out, std::string_view name, std::string_view text)
{
    appendChunk(out, name, [&] {
        out.insert(out.end(), text.begin(), text.end());
        out.push_back(0);
    });
}

} // namespace

FfmHeader ffmHeaderOf(const StreamDescription &description)
{
    FfmHeader header;
    for (const TrackDescription &track : description.tracks)
        header.tracks.push_back({track, ffmText(factsOf(track)), {}});
    return header;
}

StreamDescription descriptionOf(const FfmHeader &header)
{
    StreamDescription description;
    for (const FfmTrack &track : header.tracks)
        description.tracks.push_back(track.description);
    return description;
}

Result<std::vector<std::uint8_t>> ffmHeaderBytes(const FfmHeader &header)
{
    std::vector<std::uint8_t> out{'F', 'F', 'M', '2'};
    appendBig(out, static_cast<std::uint32_t>(ffmBlockBytes));
    appendBig(out, header.writeIndex);
    std::uint64_t bitRate = 0;
    for (const FfmTrack &track : header.tracks)
        bitRate += bitRateOf(track.description);
    appendChunk(out, "MAIN", [&] {
        appendBig(out, static_cast<std::uint32_t>(header.tracks.size()));
        appendBig(out, static_cast<std::uint32_t>(
                           std::min<std::uint64_t>(bitRate, std::numeric_limits<std::uint32_t>::max())));
    });
    for (const FfmTrack &track : header.tracks) {
        const auto codec = ffmCodecOf(track.description.codecId);
        if (!codec)
            return failure(Error::Kind::Libav,
                           "FFM, the old feed format, does not know " + track.description.codecName());
        const auto &extradata = track.description.extradata;
        appendChunk(out, "COMM", [&] {
            appendBig(out, codec->id);
            out.push_back(codec->kind == TrackKind::Audio ? ffmAudio : ffmVideo);
            appendBig(out, bitRateOf(track.description));
            appendBig(out, extradata.empty() ? std::uint32_t{0} : ffmHasExtradata);
            appendBig<std::uint32_t>(out, 0); // flags2
            appendBig<std::uint32_t>(out, 0); // debug
            if (!extradata.empty()) {
                appendBig(out, static_cast<std::uint32_t>(extradata.size()));
                out.insert(out.end(), extradata.begin(), extradata.end());
            }
        });
        appendText(out, codec->kind == TrackKind::Audio ? "S2AU" : "S2VI", track.text);
        if (!track.privateText.empty())
            appendText(out, "CPRV", track.privateText);
    }
    out.resize(out.size() + 8); // the end of the chunks
    out.resize((out.size() + ffmBlockBytes - 1) / ffmBlockBytes * ffmBlockBytes);
    return out;
}

FfmOptions ffmOptions(std::string_view text)
{
    FfmOptions options;
    std::pair<std::string, std::string> option;
    bool inValue = false;
    const auto take = [&] {
        if (!option.first.empty())
            options.push_back(std::move(option));
        option = {};
        inValue = false;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        const bool escaped = c == '\\' && i + 1 < text.size();
        if (escaped)
            c = text[++i];
        if (!escaped && c == ',')
            take();
        else if (!escaped && c == '=' && !inValue)
            inValue = true;
        else
            (inValue ? option.second : option.first) += c;
    }
    take();
    return options;
}

std::string ffmText(const FfmOptions &options)
{
    std::string text;
    for (const auto &[key, value] : options) {
        if (!text.empty())
            text += ',';
        text += key + '=';
        for (const char c : value) {
            if (c == '=' || c == ',' || c == '\\' || c == '\'')
                text += '\\';
            text += c;
        }
    }
    return text;
}

} // namespace aspersor::media
