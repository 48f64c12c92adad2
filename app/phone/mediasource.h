// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

struct AVCodecParameters;
struct AVPacket;

namespace aspersor::phone {

/// What to open, and how to encode what cannot be sent as it is.
struct SourceRequest {
    std::string source;   ///< "test", "/dev/video0", "v4l2:/dev/video0", or a file
    std::string caption;  ///< "test" only: the text in the picture
    unsigned colours = 0; ///< "test" only
    int width = 0;        ///< "test" and cameras; 0: the default
    int height = 0;
    int framesPerSecond = 30;
    int videoKbps = 0;                                ///< 0: by the size
    std::chrono::milliseconds keyframeInterval{2000}; ///< of an encoded picture
    bool loop = false;
};

/// A camera, a file or the test picture as a stream of compressed packets: at most one video (H.264, HEVC)
/// and one audio track (AAC), copied where the source has them so and encoded where not.
///
/// Lives on one thread at a time; only interrupt() may be called from another.
class MediaSource
{
public:
    /// On an error the message is a whole sentence for the user.
    [[nodiscard]] static Result<std::unique_ptr<MediaSource>> open(const SourceRequest &request);

    MediaSource(const MediaSource &) = delete;
    MediaSource &operator=(const MediaSource &) = delete;
    ~MediaSource();

    /// In the order of AVPacket::stream_index; valid as long as the source.
    [[nodiscard]] std::vector<const AVCodecParameters *> tracks() const;
    [[nodiscard]] bool live() const; ///< a camera: packets come when they are made, there is nothing to pace
    [[nodiscard]] std::string summary() const; ///< "h264 1280x720 (copied), aac 48000 Hz (encoded)"

    enum class Next {
        Packet, ///< time stamps in ticks of 90 kHz, dts growing for each track, also over a loop
        NotYet, ///< a camera has nothing now
        End,
    };
    [[nodiscard]] Result<Next> next(AVPacket &packet);

    void interrupt(); ///< makes a next() that waits for a slow file or network return soon

private:
    struct Impl;
    explicit MediaSource(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aspersor::phone
