// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace aspersor::serve {

/// What a container can do when the tracks' parameters change under a connected viewer.
enum class OnChange {
    GoOn,      ///< the new muxer's bytes simply follow (its tables or headers are repeated anyway)
    NewHeader, ///< the new muxer's header, less its first `fileHeaderBytes`, is sent in mid-stream
    End,       ///< no demuxer reads a second header: the viewer is ended cleanly and opens again
};

/// One output format of "Format NAME" and what the fan-out must know of its container.
struct Format {
    std::string_view name;  ///< as in ffserver.conf and in the status: "mpegts"
    std::string_view muxer; ///< media::Muxer's name; empty: not made by a muxer (status)
    std::string_view contentType;
    bool headerFirst = false; ///< a viewer begins with the muxer's header; false: start blocks hold all
    OnChange onChange = OnChange::End;
    std::size_t fileHeaderBytes = 0;
    bool audioOnly = false;

    [[nodiscard]] bool isStatus() const { return muxer.empty(); }
};

/// The formats that can be served, in the order of the manual.
[[nodiscard]] std::span<const Format> formats();
/// By the word after "Format" ("mpegts", "aac" is "adts"); nullptr when it is not one of ours.
[[nodiscard]] const Format *formatByName(std::string_view name);
/// By the extension of a stream's name ("cam1.ts"); nullptr when it tells nothing.
[[nodiscard]] const Format *formatByExtension(std::string_view streamName);
/// True for formats of the original ffserver that this one does not make.
[[nodiscard]] bool isFormatOfOriginal(std::string_view name);

} // namespace aspersor::serve
