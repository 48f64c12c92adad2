// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/phone/block.h"
#include "core/media/result.h"

#include <chrono>
#include <functional>
#include <memory>
#include <span>

struct AVCodecParameters;
struct AVPacket;

namespace aspersor::phone {

/// Writes packets as MPEG-TS and cuts it into segments, each of which begins with PAT, PMT and a keyframe.
///
/// Lives on the recorder's thread. Its muxer is libav's own, apart from the one in core/media: what stands in
/// for a phone should not share the faults of what it tries out.
class Segmenter
{
public:
    using Output = std::function<void(Block)>;

    /// `tracks` need to live during the call only. The output receives a whole segment at a time, unless
    /// flush() is called in between.
    [[nodiscard]] static Result<std::unique_ptr<Segmenter>>
    open(std::span<const AVCodecParameters *const> tracks, std::chrono::milliseconds segment, Output output);

    Segmenter(const Segmenter &) = delete;
    Segmenter &operator=(const Segmenter &) = delete;
    ~Segmenter();

    /// Takes a packet with time stamps of 90 kHz; its contents are moved from. A keyframe of the video (any
    /// packet, when there is no video) that is due begins the next segment.
    [[nodiscard]] Result<void> write(AVPacket &packet);
    /// Puts out what there is, even if it is not a whole segment.
    [[nodiscard]] Result<void> flush();

private:
    struct Impl;
    explicit Segmenter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aspersor::phone
