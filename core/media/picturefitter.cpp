// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/picturefitter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

namespace aspersor::media {

namespace {

constexpr double closeEnough = 0.98; ///< of the frame: filled, rather than with a hairline of black
constexpr int barAlignment = 16;     ///< pixels; libswscale's fast ways want it

bool isJpegFormat(int format)
{
    return format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P;
}

bool isFullRange(const AVFrame &frame)
{
    return frame.color_range == AVCOL_RANGE_JPEG || isJpegFormat(frame.format);
}

} // namespace

PictureFitter::PictureFitter(int width, int height, AVPixelFormat format)
    : m_width(width), m_height(height), m_format(format)
{
}

PictureFitter::Place PictureFitter::placeFor(const AVFrame &picture) const
{
    const AVRational pixel = picture.sample_aspect_ratio;
    const double width = picture.width * (pixel.num > 0 && pixel.den > 0 ? av_q2d(pixel) : 1.0);
    const double height = picture.height;
    const double scale = std::min(m_width / width, m_height / height);
    if (width * scale >= m_width * closeEnough && height * scale >= m_height * closeEnough)
        return {0, 0, m_width, m_height};
    const auto even = [](double length, int most) {
        return std::clamp(static_cast<int>(std::lround(length / 2)) * 2, std::min(2, most), most);
    };
    Place place;
    place.width = even(width * scale, m_width);
    place.height = even(height * scale, m_height);
    place.x = (m_width - place.width) / 2 / barAlignment * barAlignment;
    place.y = (m_height - place.height) / 2 / 2 * 2;
    return place;
}

bool PictureFitter::prepareFrame(const Place &place)
{
    const bool reusable = m_frame->buf[0] && av_frame_is_writable(m_frame.get()) > 0;
    if (!reusable) {
        av_frame_unref(m_frame.get());
        m_frame->format = m_format;
        m_frame->width = m_width;
        m_frame->height = m_height;
        if (av_frame_get_buffer(m_frame.get(), 0) < 0)
            return false;
    }
    if (!reusable || place != m_place) {
        std::array<std::ptrdiff_t, 4> lineSizes{};
        std::copy_n(m_frame->linesize, lineSizes.size(), lineSizes.begin());
        const auto range = isJpegFormat(m_format) ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
        if (av_image_fill_black(m_frame->data, lineSizes.data(), m_format, range, m_width, m_height) < 0)
            return false;
        m_place = place;
    }
    return true;
}

bool PictureFitter::prepareScaler(const AVFrame &picture, const Place &place)
{
    m_scaler.reset(sws_getCachedContext(m_scaler.release(), picture.width, picture.height,
                                        static_cast<AVPixelFormat>(picture.format), place.width, place.height,
                                        m_format, SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (!m_scaler)
        return false;
    const int *matrix = sws_getCoefficients(SWS_CS_DEFAULT); // the same on both sides: nothing to convert
    sws_setColorspaceDetails(m_scaler.get(), matrix, isFullRange(picture), matrix, isJpegFormat(m_format), 0,
                             1 << 16, 1 << 16);
    return true;
}

AVFrame *PictureFitter::fit(AVFrame &picture)
{
    if (picture.width == m_width && picture.height == m_height && picture.format == m_format &&
        isFullRange(picture) == isJpegFormat(m_format))
        return &picture;
    const Place place = placeFor(picture);
    if (!prepareFrame(place) || !prepareScaler(picture, place))
        return nullptr;
    std::array<std::uint8_t *, 4> into{};
    std::copy_n(m_frame->data, into.size(), into.begin());
    const AVPixFmtDescriptor *form = av_pix_fmt_desc_get(m_format);
    std::array<bool, 4> moved{};
    for (int i = 0; i < form->nb_components; ++i) {
        const AVComponentDescriptor &component = form->comp[i];
        const auto plane = static_cast<std::size_t>(component.plane);
        if (std::exchange(moved[plane], true))
            continue;
        const bool isChroma = i == 1 || i == 2;
        const int y = place.y >> (isChroma ? form->log2_chroma_h : 0);
        const int x = place.x >> (isChroma ? form->log2_chroma_w : 0);
        into[plane] += std::ptrdiff_t{y} * m_frame->linesize[plane] + std::ptrdiff_t{x} * component.step;
    }
    if (sws_scale(m_scaler.get(), picture.data, picture.linesize, 0, picture.height, into.data(),
                  m_frame->linesize) <= 0)
        return nullptr;
    m_frame->pts = picture.pts;
    m_frame->color_range = isJpegFormat(m_format) ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    return m_frame.get();
}

} // namespace aspersor::media
