// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avptr.h"
#include "core/media/packet.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace aspersor::media {

/// Decodes one track to make it anew. Include from .cpp files only.
///
/// Lives on the thread that calls it. What cannot be decoded costs its frames and is counted, nothing else;
/// pictures larger than `maxPixels` are refused before memory is taken for them.
class TrackDecoder
{
public:
    static constexpr std::int64_t maxPixels = 4096 * 2304;

    /// Receives frames in the order to show them; `pts` is in ticks. Valid during the call only.
    using Output = std::function<void(AVFrame &frame)>;

    /// Error::Libav when there is no decoder for the track.
    [[nodiscard]] static Result<std::unique_ptr<TrackDecoder>> open(const TrackDescription &track);

    void decode(const Packet &packet, const Output &output);
    /// Brings out what is still held and forgets the past: the next packet is a keyframe.
    void drain(const Output &output);
    [[nodiscard]] std::uint64_t errors() const { return m_errors; } ///< packets that were refused so far

private:
    TrackDecoder() = default;
    void receive(const Output &output);

    CodecContext m_context;
    AvPacket m_packet{av_packet_alloc()};
    AvFrame m_frame{av_frame_alloc()};
    std::uint64_t m_errors = 0;
};

} // namespace aspersor::media
