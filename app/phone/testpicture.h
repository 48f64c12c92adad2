// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace aspersor::phone {

struct TestPicture {
    std::string caption; ///< the feed's name
    int width = 1280;    ///< pixels
    int height = 720;
    int framesPerSecond = 30;
    unsigned colours = 0; ///< chooses a background, so that feeds are told apart at a glance
    bool withText = true; ///< text needs a font on the machine
};

/// The filter graph of the test picture and its tone, for libavdevice's "lavfi" input: a bouncing ball, a bar
/// that sweeps once a second, the caption, the time of the feed and of the wall; 440 Hz in stereo.
[[nodiscard]] std::string testPictureGraph(const TestPicture &picture);

} // namespace aspersor::phone
