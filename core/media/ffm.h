// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"
#include "core/media/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace aspersor::media {

/// FFM2: how feeds travelled to the original ffserver, and what its feed files hold. A header, padded to
/// whole blocks, then blocks of 4096 bytes whose payloads join to one stream of frames. Numbers are
/// big-endian, time is in microseconds.
inline constexpr const char *ffmFormat = "ffm";
inline constexpr const char *ffmContentType = "application/x-octet-stream"; ///< as the original answers
inline constexpr std::size_t ffmBlockBytes = 4096;
inline constexpr std::size_t ffmMaxTracks = 20; ///< the original stops there; the field is one byte

/// Microseconds of FFM out of ticks, and back: to the nearest, lossless for ticks.
[[nodiscard]] std::int64_t ffmMicroseconds(Ticks ticks);
[[nodiscard]] Ticks ffmTicks(std::int64_t microseconds);

/// Writes FFM2 for an original ffserver 3.3 or a viewer of the format. Pure and not thread-safe.
///
/// Every call of the sink is one whole block: for an original, one HTTP chunk of size 1000 (hexadecimal).
/// Tracks are to be in the conventions of Demuxer, which are what every output of the original takes: H.264
/// as Annex B with its parameter sets as extradata, AAC raw with its configuration. No codec tag is written.
class FfmMuxer
{
public:
    struct Options {
        /// What tick 0 is, in microseconds: for a live feed the wall clock (since the Unix epoch), which an
        /// original compares its own with.
        std::int64_t startMicroseconds = 0;
        /// The description's tracks that are written, in the order of the FFM streams, by index; empty: all,
        /// as they come. Packets of others are ignored. See ffmSoundFirst().
        std::vector<int> tracks{};
    };
    /// One block. The bytes are good until the call returns.
    using Sink = std::function<void(std::span<const std::uint8_t, ffmBlockBytes>)>;

    explicit FfmMuxer(Sink sink);

    /// Hands on the header: one block. Once, before all else. Error::Libav: a codec that FFM of 3.3 has no
    /// number for. Error::LimitExceeded: too many tracks, or a header of more than a block, which no server
    /// takes from a live feed.
    [[nodiscard]] Result<void> open(const StreamDescription &description, const Options &options);

    /// Hands on each block that this fills; up to 4081 bytes wait for the next packet. A packet that the
    /// format cannot hold (16 MiB and more, no time, pts before dts, unknown track) is an Error, nothing of
    /// it is written, and the next may be good.
    [[nodiscard]] Result<void> write(const Packet &packet);

    /// Hands on what is waiting, in a block filled up with zeros: at a pause, where delay matters more than
    /// bytes. Writing may go on.
    void flush();
    /// The end: as flush().
    void finish() { flush(); }

private:
    void append(std::span<const std::uint8_t> bytes);
    void beginBlock();

    Sink m_sink;
    std::int64_t m_start = 0;
    std::vector<int> m_streamOf;       // by track; -1: not written
    std::vector<std::uint8_t> m_block; // ffmBlockBytes, being filled
    std::size_t m_end = 0;             // of what is in m_block
    std::int64_t m_blockDts = 0;       // of the newest frame that was first in its block
    bool m_frameStarts = false;        // in this block
    std::uint16_t m_discontinuity = 0; // what the next block's frame offset is marked with
};

/// All tracks, those with sound first: the order in which an original counts the streams of its
/// configuration.
[[nodiscard]] std::vector<int> ffmSoundFirst(const StreamDescription &description);

} // namespace aspersor::media
