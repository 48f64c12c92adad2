// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <chrono>
#include <memory>

struct AVCodecParameters;
struct AVPacket;

namespace aspersor::phone {

/// How a phone encodes: H.264 without B-frames or look-ahead, AAC.
struct EncoderSettings {
    int framesPerSecond = 30; ///< nominal; the pictures keep their own times
    int videoKbps = 0;        ///< 0: by the size
    std::chrono::milliseconds keyframeInterval{2000};
};

/// Decodes one track, brings it to a form that every phone sends (4:2:0, stereo float) and encodes it.
///
/// Not thread-safe; pure but for the CPU time. Time stamps are ticks of 90 kHz on both sides.
class Transcoder
{
public:
    [[nodiscard]] static Result<std::unique_ptr<Transcoder>> open(const AVCodecParameters &input,
                                                                  const EncoderSettings &settings);

    Transcoder(const Transcoder &) = delete;
    Transcoder &operator=(const Transcoder &) = delete;
    ~Transcoder();

    [[nodiscard]] const AVCodecParameters &output() const;

    /// Takes a packet. One that cannot be decoded is passed over, as a player would.
    [[nodiscard]] Result<void> send(const AVPacket &packet);
    /// The input has ended. With `more`, it begins again and the encoder goes on.
    [[nodiscard]] Result<void> end(bool more);
    /// Fetches a packet that is ready; false when there is none.
    [[nodiscard]] bool receive(AVPacket &packet);

private:
    struct Impl;
    explicit Transcoder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aspersor::phone
