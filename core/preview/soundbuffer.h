// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace aspersor {

/// Decoded sound that waits to be heard: 48 kHz, two channels interleaved, signed 16 bit, with its times.
///
/// Pure and not thread-safe: its owner locks. Bounded to a second: past it the oldest goes.
class SoundBuffer
{
public:
    static constexpr int rate = 48'000;
    static constexpr std::size_t channels = 2;

    struct Peaks {
        float left = 0; ///< 0 to 1
        float right = 0;
    };
    /// The first sample of the feed in what was read.
    struct Heard {
        media::Ticks pts = 0;
        std::size_t frame = 0; ///< its place in the output, in samples of both channels
    };

    /// `samples` is interleaved; `pts` belongs to its first.
    void push(media::Ticks pts, std::span<const std::int16_t> samples);

    /// Fills `out` with what belongs to `wanted` and later, silence where there is nothing. Sound that runs
    /// on is left to run while it is less than 60 ms off: a device's clock and a phone's are never quite the
    /// same.
    std::optional<Heard> read(std::span<std::int16_t> out, media::Ticks wanted);

    /// Takes away what lies before `position`, as if it had been heard.
    void discardUntil(media::Ticks position);
    void clear();

    /// Time of the end of what is buffered; noTicks when empty.
    [[nodiscard]] media::Ticks endPts() const;
    [[nodiscard]] std::size_t frames() const { return m_frames; } ///< samples of both channels buffered
    /// Largest samples that left (heard or discarded) since the last call.
    [[nodiscard]] Peaks takePeaks();

private:
    struct Chunk {
        media::Ticks pts = 0; // of its first sample
        std::vector<std::int16_t> samples;
        std::size_t taken = 0; // frames already gone from the front
        [[nodiscard]] std::size_t framesLeft() const { return samples.size() / channels - taken; }
        [[nodiscard]] media::Ticks now() const;
    };
    void take(std::size_t frames); // from the front chunk
    void meter(std::span<const std::int16_t> samples);

    std::deque<Chunk> m_chunks;
    std::size_t m_frames = 0;
    bool m_running = false; // the last sample read was the feed's
    Peaks m_peaks;
};

} // namespace aspersor
