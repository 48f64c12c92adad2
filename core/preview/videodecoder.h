// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"
#include "core/media/result.h"
#include "core/preview/previewpicture.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace aspersor {

/// Decodes one video track for the preview.
///
/// Lives on the thread that calls it. Damaged packets cost their pictures, nothing else. Pictures wider than
/// 1920 come out scaled down.
class VideoDecoder
{
public:
    /// Error::Libav when there is no decoder for the track.
    [[nodiscard]] static Result<std::unique_ptr<VideoDecoder>> open(const media::TrackDescription &track);

    VideoDecoder(const VideoDecoder &) = delete;
    VideoDecoder &operator=(const VideoDecoder &) = delete;
    ~VideoDecoder();

    /// Appends the pictures that this packet completes, in the order to show them.
    void decode(const media::Packet &packet, std::vector<PreviewPicture> &pictures);
    /// Appends what the decoder still holds: nothing more comes.
    void drain(std::vector<PreviewPicture> &pictures);
    /// Forgets what it holds; the next packet is a keyframe.
    void flush();

    /// Behind time: leave out pictures that no other refers to.
    void setHurried(bool hurried);
    /// How long a picture waits in the decoder for others that come before it.
    [[nodiscard]] std::chrono::microseconds reorderDelay() const;
    /// How many packets were refused since the last call.
    [[nodiscard]] std::uint64_t takeErrors();

private:
    struct Impl;
    explicit VideoDecoder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aspersor
