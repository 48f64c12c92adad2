// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/sounddecoder.h"

#include "core/media/avptr.h"
#include "core/media/swptr.h"
#include "core/preview/soundbuffer.h"

#include <cstring>
#include <utility>

extern "C" {
#include <libavutil/channel_layout.h>
}

namespace aspersor {

namespace {

/// A layout on its own; the struct may own memory.
class ChannelLayout
{
public:
    ChannelLayout() = default;
    ChannelLayout(const ChannelLayout &) = delete;
    ChannelLayout &operator=(const ChannelLayout &) = delete;
    ~ChannelLayout() { av_channel_layout_uninit(&m_layout); }
    void setDefault(int channels)
    {
        av_channel_layout_uninit(&m_layout);
        av_channel_layout_default(&m_layout, channels);
    }
    [[nodiscard]] bool set(const AVChannelLayout &other)
    {
        return av_channel_layout_copy(&m_layout, &other) >= 0;
    }
    [[nodiscard]] bool is(const AVChannelLayout &other) const
    {
        return av_channel_layout_compare(&m_layout, &other) == 0;
    }
    [[nodiscard]] const AVChannelLayout *get() const { return &m_layout; }

private:
    AVChannelLayout m_layout{};
};

} // namespace

struct SoundDecoder::Impl {
    media::CodecContext context;
    media::AvPacket packet{av_packet_alloc()};
    media::AvFrame frame{av_frame_alloc()};
    Resampler resampler;
    ChannelLayout layout; // what `resampler` was made for
    int format = AV_SAMPLE_FMT_NONE;
    int rate = 0;
    std::uint64_t errors = 0;

    [[nodiscard]] bool prepareResampler();
    void convert(std::vector<SoundPiece> &pieces);
};

SoundDecoder::SoundDecoder(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
SoundDecoder::~SoundDecoder() = default;

Result<std::unique_ptr<SoundDecoder>> SoundDecoder::open(const media::TrackDescription &track)
{
    const AVCodec *codec = avcodec_find_decoder(static_cast<AVCodecID>(track.codecId));
    if (!codec)
        return failure(Error::Kind::Libav, "there is no decoder for " + track.codecName() + " sound");
    auto impl = std::make_unique<Impl>();
    impl->context.reset(avcodec_alloc_context3(codec));
    if (!impl->context || !impl->packet || !impl->frame)
        return media::avFailure("avcodec_alloc_context3", AVERROR(ENOMEM));
    AVCodecContext &context = *impl->context;
    context.pkt_timebase = {1, static_cast<int>(media::ticksPerSecond)};
    context.sample_rate = track.sampleRate;
    if (track.channels > 0)
        av_channel_layout_default(&context.ch_layout, track.channels);
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
    return std::unique_ptr<SoundDecoder>(new SoundDecoder(std::move(impl)));
}

void SoundDecoder::decode(const media::Packet &packet, std::vector<SoundPiece> &pieces)
{
    AVPacket &raw = *m_impl->packet;
    raw.buf = av_buffer_ref(packet.buffer());
    raw.data = const_cast<std::uint8_t *>(packet.data().data()); // libav's type; decoders only read
    raw.size = static_cast<int>(packet.data().size());
    raw.pts = packet.pts;
    raw.dts = packet.dts;
    const int code = avcodec_send_packet(m_impl->context.get(), &raw);
    av_packet_unref(&raw);
    if (code < 0)
        ++m_impl->errors;
    while (avcodec_receive_frame(m_impl->context.get(), m_impl->frame.get()) == 0) {
        m_impl->convert(pieces);
        av_frame_unref(m_impl->frame.get());
    }
}

void SoundDecoder::flush()
{
    avcodec_flush_buffers(m_impl->context.get());
    m_impl->resampler.reset();
}

std::uint64_t SoundDecoder::takeErrors()
{
    return std::exchange(m_impl->errors, 0);
}

bool SoundDecoder::Impl::prepareResampler()
{
    if (resampler && rate == frame->sample_rate && format == frame->format && layout.is(frame->ch_layout))
        return true;
    resampler.reset();
    ChannelLayout stereo;
    stereo.setDefault(static_cast<int>(SoundBuffer::channels));
    rate = frame->sample_rate;
    format = frame->format;
    if (!layout.set(frame->ch_layout))
        return false;
    ChannelLayout input; // a decoder may name a number of channels and no order
    if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        input.setDefault(frame->ch_layout.nb_channels);
    else if (!input.set(frame->ch_layout))
        return false;
    SwrContext *made = nullptr;
    const int code = swr_alloc_set_opts2(
        &made, const_cast<AVChannelLayout *>(stereo.get()), AV_SAMPLE_FMT_S16, SoundBuffer::rate,
        const_cast<AVChannelLayout *>(input.get()), static_cast<AVSampleFormat>(format), rate, 0, nullptr);
    resampler.reset(made);
    if (code < 0 || swr_init(made) < 0) {
        resampler.reset();
        return false;
    }
    return true;
}

void SoundDecoder::Impl::convert(std::vector<SoundPiece> &pieces)
{
    const std::int64_t pts = frame->best_effort_timestamp;
    if (pts == AV_NOPTS_VALUE || frame->nb_samples <= 0 || frame->sample_rate <= 0 || !prepareResampler()) {
        ++errors;
        return;
    }
    SoundPiece piece;
    piece.pts = pts - swr_get_delay(resampler.get(), media::ticksPerSecond);
    const int room = swr_get_out_samples(resampler.get(), frame->nb_samples);
    piece.samples.resize(static_cast<std::size_t>(room) * SoundBuffer::channels);
    auto *to = reinterpret_cast<std::uint8_t *>(piece.samples.data());
    const int got = swr_convert(resampler.get(), &to, room,
                                const_cast<const std::uint8_t **>(frame->extended_data), frame->nb_samples);
    if (got <= 0)
        return;
    piece.samples.resize(static_cast<std::size_t>(got) * SoundBuffer::channels);
    pieces.push_back(std::move(piece));
}

} // namespace aspersor
