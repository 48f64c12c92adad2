// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"
#include "core/media/result.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace aspersor {

/// Sound of one decoded packet: 48 kHz, two channels interleaved.
struct SoundPiece {
    media::Ticks pts = 0; ///< of the first sample
    std::vector<std::int16_t> samples;
};

/// Decodes one audio track for the preview and brings it to 48 kHz, stereo, 16 bit, whatever it was.
///
/// Lives on the thread that calls it. Damaged packets cost their sound, nothing else.
class SoundDecoder
{
public:
    /// Error::Libav when there is no decoder for the track.
    [[nodiscard]] static Result<std::unique_ptr<SoundDecoder>> open(const media::TrackDescription &track);

    SoundDecoder(const SoundDecoder &) = delete;
    SoundDecoder &operator=(const SoundDecoder &) = delete;
    ~SoundDecoder();

    void decode(const media::Packet &packet, std::vector<SoundPiece> &pieces);
    /// Forgets what it holds.
    void flush();
    /// How many packets were refused since the last call.
    [[nodiscard]] std::uint64_t takeErrors();

private:
    struct Impl;
    explicit SoundDecoder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aspersor
