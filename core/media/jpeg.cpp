// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/jpeg.h"

#include "core/media/avptr.h"
#include "core/media/swptr.h"

#include <algorithm>

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

namespace aspersor::media {

namespace {

constexpr int largestSide = 8192;
constexpr int quantisers = 31;

Result<AvFrame> decoded(const TrackDescription &track, const Packet &keyframe)
{
    const AVCodec *decoder = avcodec_find_decoder(static_cast<AVCodecID>(track.codecId));
    if (!decoder)
        return failure(Error::Kind::Libav, "this libav cannot decode " + track.codecName());
    const CodecContext codec(avcodec_alloc_context3(decoder));
    AvFrame frame(av_frame_alloc());
    const AvPacket packet(av_packet_alloc());
    if (!codec || !frame || !packet)
        return avFailure("avcodec_alloc_context3", AVERROR(ENOMEM));
    codec->thread_count = 1;
    codec->max_pixels = std::int64_t{largestSide} * largestSide;
    if (!track.extradata.empty()) {
        codec->extradata =
            static_cast<std::uint8_t *>(av_mallocz(track.extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        if (!codec->extradata)
            return avFailure("av_mallocz", AVERROR(ENOMEM));
        std::ranges::copy(track.extradata, codec->extradata);
        codec->extradata_size = static_cast<int>(track.extradata.size());
    }
    codec->width = track.width;
    codec->height = track.height;
    if (const int code = avcodec_open2(codec.get(), decoder, nullptr); code < 0)
        return avFailure("avcodec_open2", code);
    packet->buf = av_buffer_ref(keyframe.buffer());
    packet->data = const_cast<std::uint8_t *>(keyframe.data().data()); // libav's type; decoders only read
    packet->size = static_cast<int>(keyframe.data().size());
    packet->flags = AV_PKT_FLAG_KEY;
    if (const int code = avcodec_send_packet(codec.get(), packet.get()); code < 0)
        return avFailure("avcodec_send_packet", code);
    avcodec_send_packet(codec.get(), nullptr); // no more comes: do not wait for it
    if (const int code = avcodec_receive_frame(codec.get(), frame.get()); code < 0)
        return avFailure("avcodec_receive_frame", code);
    return frame;
}

/// In the pixels of a JPEG: 4:2:0, full range (JFIF 1.02).
Result<AvFrame> fitted(const AVFrame &from, const JpegOptions &options)
{
    AvFrame to(av_frame_alloc());
    if (!to)
        return avFailure("av_frame_alloc", AVERROR(ENOMEM));
    const bool asItIs = options.width <= 0 || options.height <= 0;
    to->width = asItIs ? from.width : std::min(options.width, largestSide);
    to->height = asItIs ? from.height : std::min(options.height, largestSide);
    to->format = AV_PIX_FMT_YUVJ420P;
    if (const int code = av_frame_get_buffer(to.get(), 0); code < 0)
        return avFailure("av_frame_get_buffer", code);
    // libswscale is told of the range beside the format, as it asks.
    auto format = static_cast<AVPixelFormat>(from.format);
    bool isFull = from.color_range == AVCOL_RANGE_JPEG;
    if (format == AV_PIX_FMT_YUVJ420P || format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P) {
        isFull = true;
        format = format == AV_PIX_FMT_YUVJ420P   ? AV_PIX_FMT_YUV420P
                 : format == AV_PIX_FMT_YUVJ422P ? AV_PIX_FMT_YUV422P
                                                 : AV_PIX_FMT_YUV444P;
    }
    const Scaler scaler(sws_getContext(from.width, from.height, format, to->width, to->height,
                                       AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (!scaler)
        return failure(Error::Kind::Libav, "libswscale cannot convert such pictures");
    const int *matrix =
        sws_getCoefficients(from.colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_DEFAULT);
    constexpr int unchanged = 1 << 16;
    sws_setColorspaceDetails(scaler.get(), matrix, isFull ? 1 : 0, sws_getCoefficients(SWS_CS_ITU601), 1, 0,
                             unchanged, unchanged);
    sws_scale(scaler.get(), from.data, from.linesize, 0, from.height, to->data, to->linesize);
    return to;
}

} // namespace

bool canMakeJpeg(const TrackDescription &track)
{
    return track.kind == TrackKind::Video && avcodec_find_decoder(static_cast<AVCodecID>(track.codecId));
}

Result<std::vector<std::uint8_t>> jpegOf(const TrackDescription &track, const Packet &keyframe,
                                         const JpegOptions &options)
{
    const auto bytes = keyframe.data();
    if (!keyframe.buffer())
        return failure(Error::Kind::Libav, "there is no picture");
    if (track.codecId == AV_CODEC_ID_MJPEG && options.width <= 0)
        return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
    const auto picture = decoded(track, keyframe);
    if (!picture)
        return tl::unexpected<Error>(picture.error());
    const auto frame = fitted(**picture, options);
    if (!frame)
        return tl::unexpected<Error>(frame.error());
    const AVCodec *encoder = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    const CodecContext codec(encoder ? avcodec_alloc_context3(encoder) : nullptr);
    const AvPacket packet(av_packet_alloc());
    if (!codec || !packet)
        return failure(Error::Kind::Libav, "this libav cannot encode JPEG");
    codec->width = (*frame)->width;
    codec->height = (*frame)->height;
    codec->pix_fmt = AV_PIX_FMT_YUVJ420P;
    codec->color_range = AVCOL_RANGE_JPEG;
    codec->time_base = {1, 1};
    codec->thread_count = 1;
    codec->flags |= AV_CODEC_FLAG_QSCALE;
    codec->global_quality = std::clamp(options.quality, 1, quantisers) * FF_QP2LAMBDA;
    (*frame)->quality = codec->global_quality;
    (*frame)->pts = 0;
    int code = avcodec_open2(codec.get(), encoder, nullptr);
    if (code >= 0)
        code = avcodec_send_frame(codec.get(), frame->get());
    if (code >= 0)
        code = avcodec_send_frame(codec.get(), nullptr);
    if (code >= 0)
        code = avcodec_receive_packet(codec.get(), packet.get());
    if (code < 0)
        return avFailure("the JPEG encoder", code);
    return std::vector<std::uint8_t>(packet->data, packet->data + packet->size);
}

} // namespace aspersor::media
