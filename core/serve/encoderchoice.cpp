// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/encoderchoice.h"

#include "core/media/capabilities.h"
#include "core/media/muxer.h"

#include <algorithm>
#include <array>

namespace aspersor::serve {

namespace {

using media::TrackKind;

/// Encoders or codecs in the order of preference, parted by blanks; "" for a kind that is not in the format.
struct Choice {
    std::string_view format;
    std::string_view video;
    std::string_view audio;
};

constexpr std::string_view h264 = "libx264 h264";
// The first is for every format that is not listed.
constexpr auto choices = std::to_array<Choice>({
    {"", h264, "aac"},
    {"adts", "", "aac"},
    {"mpeg", "mpeg1video", "mp2"},
    {"vcd", "mpeg1video", "mp2"},
    {"mpegvideo", "mpeg1video", ""},
    {"vob", "mpeg2video", "mp2"},
    {"dvd", "mpeg2video", "mp2"},
    {"svcd", "mpeg2video", "mp2"},
    {"mp2", "", "mp2"},
    {"mp3", "", "libmp3lame mp3"},
    {"webm", "libvpx vp8", "libvorbis libopus"},
    {"ogg", "libtheora theora", "libvorbis libopus flac"},
    {"ogv", "libtheora theora", "libvorbis libopus flac"},
    {"oga", "", "libvorbis libopus flac"},
    {"opus", "", "libopus"},
    {"spx", "", "libspeex"},
    {"asf", "msmpeg4", "wmav2"},
    {"asf_stream", "msmpeg4", "wmav2"},
    {"avi", "mpeg4", "libmp3lame ac3"},
    {"mjpeg", "mjpeg", ""},
    {"mpjpeg", "mjpeg", ""},
    {"jpeg", "mjpeg", ""},
    {"singlejpeg", "mjpeg", ""},
    {"h264", h264, ""},
    {"hevc", "libx265 hevc", ""},
    {"rm", "rv10", "ac3"},
    {"swf", "flv", "libmp3lame mp3"},
    {"wav", "", "pcm_s16le"},
    {"au", "", "pcm_s16be"},
    {"aiff", "", "pcm_s16be"},
});

std::string_view wanted(const Format &format, TrackKind kind)
{
    auto found = std::ranges::find(choices, format.name, &Choice::format);
    if (found == choices.end())
        found = choices.begin();
    return kind == TrackKind::Video ? found->video : found->audio;
}

struct Successor {
    std::string_view old;
    std::string_view now;
};
constexpr std::array<Successor, 12> successors{{
    {"libfaac", "aac"},
    {"libvo_aacenc", "aac"},
    {"libaacplus", "aac"},
    {"libfdk_aac", "aac"},
    {"libvo_amrwbenc", "aac"},
    {"xvid", "mpeg4"},
    {"libxvid", "mpeg4"},
    {"x264", "libx264"},
    {"lame", "libmp3lame"},
    {"libxavs", "libx264"},
    {"libschroedinger", "libx264"},
    {"libgsm", "aac"},
}};

} // namespace

std::string defaultEncoder(const Format &format, TrackKind kind)
{
    std::string_view names = wanted(format, kind);
    while (!names.empty()) {
        const std::size_t end = std::min(names.find(' '), names.size());
        if (std::string encoder = media::encoderFor(std::string(names.substr(0, end)), kind);
            !encoder.empty())
            return encoder;
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return {};
}

bool takesPhones(const Format &format, TrackKind kind)
{
    // Keyframes become JPEGs by themselves, see Snapshots.
    return wanted(format, kind).empty() || format.pictures || format.snapshot ||
           media::Muxer::suitsPhones(std::string(format.muxer), kind);
}

bool formatHas(const Format &format, TrackKind kind)
{
    return !format.isStatus() && !wanted(format, kind).empty();
}

std::string_view successorOf(std::string_view encoder)
{
    const auto found = std::ranges::find(successors, encoder, &Successor::old);
    return found == successors.end() ? std::string_view() : found->now;
}

} // namespace aspersor::serve
