// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/format.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace aspersor::serve {

namespace {

constexpr std::array<Format, 6> table{{
    {"mpegts", "mpegts", "video/mp2t", false, OnChange::GoOn, 0, false},
    // "FLV", version, flags, length (9 bytes) and the first PreviousTagSize (4): Adobe FLV 10.1, annex E.2
    {"flv", "flv", "video/x-flv", true, OnChange::NewHeader, 13, false},
    // A second EBML header or moov in mid-stream is skipped or refused by the demuxers that people use.
    {"matroska", "matroska", "video/x-matroska", true, OnChange::End, 0, false},
    {"mp4", "mp4", "video/mp4", true, OnChange::End, 0, false},
    {"adts", "adts", "audio/aac", false, OnChange::GoOn, 0, true},
    {"status", "", "text/html; charset=utf-8", false, OnChange::End, 0, false},
}};

struct Extension {
    std::string_view extension;
    std::string_view format;
};
constexpr std::array<Extension, 10> extensions{{
    {"ts", "mpegts"},
    {"m2t", "mpegts"},
    {"m2ts", "mpegts"},
    {"mts", "mpegts"},
    {"flv", "flv"},
    {"mkv", "matroska"},
    {"mp4", "mp4"},
    {"m4v", "mp4"},
    {"aac", "adts"},
    {"adts", "adts"},
}};

constexpr std::array<std::string_view, 34> ofOriginal{
    "webm", "mpeg",       "vob",  "dvd",   "svcd",   "vcd",  "mpegvideo",  "mp2", "mp3",
    "asf",  "asf_stream", "avi",  "ogg",   "oga",    "ogv",  "opus",       "spx", "mov",
    "3gp",  "3g2",        "ipod", "mjpeg", "mpjpeg", "jpeg", "singlejpeg", "rm",  "swf",
    "wav",  "nut",        "h264", "rtp",   "ffm",    "au",   "aiff",
};

} // namespace

std::span<const Format> formats()
{
    return table;
}

const Format *formatByName(std::string_view name)
{
    if (name == "aac")
        name = "adts";
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
    const auto found = std::ranges::find(extensions, extension, &Extension::extension);
    return found == extensions.end() ? nullptr : formatByName(found->format);
}

bool isFormatOfOriginal(std::string_view name)
{
    return std::ranges::find(ofOriginal, name) != ofOriginal.end();
}

} // namespace aspersor::serve
