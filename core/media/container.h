// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avptr.h"
#include "core/media/muxer.h"

#include <string>

/// What has to be known of libav's muxers to use them live. Include from .cpp files only.
namespace aspersor::media {

/// What makes the muxer write at once and without a seek. The caller frees the dictionary.
[[nodiscard]] AVDictionary *liveOptions(const std::string &muxer, const Muxer::Options &options);

/// How far ahead of its decoding a packet may be sent, in us: AVFormatContext::max_delay.
[[nodiscard]] int maxDelay(const std::string &muxer);

/// How many tracks of a kind are written; 0: the container is for the other kind.
[[nodiscard]] std::size_t maxTracks(const std::string &muxer, TrackKind kind);

/// True when players find such a track in the container: libav's muxers know less than that of some, and
/// write what no demuxer takes.
[[nodiscard]] bool canCarry(const AVOutputFormat &muxer, const TrackDescription &track);

/// Settings of a stream that only this container needs.
[[nodiscard]] Result<void> adaptStream(const std::string &muxer, const TrackDescription &track,
                                       AVStream &stream);

} // namespace aspersor::media
