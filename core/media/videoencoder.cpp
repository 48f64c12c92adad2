// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/framepacer.h"
#include "core/media/picturefitter.h"
#include "core/media/trackencoder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <thread>

extern "C" {
#include <libavutil/hwcontext.h>
#include <libavutil/pixdesc.h>
}

namespace aspersor::media {

namespace {

using BufferRef = std::unique_ptr<AVBufferRef, FreeByAddress<av_buffer_unref>>;
using Options = std::vector<std::pair<std::string, std::string>>;

constexpr AVRational ticksBase{1, static_cast<int>(ticksPerSecond)};
constexpr AVRational assumedRate{25, 1};               ///< of a feed that does not say
constexpr Ticks keyframeDistance = 2 * ticksPerSecond; ///< unless the options say otherwise
constexpr double bitsPerPixel = 0.07;                  ///< 2 Mbit/s at 1280x720 and 30 pictures a second
constexpr int goodQuality = 5;                         ///< of 2 to 31, for pictures that stand alone
constexpr std::array<std::string_view, 9> ratesByName{
    "b", "crf", "cqp", "qp", "cq", "q", "global_quality", "rc", "rc_mode"};

bool names(const TrackEncoding &encoding, std::string_view option)
{
    return std::ranges::any_of(encoding.options, [&](const auto &entry) { return entry.first == option; });
}

std::string valueOf(const TrackEncoding &encoding, std::string_view option)
{
    std::string value;
    for (const auto &[key, text] : encoding.options) {
        if (key == option)
            value = text;
    }
    return value;
}

/// These write a time base of 1/90000 badly or not at all: they need a constant rate.
bool needsConstantRate(const AVCodec &codec)
{
    switch (codec.id) {
    case AV_CODEC_ID_MPEG4:
    case AV_CODEC_ID_MSMPEG4V2:
    case AV_CODEC_ID_MSMPEG4V3:
    case AV_CODEC_ID_WMV1:
    case AV_CODEC_ID_WMV2:
    case AV_CODEC_ID_H263:
    case AV_CODEC_ID_H263P:
    case AV_CODEC_ID_RV10:
    case AV_CODEC_ID_RV20:
        return true;
    default:
        return !frameRatesOf(codec).empty();
    }
}

AVRational rateFor(const AVCodec &codec, const TrackEncoding &encoding, const TrackDescription &input)
{
    AVRational rate = assumedRate;
    if (encoding.frameRateNum > 0)
        rate = {encoding.frameRateNum, std::max(encoding.frameRateDen, 1)};
    else if (input.frameRateNum > 0 && input.frameRateDen > 0 &&
             input.frameRateNum / input.frameRateDen <= 120)
        rate = {input.frameRateNum, input.frameRateDen};
    const auto distance = [&](AVRational other) { return std::abs(std::log(av_q2d(other) / av_q2d(rate))); };
    const auto rates = frameRatesOf(codec);
    const auto best = std::ranges::min_element(rates, {}, distance);
    if (best != rates.end())
        return *best;
    AVRational reduced{};
    av_reduce(&reduced.num, &reduced.den, rate.num, rate.den, 60'000); // MPEG-4 has 16 bits for it
    return reduced.num > 0 && reduced.den > 0 ? reduced : assumedRate;
}

/// Width and height must be multiples of it.
int sizeStepOf(const AVCodec &codec)
{
    switch (codec.id) {
    case AV_CODEC_ID_RV10:
        return 16;
    case AV_CODEC_ID_RV20:
    case AV_CODEC_ID_H263P:
        return 4;
    default:
        return 2;
    }
}

AVPixelFormat pixelFormatFor(const AVCodec &codec)
{
    if (codec.id == AV_CODEC_ID_MJPEG) // JPEG is full range
        return AV_PIX_FMT_YUVJ420P;
    std::vector<AVPixelFormat> formats;
    for (const AVPixelFormat format : pixelFormatsOf(codec)) {
        if (!(av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_HWACCEL))
            formats.push_back(format);
    }
    if (formats.empty())
        return pixelFormatsOf(codec).empty() ? AV_PIX_FMT_YUV420P : AV_PIX_FMT_NONE;
    formats.push_back(AV_PIX_FMT_NONE);
    return avcodec_find_best_pix_fmt_of_list(formats.data(), AV_PIX_FMT_YUV420P, 0, nullptr);
}

/// Low delay and a moderate price, in each encoder's own words.
Options defaultsFor(const AVCodec &codec, const TrackEncoding &encoding, const AVCodecContext &context)
{
    const std::string_view name = codec.name;
    const double rate = av_q2d(context.framerate);
    const unsigned cores = std::max(std::thread::hardware_concurrency(), 1U);
    Options options{{"bf", "0"},
                    {"g", std::to_string(std::max(std::lround(rate * 2), 1L))},
                    {"threads", std::to_string(std::clamp(cores / 4, 1U, 4U))}};
    const bool rateIsNamed = std::ranges::any_of(ratesByName, [&](auto key) { return names(encoding, key); });
    std::string bits = valueOf(encoding, "b");
    if (!rateIsNamed && codec.id == AV_CODEC_ID_MJPEG) {
        options.emplace_back("flags", "+qscale+global_header");
        options.emplace_back("global_quality", std::to_string(goodQuality * FF_QP2LAMBDA));
    } else if (!rateIsNamed) {
        const double pixels = static_cast<double>(context.width) * context.height * rate;
        bits = std::to_string(std::clamp(std::lround(pixels * bitsPerPixel), 100'000L, 12'000'000L));
        options.emplace_back("b", bits);
    }
    // A buffer means nothing without a rate at which it fills, and encoders refuse it; the original took
    // twice the bit rate.
    if (names(encoding, "bufsize") && !names(encoding, "maxrate") && !bits.empty())
        options.emplace_back("maxrate", std::to_string(2 * std::strtoll(bits.c_str(), nullptr, 10)));
    if (name.starts_with("libx264")) {
        options.insert(options.end(), {{"preset", "veryfast"}, {"tune", "zerolatency"}, {"forced-idr", "1"}});
        if (!bits.empty() && !names(encoding, "crf"))
            options.insert(options.end(), {{"maxrate", bits}, {"bufsize", bits}});
    } else if (name == "libx265") {
        options.insert(options.end(),
                       {{"preset", "ultrafast"}, {"tune", "zerolatency"}, {"forced-idr", "1"}});
    } else if (name.starts_with("libvpx")) {
        options.insert(options.end(), {{"deadline", "realtime"}, {"cpu-used", "8"}, {"lag-in-frames", "0"}});
    } else if (name.ends_with("_nvenc")) {
        options.insert(options.end(), {{"delay", "0"}, {"zerolatency", "1"}, {"forced-idr", "1"}});
    }
    return options;
}

class VideoEncoder final : public TrackEncoder
{
public:
    VideoEncoder(const TrackEncoding &encoding, AVRational rate, bool constant)
        : m_encoding(encoding), m_pacer(constant ? rate.num : 0, rate.den)
    {
        if (!names(encoding, "g"))
            m_keyframeDistance = keyframeDistance;
    }

    [[nodiscard]] Result<void> open(const AVCodec &codec, const TrackDescription &input, AVRational rate);
    [[nodiscard]] Result<void> encode(AVFrame &frame, const Output &output) override;
    [[nodiscard]] Result<void> finish(const Output &output) override { return send(nullptr, output); }
    void forceKeyframe() override { m_nextKeyframe = noTicks; }
    [[nodiscard]] bool suits(const TrackDescription &input) const override;

private:
    struct Size {
        int width = 0;
        int height = 0;
        bool operator==(const Size &) const = default;
    };
    [[nodiscard]] Size sizeFor(const TrackDescription &input) const;
    [[nodiscard]] Result<void> useHardware(const AVCodec &codec);
    [[nodiscard]] AVFrame *upload(AVFrame &picture);

    const TrackEncoding m_encoding;
    FramePacer m_pacer;
    std::unique_ptr<PictureFitter> m_fitter;
    int m_sizeStep = 2;
    BufferRef m_device;
    AvFrame m_uploaded;
    Ticks m_keyframeDistance = 0; // 0: the encoder's own business
    Ticks m_nextKeyframe = noTicks;
    std::int64_t m_lastPts = AV_NOPTS_VALUE; // in the encoder's time base
};

VideoEncoder::Size VideoEncoder::sizeFor(const TrackDescription &input) const
{
    const auto fitting = [this](double length) {
        return std::clamp(static_cast<int>(std::lround(length / m_sizeStep)) * m_sizeStep, m_sizeStep, 8192);
    };
    double width = input.width;
    double height = input.height;
    if (m_encoding.width > 0 && m_encoding.height > 0) {
        width = m_encoding.width;
        height = m_encoding.height;
    } else if (m_encoding.width > 0) {
        height = height * m_encoding.width / std::max(width, 1.0);
        width = m_encoding.width;
    } else if (m_encoding.height > 0) {
        width = width * m_encoding.height / std::max(height, 1.0);
        height = m_encoding.height;
    }
    return {fitting(width), fitting(height)};
}

bool VideoEncoder::suits(const TrackDescription &input) const
{
    return sizeFor(input) == Size{m_description.width, m_description.height};
}

Result<void> VideoEncoder::open(const AVCodec &codec, const TrackDescription &input, AVRational rate)
{
    if (input.width <= 0 || input.height <= 0)
        return failure(Error::Kind::Libav, "the size of the feed's picture is not known");
    m_context.reset(avcodec_alloc_context3(&codec));
    if (!m_context)
        return avFailure("avcodec_alloc_context3", AVERROR(ENOMEM));
    AVCodecContext &context = *m_context;
    m_sizeStep = sizeStepOf(codec);
    const Size size = sizeFor(input);
    context.width = size.width;
    context.height = size.height;
    context.sample_aspect_ratio = {1, 1};
    context.framerate = rate;
    context.time_base = needsConstantRate(codec) ? av_inv_q(rate) : ticksBase;
    context.pix_fmt = m_encoding.pixelFormat.empty() ? pixelFormatFor(codec)
                                                     : av_get_pix_fmt(m_encoding.pixelFormat.c_str());
    if (!m_encoding.pixelFormat.empty() && context.pix_fmt == AV_PIX_FMT_NONE)
        return failure(Error::Kind::Libav, "there is no pixel format called " + m_encoding.pixelFormat);
    AVPixelFormat inMemory = context.pix_fmt;
    if (context.pix_fmt == AV_PIX_FMT_NONE) {
        inMemory = AV_PIX_FMT_NV12;
        if (auto used = useHardware(codec); !used)
            return used;
    }
    if (context.pix_fmt == AV_PIX_FMT_YUVJ420P)
        context.color_range = AVCOL_RANGE_JPEG;
    m_fitter = std::make_unique<PictureFitter>(size.width, size.height, inMemory);
    return openContext(defaultsFor(codec, m_encoding, context), m_encoding);
}

/// The encoder takes pictures in a device's memory only.
Result<void> VideoEncoder::useHardware(const AVCodec &codec)
{
    const AVCodecHWConfig *config = nullptr;
    for (int i = 0; (config = avcodec_get_hw_config(&codec, i)); ++i) {
        if (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_FRAMES_CTX)
            break;
    }
    if (!config)
        return failure(Error::Kind::Libav,
                       std::string("the encoder ") + codec.name + " takes no picture of ours");
    AVBufferRef *device = nullptr;
    if (const int code = av_hwdevice_ctx_create(&device, config->device_type, nullptr, nullptr, 0); code < 0)
        return avFailure(std::string("the device for ") + codec.name + " cannot be used", code);
    m_device.reset(device);
    BufferRef frames(av_hwframe_ctx_alloc(device));
    if (!frames)
        return avFailure("av_hwframe_ctx_alloc", AVERROR(ENOMEM));
    auto *pool = reinterpret_cast<AVHWFramesContext *>(frames->data);
    pool->format = config->pix_fmt;
    pool->sw_format = AV_PIX_FMT_NV12;
    pool->width = m_context->width;
    pool->height = m_context->height;
    pool->initial_pool_size = 8;
    if (const int code = av_hwframe_ctx_init(frames.get()); code < 0)
        return avFailure(std::string("the device for ") + codec.name + " has no room for pictures", code);
    m_context->pix_fmt = config->pix_fmt;
    m_context->hw_frames_ctx = frames.release();
    m_uploaded.reset(av_frame_alloc());
    return {};
}

AVFrame *VideoEncoder::upload(AVFrame &picture)
{
    if (!m_device)
        return &picture;
    av_frame_unref(m_uploaded.get());
    if (av_hwframe_get_buffer(m_context->hw_frames_ctx, m_uploaded.get(), 0) < 0 ||
        av_hwframe_transfer_data(m_uploaded.get(), &picture, 0) < 0)
        return nullptr;
    return m_uploaded.get();
}

Result<void> VideoEncoder::encode(AVFrame &frame, const Output &output)
{
    const FramePacer::Places places = m_pacer.place(frame.pts);
    if (places.count == 0)
        return {};
    AVFrame *picture = m_fitter->fit(frame);
    if (picture)
        picture = upload(*picture);
    if (!picture) {
        ++m_refused;
        return {};
    }
    for (int i = 0; i < places.count; ++i) {
        const Ticks at = m_pacer.after(places.first, i);
        picture->pts = av_rescale_q(at, ticksBase, m_context->time_base);
        if (m_lastPts != AV_NOPTS_VALUE)
            picture->pts = std::max(picture->pts, m_lastPts + 1); // encoders insist
        m_lastPts = picture->pts;
        picture->pict_type = AV_PICTURE_TYPE_NONE; // the source's choice is not the encoder's
        if (m_nextKeyframe == noTicks || (m_keyframeDistance > 0 && at >= m_nextKeyframe)) {
            picture->pict_type = AV_PICTURE_TYPE_I;
            m_nextKeyframe = at + m_keyframeDistance;
        }
        if (auto sent = send(picture, output); !sent)
            return sent;
    }
    return {};
}

} // namespace

Result<std::unique_ptr<TrackEncoder>> openVideoEncoder(const AVCodec &codec, const TrackEncoding &encoding,
                                                       const TrackDescription &input)
{
    const AVRational rate = rateFor(codec, encoding, input);
    const bool constant = encoding.frameRateNum > 0 || needsConstantRate(codec);
    auto encoder = std::make_unique<VideoEncoder>(encoding, rate, constant);
    if (auto opened = encoder->open(codec, input, rate); !opened)
        return tl::unexpected<Error>(opened.error());
    return encoder;
}

} // namespace aspersor::media
