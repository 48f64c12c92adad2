// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avptr.h"
#include "core/media/encoding.h"
#include "core/media/packet.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace aspersor::media {

/// Makes packets of the frames of one track. Include from .cpp files only.
///
/// Lives on the thread that calls it; threads that libav starts are at most `maxEncoderThreads`. Packets come
/// in the form that muxers take: H.264 and HEVC as Annex B with parameter sets in extradata and before each
/// keyframe, AAC raw. For each track dts strictly grows and pts >= dts.
class TrackEncoder
{
public:
    /// Receives packets; their `track` is for the caller to set.
    using Output = std::function<void(Packet packet)>;

    TrackEncoder() = default;
    TrackEncoder(const TrackEncoder &) = delete;
    TrackEncoder &operator=(const TrackEncoder &) = delete;
    virtual ~TrackEncoder() = default;

    /// Takes a frame of any form, with `pts` in ticks. An error is one of the encoder and ends it.
    [[nodiscard]] virtual Result<void> encode(AVFrame &frame, const Output &output) = 0;
    /// Brings out what is still held; the last call.
    [[nodiscard]] virtual Result<void> finish(const Output &output) = 0;
    /// The next picture is one that a viewer can begin with.
    virtual void forceKeyframe() {}
    /// True when frames of such a track can go on into this encoder without a change of description().
    [[nodiscard]] virtual bool suits(const TrackDescription &input) const = 0;

    [[nodiscard]] const TrackDescription &description() const { return m_description; }
    /// Of a packet, as far as the description tells; 0: not at all.
    [[nodiscard]] Ticks usualDuration() const;
    [[nodiscard]] std::uint64_t frames() const { return m_frames; }   ///< encoded so far
    [[nodiscard]] std::uint64_t refused() const { return m_refused; } ///< that could not be converted

protected:
    using Options = std::vector<std::pair<std::string, std::string>>;

    /// Opens m_context with `defaults`, overruled by the encoding's options. Names what is not understood.
    [[nodiscard]] Result<void> openContext(const Options &defaults, const TrackEncoding &encoding);
    [[nodiscard]] Result<void> send(const AVFrame *frame, const Output &output);

    CodecContext m_context;
    TrackDescription m_description;
    std::uint64_t m_frames = 0;
    std::uint64_t m_refused = 0;

private:
    [[nodiscard]] Packet toPacket(AVPacket &raw);

    AvPacket m_packet{av_packet_alloc()};
    Ticks m_lastDts = noTicks;
};

inline constexpr int maxEncoderThreads = 4;

/// For a track as it comes: an encoder for video or audio, as the track's kind says.
[[nodiscard]] Result<std::unique_ptr<TrackEncoder>> openEncoder(const TrackEncoding &encoding,
                                                                const TrackDescription &input);
[[nodiscard]] Result<std::unique_ptr<TrackEncoder>>
openVideoEncoder(const AVCodec &codec, const TrackEncoding &encoding, const TrackDescription &input);
[[nodiscard]] Result<std::unique_ptr<TrackEncoder>>
openAudioEncoder(const AVCodec &codec, const TrackEncoding &encoding, const TrackDescription &input);

/// What an encoder takes; empty: it does not say.
[[nodiscard]] std::span<const AVPixelFormat> pixelFormatsOf(const AVCodec &codec);
[[nodiscard]] std::span<const AVRational> frameRatesOf(const AVCodec &codec);
[[nodiscard]] std::span<const AVSampleFormat> sampleFormatsOf(const AVCodec &codec);
[[nodiscard]] std::span<const int> sampleRatesOf(const AVCodec &codec);
[[nodiscard]] std::span<const AVChannelLayout> channelLayoutsOf(const AVCodec &codec);

} // namespace aspersor::media
