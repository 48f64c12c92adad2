// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/transcoder.h"

#include "core/media/avptr.h"

#include <algorithm>
#include <array>
#include <deque>
#include <string>
#include <utility>

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
}

namespace aspersor::phone {

namespace {

using media::avFailure;

constexpr AVRational ticks{1, 90'000};
constexpr double bitsPerPixel = 0.07; // 2 Mb/s at 1280x720 and 30 pictures a second
constexpr int audioBitRate = 128'000;

using FilterGraph = std::unique_ptr<AVFilterGraph, media::FreeByAddress<avfilter_graph_free>>;

/// What a filter graph was built for: a change of it needs a new one.
struct FrameForm {
    int width = 0;
    int height = 0;
    int format = -1;
    int sampleRate = 0;
    int channels = 0;

    bool operator==(const FrameForm &) const = default;
};

FrameForm formOf(const AVFrame &frame)
{
    return {frame.width, frame.height, frame.format, frame.sample_rate, frame.ch_layout.nb_channels};
}

std::string layoutName(const AVChannelLayout &layout)
{
    std::array<char, 64> name{};
    av_channel_layout_describe(&layout, name.data(), name.size());
    return name.data();
}

std::string graphText(const AVFrame &frame, const AVCodecContext &encoder)
{
    const std::string timeBase = std::to_string(ticks.num) + '/' + std::to_string(ticks.den);
    if (encoder.codec_type == AVMEDIA_TYPE_VIDEO) {
        const AVRational aspect =
            frame.sample_aspect_ratio.num > 0 ? frame.sample_aspect_ratio : AVRational{1, 1};
        return "buffer@in=video_size=" + std::to_string(frame.width) + 'x' + std::to_string(frame.height) +
               ":pix_fmt=" + std::to_string(frame.format) + ":time_base=" + timeBase +
               ":pixel_aspect=" + std::to_string(aspect.num) + '/' + std::to_string(aspect.den) +
               ",scale=" + std::to_string(encoder.width) + ':' + std::to_string(encoder.height) +
               ",format=yuv420p,buffersink@out";
    }
    // async=1: silence where the source has a gap, so that sound and picture stay together over a loop.
    return "abuffer@in=sample_rate=" + std::to_string(frame.sample_rate) +
           ":sample_fmt=" + av_get_sample_fmt_name(static_cast<AVSampleFormat>(frame.format)) +
           ":channel_layout=" + layoutName(frame.ch_layout) + ":time_base=" + timeBase +
           ",aresample=" + std::to_string(encoder.sample_rate) +
           ":async=1,aformat=sample_fmts=fltp:channel_layouts=" + layoutName(encoder.ch_layout) +
           ",asetnsamples=n=" + std::to_string(std::max(encoder.frame_size, 1)) + ":p=0,abuffersink@out";
}

Result<media::CodecContext> openDecoder(const AVCodecParameters &input)
{
    const AVCodec *codec = avcodec_find_decoder(input.codec_id);
    if (!codec)
        return failure(Error::Kind::Libav, std::string("no decoder for ") + avcodec_get_name(input.codec_id));
    media::CodecContext decoder(avcodec_alloc_context3(codec));
    if (const int code = avcodec_parameters_to_context(decoder.get(), &input); code < 0)
        return avFailure("avcodec_parameters_to_context", code);
    decoder->pkt_timebase = ticks;
    if (const int code = avcodec_open2(decoder.get(), codec, nullptr); code < 0)
        return avFailure("avcodec_open2", code);
    return decoder;
}

Result<media::CodecContext> openVideoEncoder(const AVCodecParameters &input, const EncoderSettings &settings)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    if (!codec)
        codec = avcodec_find_encoder(AV_CODEC_ID_H264);
    if (!codec)
        return failure(Error::Kind::Libav, "this FFmpeg has no H.264 encoder");
    media::CodecContext encoder(avcodec_alloc_context3(codec));
    encoder->width = std::max(input.width / 2 * 2, 2);
    encoder->height = std::max(input.height / 2 * 2, 2);
    encoder->pix_fmt = AV_PIX_FMT_YUV420P;
    encoder->sample_aspect_ratio = input.sample_aspect_ratio;
    encoder->time_base = ticks;
    encoder->framerate = {settings.framesPerSecond, 1};
    const double pixels = static_cast<double>(encoder->width) * encoder->height * settings.framesPerSecond;
    const int kbps = settings.videoKbps > 0
                         ? settings.videoKbps
                         : std::clamp(static_cast<int>(pixels * bitsPerPixel / 1000), 200, 12'000);
    encoder->bit_rate = kbps * 1000LL;
    encoder->rc_max_rate = encoder->bit_rate;
    encoder->rc_buffer_size = kbps * 1000;
    encoder->max_b_frames = 0;
    // Keyframes are asked for by time; this only bounds what a wrong clock could do.
    encoder->gop_size = std::max(
        static_cast<int>(settings.keyframeInterval.count() * settings.framesPerSecond * 2 / 1000), 2);
    encoder->thread_count = 1;                               // one more thread is one more picture of delay
    av_opt_set(encoder->priv_data, "preset", "veryfast", 0); // other encoders have no such options
    av_opt_set(encoder->priv_data, "tune", "zerolatency", 0);
    av_opt_set(encoder->priv_data, "forced-idr", "1", 0);
    av_opt_set(encoder->priv_data, "x264-params", "scenecut=0", 0);
    if (const int code = avcodec_open2(encoder.get(), codec, nullptr); code < 0)
        return avFailure("avcodec_open2", code);
    return encoder;
}

Result<media::CodecContext> openAudioEncoder(const AVCodecParameters &input)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    if (!codec)
        return failure(Error::Kind::Libav, "this FFmpeg has no AAC encoder");
    media::CodecContext encoder(avcodec_alloc_context3(codec));
    encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
    encoder->sample_rate = input.sample_rate == 44'100 ? 44'100 : 48'000;
    av_channel_layout_default(&encoder->ch_layout, std::clamp(input.ch_layout.nb_channels, 1, 2));
    encoder->bit_rate = audioBitRate;
    encoder->time_base = {1, encoder->sample_rate};
    if (const int code = avcodec_open2(encoder.get(), codec, nullptr); code < 0)
        return avFailure("avcodec_open2", code);
    return encoder;
}

} // namespace

struct Transcoder::Impl {
    media::CodecContext decoder;
    media::CodecContext encoder;
    media::CodecParameters output{avcodec_parameters_alloc()};
    media::AvFrame frame{av_frame_alloc()};
    FilterGraph graph;
    AVFilterContext *in = nullptr;  // in graph
    AVFilterContext *out = nullptr; // in graph
    FrameForm form;
    std::int64_t keyframeTicks = 0;
    std::int64_t nextKeyframe = AV_NOPTS_VALUE;
    std::int64_t lastPts = AV_NOPTS_VALUE; // in the encoder's time base
    std::deque<media::AvPacket> ready;     // bounded by what one packet of the input gives

    Result<void> buildGraph(const AVFrame &forFrame);
    Result<void> decodeAll();
    Result<void> filterAll();
    Result<void> encode(AVFrame *picture);
};

Result<void> Transcoder::Impl::buildGraph(const AVFrame &forFrame)
{
    graph.reset(avfilter_graph_alloc());
    AVFilterInOut *open = nullptr;
    AVFilterInOut *closed = nullptr;
    const std::string text = graphText(forFrame, *encoder);
    int code = avfilter_graph_parse2(graph.get(), text.c_str(), &open, &closed);
    avfilter_inout_free(&open);
    avfilter_inout_free(&closed);
    if (code >= 0)
        code = avfilter_graph_config(graph.get(), nullptr);
    if (code < 0)
        return avFailure("the filter graph \"" + text + '"', code);
    const bool video = encoder->codec_type == AVMEDIA_TYPE_VIDEO;
    in = avfilter_graph_get_filter(graph.get(), video ? "buffer@in" : "abuffer@in");
    out = avfilter_graph_get_filter(graph.get(), video ? "buffersink@out" : "abuffersink@out");
    form = formOf(forFrame);
    return {};
}

Result<void> Transcoder::Impl::decodeAll()
{
    while (avcodec_receive_frame(decoder.get(), frame.get()) >= 0) {
        frame->pts = frame->best_effort_timestamp;
        frame->pict_type = AV_PICTURE_TYPE_NONE; // the source's choice is not the encoder's
        if (!graph || form != formOf(*frame)) {
            if (auto built = buildGraph(*frame); !built)
                return built;
        }
        if (const int code = av_buffersrc_add_frame(in, frame.get()); code < 0)
            return avFailure("av_buffersrc_add_frame", code);
        if (auto filtered = filterAll(); !filtered)
            return filtered;
    }
    return {};
}

Result<void> Transcoder::Impl::filterAll()
{
    while (av_buffersink_get_frame(out, frame.get()) >= 0) {
        frame->pts = av_rescale_q(frame->pts, av_buffersink_get_time_base(out), encoder->time_base);
        if (lastPts != AV_NOPTS_VALUE)
            frame->pts = std::max(frame->pts, lastPts + 1); // encoders insist
        lastPts = frame->pts;
        if (encoder->codec_type == AVMEDIA_TYPE_VIDEO) {
            const bool due = nextKeyframe == AV_NOPTS_VALUE || frame->pts >= nextKeyframe;
            frame->pict_type = due ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
            if (nextKeyframe == AV_NOPTS_VALUE)
                nextKeyframe = frame->pts;
            while (nextKeyframe <= frame->pts)
                nextKeyframe += keyframeTicks;
        }
        auto encoded = encode(frame.get());
        av_frame_unref(frame.get());
        if (!encoded)
            return encoded;
    }
    return {};
}

Result<void> Transcoder::Impl::encode(AVFrame *picture)
{
    if (const int code = avcodec_send_frame(encoder.get(), picture); code < 0)
        return avFailure("avcodec_send_frame", code);
    for (;;) {
        media::AvPacket packet(av_packet_alloc());
        const int code = avcodec_receive_packet(encoder.get(), packet.get());
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return {};
        if (code < 0)
            return avFailure("avcodec_receive_packet", code);
        av_packet_rescale_ts(packet.get(), encoder->time_base, ticks);
        ready.push_back(std::move(packet));
    }
}

Transcoder::Transcoder(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Transcoder::~Transcoder() = default;

Result<std::unique_ptr<Transcoder>> Transcoder::open(const AVCodecParameters &input,
                                                     const EncoderSettings &settings)
{
    auto impl = std::make_unique<Impl>();
    auto decoder = openDecoder(input);
    if (!decoder)
        return tl::unexpected(decoder.error());
    auto encoder =
        input.codec_type == AVMEDIA_TYPE_VIDEO ? openVideoEncoder(input, settings) : openAudioEncoder(input);
    if (!encoder)
        return tl::unexpected(encoder.error());
    impl->decoder = std::move(*decoder);
    impl->encoder = std::move(*encoder);
    impl->keyframeTicks = settings.keyframeInterval.count() * 90;
    if (const int code = avcodec_parameters_from_context(impl->output.get(), impl->encoder.get()); code < 0)
        return avFailure("avcodec_parameters_from_context", code);
    return std::unique_ptr<Transcoder>(new Transcoder(std::move(impl)));
}

const AVCodecParameters &Transcoder::output() const
{
    return *m_impl->output;
}

Result<void> Transcoder::send(const AVPacket &packet)
{
    const int code = avcodec_send_packet(m_impl->decoder.get(), &packet);
    if (code < 0 && code != AVERROR_INVALIDDATA)
        return avFailure("avcodec_send_packet", code);
    return m_impl->decodeAll();
}

Result<void> Transcoder::end(bool more)
{
    avcodec_send_packet(m_impl->decoder.get(), nullptr);
    if (auto decoded = m_impl->decodeAll(); !decoded)
        return decoded;
    if (more) {
        avcodec_flush_buffers(m_impl->decoder.get());
        return {};
    }
    if (m_impl->graph) {
        if (const int code = av_buffersrc_add_frame(m_impl->in, nullptr); code < 0)
            return avFailure("av_buffersrc_add_frame", code);
        if (auto filtered = m_impl->filterAll(); !filtered)
            return filtered;
    }
    return m_impl->encode(nullptr);
}

bool Transcoder::receive(AVPacket &packet)
{
    if (m_impl->ready.empty())
        return false;
    av_packet_move_ref(&packet, m_impl->ready.front().get());
    m_impl->ready.pop_front();
    return true;
}

} // namespace aspersor::phone
