// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/directives.h"

#include <array>

namespace aspersor::serve {

namespace {

// The last of each list, after the empty line of the original's, are extensions of ours.
constexpr auto global = std::to_array<std::string_view>({
    "HTTPPort",           "Port",        "HTTPBindAddress",
    "BindAddress",        "RTSPPort",    "RTSPBindAddress",
    "MaxHTTPConnections", "MaxClients",  "MaxBandwidth",
    "CustomLog",          "UseDefaults", "NoDefaults",
    "NoDaemon",           "LoadModule",

    "FeedSocket",         "FeedGrace",   "ViewerTimeout",
    "DelayBudget",        "Workers",     "MaxClientsPerAddress",
});
constexpr auto feed = std::to_array<std::string_view>({
    "File",
    "ReadOnlyFile",
    "FileMaxSize",
    "Truncate",
    "Launch",
    "ACL",
});
constexpr auto stream = std::to_array<std::string_view>({
    "Feed",
    "File",
    "ReadOnlyFile",
    "Format",
    "InputFormat",
    "Preroll",
    "StartSendOnKey",
    "MaxTime",
    "ACL",
    "DynamicACL",
    "Metadata",
    "Author",
    "Comment",
    "Copyright",
    "Title",
    "FaviconURL",
    "NoAudio",
    "NoVideo",
    "UseDefaults",
    "NoDefaults",
    "AudioCodec",
    "VideoCodec",
    "AudioBitRate",
    "AudioChannels",
    "AudioSampleRate",
    "VideoBitRate",
    "VideoBitRateRange",
    "VideoBitRateTolerance",
    "VideoBitRateRangeTolerance",
    "VideoBufferSize",
    "VideoSize",
    "VideoFrameRate",
    "VideoGopSize",
    "VideoIntraOnly",
    "VideoHighQuality",
    "Video4MotionVector",
    "VideoTag",
    "PixelFormat",
    "Qscale",
    "VideoQMin",
    "VideoQMax",
    "VideoQDiff",
    "LumiMask",
    "DarkMask",
    "BitExact",
    "DctFastint",
    "IdctSimple",
    "Strict",
    "Debug",
    "AVOptionVideo",
    "AVOptionAudio",
    "AVPresetVideo",
    "AVPresetAudio",
    "RTSPOption",
    "MulticastAddress",
    "MulticastPort",
    "MulticastTTL",
    "NoLoop",
});
constexpr auto redirect = std::to_array<std::string_view>({"URL"});

} // namespace

std::span<const std::string_view> directivesOf(Section section)
{
    switch (section) {
    case Section::Global:
        return global;
    case Section::Feed:
        return feed;
    case Section::Stream:
        return stream;
    case Section::Redirect:
        return redirect;
    }
    return {};
}

std::string_view sectionName(Section section)
{
    switch (section) {
    case Section::Global:
        return "the part outside of sections";
    case Section::Feed:
        return "a <Feed> section";
    case Section::Stream:
        return "a <Stream> section";
    case Section::Redirect:
        return "a <Redirect> section";
    }
    return {};
}

} // namespace aspersor::serve
