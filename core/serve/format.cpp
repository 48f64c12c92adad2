// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace aspersor::serve {

namespace {

using enum OnChange;

constexpr std::string_view needsSeek =
    "it can only be written to a file, whose beginning is completed at its end";

// What players do with a change was tried with ffmpeg, mpv and VLC; ARCHITECTURE.md has the table. Where
// sound has its parameters in the header only, a change of it would be played at the wrong pitch: the viewer
// is ended.
constexpr auto table = std::to_array<Format>({
    {"mpegts", "mpegts", "video/mp2t", false, NewMuxer, NewMuxer},
    // "FLV", version, flags, length (9 bytes) and the first PreviousTagSize (4): Adobe FLV 10.1, annex E.2
    {"flv", "flv", "video/x-flv", true, NewHeader, NewHeader, 13},
    {"matroska", "matroska", "video/x-matroska", true, KeepMuxer, End},
    {"webm", "webm", "video/webm", true, KeepMuxer, End},
    {"mp4", "mp4", "video/mp4", true, NewHeader, End},
    {"mov", "mov", "video/quicktime", true, NewHeader, End},
    {"3gp", "3gp", "video/3gpp", true, NewHeader, End},
    {"3g2", "3g2", "video/3gpp2", true, NewHeader, End},
    {.name = "mpeg",
     .muxer = "vob",
     .contentType = "video/mpeg",
     .onPicture = NewMuxer,
     .onOther = NewMuxer,
     .ordered = true,
     .muxerPerGop = true},
    {"mpegvideo", "mpeg1video", "video/mpeg", false, NewMuxer, NewMuxer},
    {.name = "asf",
     .muxer = "asf",
     .contentType = "video/x-ms-asf",
     .headerFirst = true,
     .onPicture = KeepMuxer,
     .ordered = true},
    {"avi", "avi", "video/x-msvideo", true, KeepMuxer, End},
    {"nut", "nut", "video/x-nut", true, KeepMuxer, End},
    // Ogg streams may follow each other in one file (RFC 3533, 4: "chained").
    {"ogg", "ogg", "application/ogg", true, NewHeader, NewHeader},
    {"ogv", "ogv", "video/ogg", true, NewHeader, NewHeader},
    {"oga", "oga", "audio/ogg", true, NewHeader, NewHeader},
    {"opus", "opus", "audio/ogg", true, NewHeader, NewHeader},
    {"spx", "spx", "audio/ogg", true, NewHeader, NewHeader},
    {"rm", "rm", "application/vnd.rn-realmedia", true, End, End},
    {"adts", "adts", "audio/aac", false, NewMuxer, NewMuxer},
    {"mp3", "mp3", "audio/mpeg", true, NewMuxer, NewMuxer},
    {"mp2", "mp2", "audio/mpeg", false, NewMuxer, NewMuxer},
    {"wav", "wav", "audio/x-wav", true, End, End},
    {"au", "au", "audio/basic", true, End, End},
    // A second header is taken for a block that is none.
    {"ffm", "ffm", "application/x-octet-stream", true, KeepMuxer, End},
    {"h264", "h264", "video/h264", false, NewMuxer, NewMuxer},
    {"hevc", "hevc", "video/h265", false, NewMuxer, NewMuxer},
    {.name = "mpjpeg", .contentType = "multipart/x-mixed-replace;boundary=ffserver", .pictures = true},
    {.name = "mjpeg", .contentType = "video/x-mjpeg", .pictures = true},
    {.name = "jpeg", .contentType = "image/jpeg", .snapshot = true},
    {.name = "swf", .contentType = "application/x-shockwave-flash", .refusal = needsSeek},
    {.name = "aiff", .contentType = "audio/aiff", .refusal = needsSeek},
    {.name = "rtp", .muxer = "rtp", .contentType = "application/sdp"},
    {.name = "status", .contentType = "text/html; charset=utf-8"},
});

struct Alias {
    std::string_view alias;
    std::string_view format;
};
constexpr auto aliases = std::to_array<Alias>({
    {"aac", "adts"},
    {"mkv", "matroska"},
    {"ts", "mpegts"},
    {"ipod", "mp4"},
    {"vob", "mpeg"},
    {"dvd", "mpeg"},
    {"svcd", "mpeg"},
    {"vcd", "mpeg"},
    {"asf_stream", "asf"},
    {"singlejpeg", "jpeg"},
});
constexpr auto extensions = std::to_array<Alias>({
    {"ts", "mpegts"},    {"m2t", "mpegts"},    {"m2ts", "mpegts"}, {"mts", "mpegts"}, {"flv", "flv"},
    {"mkv", "matroska"}, {"webm", "webm"},     {"mp4", "mp4"},     {"m4v", "mp4"},    {"mov", "mov"},
    {"3gp", "3gp"},      {"3g2", "3g2"},       {"mpg", "mpeg"},    {"mpeg", "mpeg"},  {"vob", "mpeg"},
    {"dvd", "mpeg"},     {"m1v", "mpegvideo"}, {"asf", "asf"},     {"wmv", "asf"},    {"wma", "asf"},
    {"avi", "avi"},      {"nut", "nut"},       {"ogg", "ogg"},     {"ogv", "ogv"},    {"oga", "oga"},
    {"opus", "opus"},    {"spx", "spx"},       {"rm", "rm"},       {"ra", "rm"},      {"aac", "adts"},
    {"adts", "adts"},    {"mp3", "mp3"},       {"mp2", "mp2"},     {"wav", "wav"},    {"au", "au"},
    {"h264", "h264"},    {"264", "h264"},      {"hevc", "hevc"},   {"h265", "hevc"},  {"265", "hevc"},
    {"mjpg", "mjpeg"},   {"mjpeg", "mjpeg"},   {"jpg", "jpeg"},    {"jpeg", "jpeg"},  {"swf", "swf"},
    {"aiff", "aiff"},    {"aif", "aiff"},      {"ffm", "ffm"},     {"rtp", "rtp"},
});

constexpr auto ofOriginal = std::to_array<std::string_view>({"ac3", "dts", "flac", "gif", "yuv4mpegpipe"});

} // namespace

std::span<const Format> formats()
{
    return table;
}

const Format *formatByName(std::string_view name)
{
    if (const auto alias = std::ranges::find(aliases, name, &Alias::alias); alias != aliases.end())
        name = alias->format;
    const auto found = std::ranges::find(table, name, &Format::name);
    return found == table.end() ? nullptr : &*found;
}

const Format *formatByExtension(std::string_view streamName)
{
    const std::size_t dot = streamName.rfind('.');
    if (dot == std::string_view::npos)
        return nullptr;
    std::string extension(streamName.substr(dot + 1));
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto found = std::ranges::find(extensions, extension, &Alias::alias);
    return found == extensions.end() ? nullptr : formatByName(found->format);
}

bool isFormatOfOriginal(std::string_view name)
{
    return std::ranges::find(ofOriginal, name) != ofOriginal.end();
}

} // namespace aspersor::serve
