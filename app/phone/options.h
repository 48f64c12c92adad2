// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace aspersor::phone {

/// The picture that is made for the source "test", and asked of a camera.
struct PictureSize {
    int width = 0; ///< pixels; 0: as the source likes it
    int height = 0;
};

/// What the command line asks for.
struct Options {
    std::string source; ///< "test", a camera ("/dev/video0", "v4l2:/dev/video0") or a media file
    std::string url;    ///< http://HOST:PORT/NAME

    std::chrono::milliseconds segment{2000};        ///< length of a .ts segment, cut at keyframes
    std::optional<std::chrono::milliseconds> chunk; ///< set: send what has been made this often
    bool putSegments = false;                       ///< one PUT request per segment instead of one long POST
    bool loop = false;
    std::string key; ///< publish key; empty: none is sent
    int feeds = 1;
    std::optional<std::chrono::milliseconds> duration; ///< of the upload; unset: until the source ends
    PictureSize size;
    int framesPerSecond = 30;
    int videoKbps = 0;         ///< of an encoded picture; 0: by its size
    bool endWithInput = false; ///< end when standard input closes: for programs that start this one
};

/// What was asked for is a text, not an upload: --help, --version.
struct PlainText {
    std::string text;
};

/// Reads the command line. On an error the message is a whole sentence for the user.
[[nodiscard]] Result<std::variant<Options, PlainText>> parseOptions(int argc, char *const argv[]);

[[nodiscard]] std::string helpText();

} // namespace aspersor::phone
