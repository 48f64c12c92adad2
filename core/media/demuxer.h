// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytesource.h"
#include "core/media/packet.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace aspersor::media {

/// Pulls packets out of a live container.
///
/// Lives on the thread that calls it; open() and next() block in ByteSource::read(). H.264 and HEVC leave
/// as Annex B with their parameter sets in extradata, AAC as raw AAC with its AudioSpecificConfig: the
/// form that every muxer takes. A picture is handed on when its last byte has come, not when the next
/// picture begins (see PesEnd). Timestamps are those of the container in 90 kHz ticks, unrepaired (33 bits
/// for MPEG-TS): the Timeline is for that.
class Demuxer
{
public:
    struct Options {
        /// "mpegts"; linkFormat (see linkformat.h); ffmFormat (see ffm.h); another demuxer of libav by name;
        /// "": libav probes.
        std::string format = "mpegts";
        std::size_t probeBytes = 64 * 1024; ///< give up when these hold nothing of that format
        bool stored = false;                ///< from a file, not from a peer: FFM goes on behind damage
    };

    /// Reads until the container is recognised. `source` must outlive the demuxer.
    /// Error::BadRequest: not that container. Other kinds: what `source` said.
    [[nodiscard]] static Result<std::unique_ptr<Demuxer>> open(ByteSource &source, const Options &options);

    Demuxer() = default;
    Demuxer(const Demuxer &) = delete;
    Demuxer &operator=(const Demuxer &) = delete;
    virtual ~Demuxer() = default;

    /// The next packet in the order of arrival; nothing at the regular end. Packets are held back (bounded)
    /// until every announced track is described, and start with a keyframe on the video track.
    [[nodiscard]] virtual Result<std::optional<Packet>> next() = 0;

    /// The tracks of the packet last returned. Complete from the first packet on.
    [[nodiscard]] const StreamDescription &description() const { return m_description; }
    /// Grows with each change of description(): compare before handing on a packet.
    [[nodiscard]] std::uint32_t descriptionVersion() const { return m_version; }
    /// Lost sync, damaged packets so far.
    [[nodiscard]] std::uint64_t errors() const { return m_errors; }

protected:
    StreamDescription m_description;
    std::uint32_t m_version = 0;
    std::uint64_t m_errors = 0;
};

} // namespace aspersor::media
