// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/segmenter.h"

#include "core/media/avptr.h"

#include <utility>

extern "C" {
#include <libavutil/opt.h>
}

namespace aspersor::phone {

namespace {

constexpr AVRational tsTimeBase{1, 90'000};
constexpr int ioBytes = 32 * 1024;
// How far the program clock runs ahead of the pictures, in microseconds: what a phone's encoder needs.
constexpr int clockLead = 100'000;

#if LIBAVFORMAT_VERSION_MAJOR >= 61
using WrittenBytes = const std::uint8_t *;
#else
using WrittenBytes = std::uint8_t *;
#endif

} // namespace

struct Segmenter::Impl {
    Output output;
    std::int64_t segmentTicks = 0;
    std::int64_t segmentStart = AV_NOPTS_VALUE; // dts of the packet that began the segment
    int leadingTrack = 0;                       // whose keyframes segments begin with
    std::vector<std::uint8_t> gathered;
    bool gatheredStartsSegment = false;
    bool headerWritten = false;
    media::IoContext io; // before the context that uses it
    media::OutputContext context;

    static int write(void *opaque, WrittenBytes bytes, int size)
    {
        auto &gathered = static_cast<Impl *>(opaque)->gathered;
        gathered.insert(gathered.end(), bytes, bytes + size);
        return size;
    }

    Result<void> openMuxer(std::span<const AVCodecParameters *const> tracks);
    void putOut();
};

Result<void> Segmenter::Impl::openMuxer(std::span<const AVCodecParameters *const> tracks)
{
    AVFormatContext *raw = nullptr;
    if (const int code = avformat_alloc_output_context2(&raw, nullptr, "mpegts", nullptr); code < 0)
        return media::avFailure("avformat_alloc_output_context2", code);
    context.reset(raw);
    auto *buffer = static_cast<unsigned char *>(av_malloc(ioBytes));
    io.reset(avio_alloc_context(buffer, ioBytes, 1, this, nullptr, &Impl::write, nullptr));
    if (!io) {
        av_free(buffer);
        return media::avFailure("avio_alloc_context", AVERROR(ENOMEM));
    }
    context->pb = io.get();
    context->max_delay = clockLead;
    for (const AVCodecParameters *track : tracks) {
        AVStream *stream = avformat_new_stream(raw, nullptr);
        if (!stream)
            return media::avFailure("avformat_new_stream", AVERROR(ENOMEM));
        if (const int code = avcodec_parameters_copy(stream->codecpar, track); code < 0)
            return media::avFailure("avcodec_parameters_copy", code);
        stream->codecpar->codec_tag = 0; // the source container's tag means nothing here
        stream->time_base = tsTimeBase;
        if (track->codec_type == AVMEDIA_TYPE_VIDEO)
            leadingTrack = stream->index;
    }
    if (const int code = avformat_write_header(raw, nullptr); code < 0)
        return media::avFailure("avformat_write_header", code);
    headerWritten = true;
    return {};
}

void Segmenter::Impl::putOut()
{
    if (gathered.empty())
        return;
    auto bytes = std::make_shared<const std::vector<std::uint8_t>>(std::exchange(gathered, {}));
    output({std::move(bytes), std::exchange(gatheredStartsSegment, false)});
}

Segmenter::Segmenter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Segmenter::~Segmenter()
{
    if (m_impl->headerWritten)
        av_write_trailer(m_impl->context.get()); // frees what the muxer holds; MPEG-TS has no trailer
}

Result<std::unique_ptr<Segmenter>> Segmenter::open(std::span<const AVCodecParameters *const> tracks,
                                                   std::chrono::milliseconds segment, Output output)
{
    auto impl = std::make_unique<Impl>();
    impl->output = std::move(output);
    impl->segmentTicks = segment.count() * 90;
    if (auto opened = impl->openMuxer(tracks); !opened)
        return tl::unexpected(opened.error());
    return std::unique_ptr<Segmenter>(new Segmenter(std::move(impl)));
}

Result<void> Segmenter::write(AVPacket &packet)
{
    Impl &m = *m_impl;
    const bool keyframe = packet.stream_index == m.leadingTrack && (packet.flags & AV_PKT_FLAG_KEY) != 0;
    if (m.segmentStart == AV_NOPTS_VALUE && !keyframe)
        return {}; // a stream begins with a keyframe
    // A segment may be a little short rather than a whole GOP too long: the frame times of a phone jitter.
    const std::int64_t due = m.segmentStart + m.segmentTicks - m.segmentTicks / 20;
    if (keyframe && (m.segmentStart == AV_NOPTS_VALUE || packet.dts >= due)) {
        if (auto flushed = flush(); !flushed)
            return flushed;
        m.segmentStart = packet.dts;
        m.gatheredStartsSegment = true;
        if (const int code = av_opt_set(m.context->priv_data, "mpegts_flags", "+resend_headers", 0); code < 0)
            return media::avFailure("mpegts_flags", code);
    }
    if (const int code = av_write_frame(m.context.get(), &packet); code < 0)
        return media::avFailure("av_write_frame", code);
    return {};
}

Result<void> Segmenter::flush()
{
    Impl &m = *m_impl;
    if (const int code = av_write_frame(m.context.get(), nullptr); code < 0) // the gathered audio
        return media::avFailure("av_write_frame", code);
    avio_flush(m.io.get());
    m.putOut();
    return {};
}

} // namespace aspersor::phone
