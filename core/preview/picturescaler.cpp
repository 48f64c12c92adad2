// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/picturescaler.h"

#include "core/media/swptr.h"

namespace aspersor {

struct PictureScaler::Impl {
    Scaler scaler;
};

PictureScaler::PictureScaler() : m_impl(std::make_unique<Impl>()) {}
PictureScaler::~PictureScaler() = default;

bool PictureScaler::toRgb32(const PreviewPicture &picture, std::uint8_t *to, int width, int height,
                            int lineSize)
{
    if (picture.width <= 0 || picture.height <= 0 || width <= 0 || height <= 0)
        return false;
    m_impl->scaler.reset(sws_getCachedContext(m_impl->scaler.release(), picture.width, picture.height,
                                              AV_PIX_FMT_YUV420P, width, height, AV_PIX_FMT_RGB32,
                                              SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (!m_impl->scaler)
        return false;
    const int *matrix = sws_getCoefficients(picture.bt709 ? SWS_CS_ITU709 : SWS_CS_ITU601);
    constexpr int neutral = 1 << 16; // libswscale's 16.16 fixed point
    sws_setColorspaceDetails(m_impl->scaler.get(), matrix, picture.fullRange ? 1 : 0, matrix, 1, 0, neutral,
                             neutral);
    sws_scale(m_impl->scaler.get(), picture.plane, picture.lineSize, 0, picture.height, &to, &lineSize);
    return true;
}

} // namespace aspersor
