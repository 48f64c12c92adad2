// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/videodecoder.h"

#include "core/media/avptr.h"
#include "core/media/swptr.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

namespace aspersor {

namespace {

constexpr int maxWidth = 1920;
constexpr int decoderThreads = 2;
constexpr int hdHeight = 720; // from here on unmarked video is taken for BT.709

bool isPlanar420(int format)
{
    return format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P;
}

bool isFullRange(const AVFrame &frame)
{
    return frame.color_range == AVCOL_RANGE_JPEG || frame.format == AV_PIX_FMT_YUVJ420P;
}

bool isBt709(const AVFrame &frame)
{
    if (frame.colorspace == AVCOL_SPC_UNSPECIFIED)
        return std::min(frame.width, frame.height) >= hdHeight;
    return frame.colorspace == AVCOL_SPC_BT709;
}

} // namespace

struct VideoDecoder::Impl {
    media::CodecContext context;
    media::AvPacket packet{av_packet_alloc()};
    Scaler scaler;
    media::Ticks lastPts = media::noTicks;
    media::Ticks pictureDistance = 0;
    std::uint64_t errors = 0;

    void receive(std::vector<PreviewPicture> &pictures);
    [[nodiscard]] media::AvFrame toPlanar420(media::AvFrame frame);
    void append(media::AvFrame frame, std::vector<PreviewPicture> &pictures);
};

VideoDecoder::VideoDecoder(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
VideoDecoder::~VideoDecoder() = default;

Result<std::unique_ptr<VideoDecoder>> VideoDecoder::open(const media::TrackDescription &track)
{
    const AVCodec *codec = avcodec_find_decoder(static_cast<AVCodecID>(track.codecId));
    if (!codec)
        return failure(Error::Kind::Libav, "there is no decoder for " + track.codecName() + " video");
    auto impl = std::make_unique<Impl>();
    impl->context.reset(avcodec_alloc_context3(codec));
    if (!impl->context || !impl->packet)
        return media::avFailure("avcodec_alloc_context3", AVERROR(ENOMEM));
    AVCodecContext &context = *impl->context;
    context.width = track.width;
    context.height = track.height;
    context.pkt_timebase = {1, static_cast<int>(media::ticksPerSecond)};
    // Frame threads would hold one picture back for each thread.
    context.thread_count = decoderThreads;
    context.thread_type = FF_THREAD_SLICE;
    context.flags |= AV_CODEC_FLAG_LOW_DELAY;
    if (!track.extradata.empty()) {
        context.extradata =
            static_cast<std::uint8_t *>(av_mallocz(track.extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        if (!context.extradata)
            return media::avFailure("av_mallocz", AVERROR(ENOMEM));
        std::memcpy(context.extradata, track.extradata.data(), track.extradata.size());
        context.extradata_size = static_cast<int>(track.extradata.size());
    }
    if (const int code = avcodec_open2(&context, codec, nullptr); code < 0)
        return media::avFailure("avcodec_open2", code);
    return std::unique_ptr<VideoDecoder>(new VideoDecoder(std::move(impl)));
}

void VideoDecoder::decode(const media::Packet &packet, std::vector<PreviewPicture> &pictures)
{
    AVPacket &raw = *m_impl->packet;
    raw.buf = av_buffer_ref(packet.buffer());
    raw.data = const_cast<std::uint8_t *>(packet.data().data()); // libav's type; decoders only read
    raw.size = static_cast<int>(packet.data().size());
    raw.pts = packet.pts;
    raw.dts = packet.dts;
    raw.flags = packet.keyframe ? AV_PKT_FLAG_KEY : 0;
    const int code = avcodec_send_packet(m_impl->context.get(), &raw);
    av_packet_unref(&raw);
    if (code < 0)
        ++m_impl->errors;
    m_impl->receive(pictures);
}

void VideoDecoder::drain(std::vector<PreviewPicture> &pictures)
{
    if (avcodec_send_packet(m_impl->context.get(), nullptr) == 0)
        m_impl->receive(pictures);
    flush();
}

void VideoDecoder::flush()
{
    avcodec_flush_buffers(m_impl->context.get());
    m_impl->lastPts = media::noTicks;
}

void VideoDecoder::setHurried(bool hurried)
{
    m_impl->context->skip_frame = hurried ? AVDISCARD_NONREF : AVDISCARD_DEFAULT;
}

std::chrono::microseconds VideoDecoder::reorderDelay() const
{
    return std::chrono::microseconds(m_impl->context->has_b_frames * m_impl->pictureDistance * 100 / 9);
}

std::uint64_t VideoDecoder::takeErrors()
{
    return std::exchange(m_impl->errors, 0);
}

void VideoDecoder::Impl::receive(std::vector<PreviewPicture> &pictures)
{
    for (;;) {
        media::AvFrame frame(av_frame_alloc());
        if (!frame || avcodec_receive_frame(context.get(), frame.get()) < 0)
            return;
        if (frame->width <= 0 || frame->height <= 0 || frame->best_effort_timestamp == AV_NOPTS_VALUE)
            continue;
        frame->pts = frame->best_effort_timestamp;
        if (!isPlanar420(frame->format) || frame->width > maxWidth)
            frame = toPlanar420(std::move(frame));
        if (frame)
            append(std::move(frame), pictures);
    }
}

media::AvFrame VideoDecoder::Impl::toPlanar420(media::AvFrame frame)
{
    const int width = std::min(frame->width, maxWidth);
    const int height = std::max(2, static_cast<int>(std::int64_t{frame->height} * width / frame->width) & ~1);
    media::AvFrame smaller(av_frame_alloc());
    if (!smaller)
        return nullptr;
    smaller->format = AV_PIX_FMT_YUV420P;
    smaller->width = width;
    smaller->height = height;
    if (av_frame_get_buffer(smaller.get(), 0) < 0)
        return nullptr;
    scaler.reset(sws_getCachedContext(scaler.release(), frame->width, frame->height,
                                      static_cast<AVPixelFormat>(frame->format), width, height,
                                      AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr, nullptr, nullptr));
    if (!scaler)
        return nullptr;
    sws_scale(scaler.get(), frame->data, frame->linesize, 0, frame->height, smaller->data, smaller->linesize);
    smaller->pts = frame->pts;
    smaller->color_range = AVCOL_RANGE_MPEG;
    smaller->colorspace = frame->colorspace;
    // The pixel's shape changes by what rounding did to width : height.
    const AVRational pixel =
        frame->sample_aspect_ratio.num > 0 ? frame->sample_aspect_ratio : AVRational{1, 1};
    av_reduce(&smaller->sample_aspect_ratio.num, &smaller->sample_aspect_ratio.den,
              std::int64_t{pixel.num} * frame->width * height,
              std::int64_t{pixel.den} * frame->height * width, INT32_MAX);
    return smaller;
}

void VideoDecoder::Impl::append(media::AvFrame frame, std::vector<PreviewPicture> &pictures)
{
    if (lastPts != media::noTicks && frame->pts > lastPts)
        pictureDistance = std::min<media::Ticks>(frame->pts - lastPts, media::ticksPerSecond / 4);
    lastPts = frame->pts;

    PreviewPicture picture;
    picture.width = frame->width;
    picture.height = frame->height;
    const AVRational pixel =
        frame->sample_aspect_ratio.num > 0 ? frame->sample_aspect_ratio : AVRational{1, 1};
    av_reduce(&picture.aspectNum, &picture.aspectDen, std::int64_t{pixel.num} * frame->width,
              std::int64_t{pixel.den} * frame->height, INT32_MAX);
    picture.fullRange = isFullRange(*frame);
    picture.bt709 = isBt709(*frame);
    picture.pts = frame->pts;
    for (int i = 0; i < 3; ++i) {
        picture.plane[i] = frame->data[i];
        picture.lineSize[i] = frame->linesize[i];
    }
    picture.owner = std::shared_ptr<AVFrame>(std::move(frame));
    pictures.push_back(std::move(picture));
}

} // namespace aspersor
