// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"
#include "core/media/result.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace aspersor::media {

/// Writes packets as a live container, into a callback.
///
/// Lives on the thread that calls it. Tuned for live: nothing is held back for interleaving, a flush() after
/// a packet brings out all of its bytes, and nothing ever seeks.
class Muxer
{
public:
    /// Receives bytes as they are made; the span is valid during the call only.
    using Output = std::function<void(std::span<const std::uint8_t>)>;

    struct Options {
        bool video = true; ///< false: pictures are left out
        bool audio = true;
        std::vector<std::pair<std::string, std::string>> metadata; ///< {"title", "..."}, where it has a place
        std::uint32_t predecessors = 0; ///< muxers whose output this one's follows, in the same stream
    };

    /// Opens `format` (libav's muxer name: "mpegts", "flv", "matroska", or ours: linkFormat, ffmFormat) for
    /// the tracks it can carry and writes the container's header. Error::Libav: see misfit().
    [[nodiscard]] static Result<std::unique_ptr<Muxer>> open(const std::string &format,
                                                             const StreamDescription &description,
                                                             Output output, const Options &options);
    [[nodiscard]] static Result<std::unique_ptr<Muxer>>
    open(const std::string &format, const StreamDescription &description, Output output)
    {
        return open(format, description, std::move(output), Options());
    }

    /// Why the format cannot carry such tracks ("it cannot carry aac sound"); nothing when it can. A
    /// container for sound only or for pictures only may leave out the others, one for both may not.
    [[nodiscard]] static std::optional<std::string>
    misfit(const std::string &format, const StreamDescription &description, const Options &options);

    /// True when it can carry what phones send: H.264 or HEVC, AAC.
    [[nodiscard]] static bool suitsPhones(const std::string &format, TrackKind kind);

    Muxer(const Muxer &) = delete;
    Muxer &operator=(const Muxer &) = delete;
    ~Muxer();

    /// False for a track that this format cannot carry (video in "adts"): such packets are skipped by
    /// write().
    [[nodiscard]] bool carries(int track) const;

    /// Adds a packet; its timestamps must have passed a Timeline. MPEG-TS repeats PAT and PMT before a video
    /// keyframe.
    [[nodiscard]] Result<void> write(const Packet &packet);
    /// Brings out everything written so far (a cluster, a fragment, a PES).
    [[nodiscard]] Result<void> flush();
    /// Writes the container's trailer, if it has one.
    [[nodiscard]] Result<void> finish();

    /// The tracks have changed. True: this muxer goes on with them, and what has changed travels with the
    /// packets; false: another one is needed.
    [[nodiscard]] bool adopt(const StreamDescription &description);
    /// RTP only: how each track is described to receivers, see RtpMuxer.
    [[nodiscard]] const std::vector<std::string> &mediaSections() const;

private:
    struct Impl;
    explicit Muxer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// libav's MIME type for a muxer name, or "application/octet-stream".
[[nodiscard]] std::string mimeType(const std::string &format);

} // namespace aspersor::media
