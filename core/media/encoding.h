// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace aspersor::media {

/// How one kind of track of a stream is made out of the feed's. A value: equal encodings make equal streams.
struct TrackEncoding {
    bool leftOut = false; ///< "NoVideo", "NoAudio"
    std::string encoder =
        {};        ///< libav's name of an encoder ("libx264", "h264_vaapi"); empty: copied as it comes
    int width = 0; ///< pixels, video only; 0: as it comes
    int height = 0;
    int frameRateNum = 0; ///< frames/s, video only; 0: as it comes
    int frameRateDen = 1;
    std::string pixelFormat = {}; ///< libav's name; empty: what the encoder takes
    int sampleRate = 0;           ///< Hz, audio only; 0: as it comes
    int channels = 0;             ///< audio only; 0: as it comes
    /// libav's options of the encoder, in the order of the configuration: {"b", "500000"}, {"preset",
    /// "fast"}.
    std::vector<std::pair<std::string, std::string>> options = {};

    [[nodiscard]] bool copies() const { return !leftOut && encoder.empty(); }
    bool operator==(const TrackEncoding &) const = default;
};

struct Encoding {
    TrackEncoding video = {};
    TrackEncoding audio = {};

    /// True when nothing is decoded for it.
    [[nodiscard]] bool onlyCopies() const { return video.encoder.empty() && audio.encoder.empty(); }
    bool operator==(const Encoding &) const = default;
};

} // namespace aspersor::media
