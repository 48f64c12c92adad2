// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace aspersor::serve {

/// What is done when the tracks' parameters change under a connected viewer.
enum class OnChange {
    KeepMuxer, ///< the muxer goes on, the new parameters are in the packets; only new viewers' header is new
    NewMuxer,  ///< the new muxer's output follows, without its header (tables or headers are repeated anyway)
    NewHeader, ///< the new muxer's header, less its first `fileHeaderBytes`, is sent in mid-stream
    End,       ///< no demuxer reads a second header: the viewer is ended cleanly and opens again
};

/// One output format of "Format NAME" and what the fan-out must know of its container.
struct Format {
    std::string_view name;       ///< as in ffserver.conf and in the status: "mpegts"
    std::string_view muxer = {}; ///< media::Muxer's name; empty: not made by a muxer
    std::string_view contentType = {};
    bool headerFirst = false; ///< a viewer begins with the muxer's header; false: start blocks hold all
    OnChange onPicture = OnChange::End; ///< only the picture changed, of a codec that says so in its packets
    OnChange onOther = OnChange::End;   ///< anything else that is carried changed
    std::size_t fileHeaderBytes = 0;
    bool ordered = false;          ///< the muxer demands the packets of all tracks in the order of their dts
    bool pictures = false;         ///< JPEGs, one after another, without a muxer
    bool snapshot = false;         ///< the newest picture as a JPEG, and no more
    bool muxerPerGop = false;      ///< the muxer keeps bytes back: a start block needs one of its own
    std::string_view refusal = {}; ///< why nobody can be sent this; empty: it is served

    [[nodiscard]] bool isStatus() const { return name == "status"; }
    /// Sent over RTSP, not over HTTP.
    [[nodiscard]] bool isRtp() const { return muxer == "rtp"; }
};

/// The formats that can be named, in the order of the manual.
[[nodiscard]] std::span<const Format> formats();
/// By the word after "Format" ("mpegts", "aac" is "adts"); nullptr when it is not one of ours.
[[nodiscard]] const Format *formatByName(std::string_view name);
/// By the extension of a stream's name ("cam1.ts"); nullptr when it tells nothing.
[[nodiscard]] const Format *formatByExtension(std::string_view streamName);
/// True for formats of the original ffserver that this one does not make.
[[nodiscard]] bool isFormatOfOriginal(std::string_view name);

} // namespace aspersor::serve
