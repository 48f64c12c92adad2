// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avptr.h"
#include "core/media/swptr.h"

namespace aspersor::media {

/// Brings pictures of any size and format to one. Include from .cpp files only.
///
/// The shape is kept: what does not fill the frame, such as a phone's picture after it was turned, gets black
/// bars.
class PictureFitter
{
public:
    PictureFitter(int width, int height, AVPixelFormat format);

    /// The picture in the wanted form, with its time; valid until the next call. Null: libav refused.
    [[nodiscard]] AVFrame *fit(AVFrame &picture);

private:
    struct Place { // of the picture within the frame
        int x = 0;
        int y = 0;
        int width = 0;
        int height = 0;
        bool operator==(const Place &) const = default;
    };
    [[nodiscard]] Place placeFor(const AVFrame &picture) const;
    [[nodiscard]] bool prepareFrame(const Place &place);
    [[nodiscard]] bool prepareScaler(const AVFrame &picture, const Place &place);

    const int m_width;
    const int m_height;
    const AVPixelFormat m_format;
    Scaler m_scaler;
    AvFrame m_frame{av_frame_alloc()};
    Place m_place; // what m_frame was blackened for
};

} // namespace aspersor::media
