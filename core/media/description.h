// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace aspersor::media {

/// Time between demuxer and muxer: ticks of 90 kHz (ISO/IEC 13818-1, 2.4.3.6), 64 bits, never wrapping
/// once they have passed the Timeline.
using Ticks = std::int64_t;
inline constexpr Ticks ticksPerSecond = 90'000;
inline constexpr Ticks noTicks = INT64_MIN; ///< "no timestamp"; the same value as AV_NOPTS_VALUE

enum class TrackKind : std::uint8_t { Video, Audio, Other };

/// What a decoder or a muxer must know of one elementary stream. A value: compare to see a change.
struct TrackDescription {
    TrackKind kind = TrackKind::Other;
    int codecId = 0;   ///< libav's AVCodecID, as an int so that no libav header is needed here
    int profile = -99; ///< libav's number; -99: unknown
    int level = -99;
    int width = 0; ///< pixels, video only
    int height = 0;
    int sampleRate = 0; ///< Hz, audio only
    int channels = 0;
    std::int64_t bitRate = 0; ///< bit/s as declared; 0: unknown
    int frameRateNum = 0;     ///< frames/s as declared; 0: unknown
    int frameRateDen = 1;
    int frameSize = 0;  ///< audio samples per packet; 0: unknown
    int blockAlign = 0; ///< bytes of a packet of such audio as WMA; 0: unknown
    /// H.264/HEVC: parameter sets in Annex B form; AAC: AudioSpecificConfig; else the codec's own.
    std::vector<std::uint8_t> extradata;

    bool operator==(const TrackDescription &) const = default;

    [[nodiscard]] std::string codecName() const; ///< libav's short name: "h264", "aac"
    [[nodiscard]] std::string summary() const;   ///< "h264 1280x720", "aac 48000 2ch"
};

/// All tracks of a feed; Packet::track() is an index into them.
struct StreamDescription {
    std::vector<TrackDescription> tracks;

    bool operator==(const StreamDescription &) const = default;

    /// The first track of a kind, or nullptr.
    [[nodiscard]] const TrackDescription *first(TrackKind kind) const;
    [[nodiscard]] bool hasVideo() const { return first(TrackKind::Video) != nullptr; }
};

/// True when a muxer opened for `a` can go on with packets of `b`.
[[nodiscard]] bool sameForMuxers(const StreamDescription &a, const StreamDescription &b);

} // namespace aspersor::media
