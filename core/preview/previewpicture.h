// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>

namespace aspersor {

/// A decoded picture, planar YUV 4:2:0 (8 bit), ready to show now. Shared, not copied.
struct PreviewPicture {
    int width = 0;
    int height = 0;
    int lineSize[3] = {0, 0, 0}; ///< bytes from line to line of each plane
    const std::uint8_t *plane[3] = {nullptr, nullptr, nullptr};
    std::shared_ptr<const void> owner; ///< keeps the planes alive
    int aspectNum = 0;                 ///< width to height of the picture as it is to be shown
    int aspectDen = 1;
    bool fullRange = false; ///< luma 0 to 255, not 16 to 235
    bool bt709 = false;     ///< ITU-R BT.709 matrix, not BT.601
    std::int64_t pts = 0;   ///< 90 kHz ticks of the feed's own time
};

} // namespace aspersor
