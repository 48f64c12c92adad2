// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/swptr.h"
#include "core/media/trackencoder.h"

#include <algorithm>
#include <cstdlib>

extern "C" {
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
}

namespace aspersor::media {

namespace {

struct FreeFifo {
    void operator()(AVAudioFifo *fifo) const noexcept { av_audio_fifo_free(fifo); }
};
using Fifo = std::unique_ptr<AVAudioFifo, FreeFifo>;

constexpr AVRational ticksBase{1, static_cast<int>(ticksPerSecond)};
constexpr Ticks noticeable = ticksPerSecond * 60 / 1000; ///< between sound and picture: put right
constexpr Ticks longestFill = ticksPerSecond;            ///< longer gaps stay gaps
constexpr int anySize = 1024;                            ///< samples a packet, for encoders that do not mind

int rateFor(const AVCodec &codec, const TrackEncoding &encoding, const TrackDescription &input)
{
    const int wanted = encoding.sampleRate > 0 ? encoding.sampleRate : input.sampleRate;
    const auto rates = sampleRatesOf(codec);
    const auto best = std::ranges::min_element(rates, {}, [&](int rate) { return std::abs(rate - wanted); });
    return best == rates.end() ? wanted : *best;
}

/// The number of channels that the encoder has nearest to what is wanted; rather fewer than more.
int channelsFor(const AVCodec &codec, const TrackEncoding &encoding, const TrackDescription &input)
{
    // Many channels are for players at home: what is not asked for is stereo.
    const int wanted = encoding.channels > 0 ? encoding.channels : std::clamp(input.channels, 1, 2);
    const auto layouts = channelLayoutsOf(codec);
    int best = 0;
    for (const AVChannelLayout &layout : layouts) {
        if (best == 0 || std::abs(layout.nb_channels - wanted) < std::abs(best - wanted))
            best = layout.nb_channels;
    }
    return best == 0 ? wanted : best;
}

class AudioEncoder final : public TrackEncoder
{
public:
    explicit AudioEncoder(const TrackEncoding &encoding) : m_encoding(encoding) {}

    [[nodiscard]] Result<void> open(const AVCodec &codec, const TrackDescription &input);
    [[nodiscard]] Result<void> encode(AVFrame &frame, const Output &output) override;
    [[nodiscard]] Result<void> finish(const Output &output) override;
    [[nodiscard]] bool suits(const TrackDescription &input) const override;

private:
    [[nodiscard]] bool prepareResampler(const AVFrame &frame);
    [[nodiscard]] Result<void> keepTime(const AVFrame &frame, const Output &output, bool &late);
    [[nodiscard]] Result<void> resample(const AVFrame &frame);
    [[nodiscard]] Result<void> addSilence(int samples);
    [[nodiscard]] Result<void> encodeWhole(const Output &output);
    [[nodiscard]] Result<void> padToWhole();
    [[nodiscard]] Result<void> makeRoom(AVFrame &frame, int samples) const;
    [[nodiscard]] int packetSamples() const;

    const TrackEncoding m_encoding;
    Resampler m_resampler;
    AvFrame m_source{av_frame_alloc()};    // its form is what m_resampler was made for
    AvFrame m_converted{av_frame_alloc()}; // reused
    AvFrame m_packetFrame{av_frame_alloc()};
    Fifo m_fifo;
    Ticks m_expected = noTicks; // the time of the next frame, if nothing is missing
    std::int64_t m_nextPts = 0; // of the first sample in m_fifo, in samples
};

Result<void> AudioEncoder::open(const AVCodec &codec, const TrackDescription &input)
{
    if (input.sampleRate <= 0 || input.channels <= 0)
        return failure(Error::Kind::Libav, "the sample rate of the feed's sound is not known");
    m_context.reset(avcodec_alloc_context3(&codec));
    if (!m_context || !m_source || !m_converted || !m_packetFrame)
        return avFailure("avcodec_alloc_context3", AVERROR(ENOMEM));
    AVCodecContext &context = *m_context;
    context.sample_rate = rateFor(codec, m_encoding, input);
    av_channel_layout_default(&context.ch_layout, channelsFor(codec, m_encoding, input));
    context.sample_fmt = sampleFormatsOf(codec).empty() ? AV_SAMPLE_FMT_S16 : sampleFormatsOf(codec).front();
    context.time_base = {1, context.sample_rate};
    if (auto opened = openContext({{"threads", "1"}}, m_encoding); !opened)
        return opened;
    m_fifo.reset(av_audio_fifo_alloc(context.sample_fmt, context.ch_layout.nb_channels, packetSamples() * 4));
    if (!m_fifo)
        return avFailure("av_audio_fifo_alloc", AVERROR(ENOMEM));
    return {};
}

bool AudioEncoder::suits(const TrackDescription &input) const
{
    return input.sampleRate > 0 && input.channels > 0 &&
           rateFor(*m_context->codec, m_encoding, input) == m_context->sample_rate &&
           channelsFor(*m_context->codec, m_encoding, input) == m_context->ch_layout.nb_channels;
}

int AudioEncoder::packetSamples() const
{
    return m_context->frame_size > 0 ? m_context->frame_size : anySize;
}

Result<void> AudioEncoder::makeRoom(AVFrame &frame, int samples) const
{
    av_frame_unref(&frame);
    frame.format = m_context->sample_fmt;
    frame.sample_rate = m_context->sample_rate;
    frame.nb_samples = samples;
    if (const int code = av_channel_layout_copy(&frame.ch_layout, &m_context->ch_layout); code < 0)
        return avFailure("av_channel_layout_copy", code);
    if (const int code = av_frame_get_buffer(&frame, 0); code < 0)
        return avFailure("av_frame_get_buffer", code);
    return {};
}

bool AudioEncoder::prepareResampler(const AVFrame &frame)
{
    if (m_resampler && m_source->sample_rate == frame.sample_rate && m_source->format == frame.format &&
        av_channel_layout_compare(&m_source->ch_layout, &frame.ch_layout) == 0)
        return true;
    m_resampler.reset();
    m_source->sample_rate = frame.sample_rate;
    m_source->format = frame.format;
    if (av_channel_layout_copy(&m_source->ch_layout, &frame.ch_layout) < 0)
        return false;
    AVChannelLayout named{}; // a decoder may give a number of channels and no order; owns no memory
    av_channel_layout_default(&named, frame.ch_layout.nb_channels);
    const bool isNamed = frame.ch_layout.order != AV_CHANNEL_ORDER_UNSPEC;
    SwrContext *made = nullptr;
    const int code =
        swr_alloc_set_opts2(&made, &m_context->ch_layout, m_context->sample_fmt, m_context->sample_rate,
                            isNamed ? &m_source->ch_layout : &named,
                            static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
    m_resampler.reset(made);
    if (code >= 0 && swr_init(made) >= 0)
        return true;
    m_resampler.reset();
    return false;
}

/// Where the source has a gap there is silence, so that sound and picture stay together; what comes late is
/// left out.
Result<void> AudioEncoder::keepTime(const AVFrame &frame, const Output &output, bool &late)
{
    const Ticks gap = m_expected == noTicks ? longestFill + 1 : frame.pts - m_expected;
    late = gap < -noticeable && gap > -longestFill;
    if (late || (gap >= -noticeable && gap < noticeable))
        return {};
    if (gap > 0 && gap <= longestFill) {
        m_expected += gap;
        return addSilence(static_cast<int>(av_rescale(gap, m_context->sample_rate, ticksPerSecond)));
    }
    if (m_expected != noTicks) {
        if (auto padded = padToWhole(); !padded)
            return padded;
        if (auto encoded = encodeWhole(output); !encoded)
            return encoded;
    }
    m_expected = frame.pts;
    m_nextPts = std::max(m_nextPts, av_rescale_q(frame.pts, ticksBase, m_context->time_base));
    return {};
}

Result<void> AudioEncoder::addSilence(int samples)
{
    if (samples <= 0)
        return {};
    if (auto made = makeRoom(*m_converted, samples); !made)
        return made;
    av_samples_set_silence(m_converted->extended_data, 0, samples, m_context->ch_layout.nb_channels,
                           m_context->sample_fmt);
    const auto data = reinterpret_cast<void **>(m_converted->extended_data);
    if (const int code = av_audio_fifo_write(m_fifo.get(), data, samples); code < samples)
        return avFailure("av_audio_fifo_write", AVERROR(ENOMEM));
    return {};
}

Result<void> AudioEncoder::resample(const AVFrame &frame)
{
    const int room = swr_get_out_samples(m_resampler.get(), frame.nb_samples);
    if (room <= 0)
        return {};
    if (auto made = makeRoom(*m_converted, room); !made)
        return made;
    const int got = swr_convert(m_resampler.get(), m_converted->extended_data, room,
                                const_cast<const std::uint8_t **>(frame.extended_data), frame.nb_samples);
    if (got < 0)
        return avFailure("swr_convert", got);
    const auto data = reinterpret_cast<void **>(m_converted->extended_data);
    if (const int code = av_audio_fifo_write(m_fifo.get(), data, got); code < got)
        return avFailure("av_audio_fifo_write", AVERROR(ENOMEM));
    return {};
}

Result<void> AudioEncoder::encode(AVFrame &frame, const Output &output)
{
    bool late = false;
    if (!prepareResampler(frame)) {
        ++m_refused;
        return {};
    }
    if (auto kept = keepTime(frame, output, late); !kept || late)
        return kept;
    m_expected += av_rescale(frame.nb_samples, ticksPerSecond, frame.sample_rate);
    if (auto resampled = resample(frame); !resampled)
        return resampled;
    return encodeWhole(output);
}

Result<void> AudioEncoder::encodeWhole(const Output &output)
{
    const int samples = packetSamples();
    while (av_audio_fifo_size(m_fifo.get()) >= samples) {
        if (auto made = makeRoom(*m_packetFrame, samples); !made)
            return made;
        const auto data = reinterpret_cast<void **>(m_packetFrame->extended_data);
        if (const int code = av_audio_fifo_read(m_fifo.get(), data, samples); code < samples)
            return avFailure("av_audio_fifo_read", code);
        m_packetFrame->pts = m_nextPts;
        m_nextPts += samples;
        if (auto sent = send(m_packetFrame.get(), output); !sent)
            return sent;
    }
    return {};
}

Result<void> AudioEncoder::padToWhole()
{
    const int samples = packetSamples();
    const int rest = av_audio_fifo_size(m_fifo.get()) % samples;
    return rest == 0 ? Result<void>{} : addSilence(samples - rest);
}

Result<void> AudioEncoder::finish(const Output &output)
{
    if (auto padded = padToWhole(); !padded)
        return padded;
    if (auto encoded = encodeWhole(output); !encoded)
        return encoded;
    return send(nullptr, output);
}

} // namespace

Result<std::unique_ptr<TrackEncoder>> openAudioEncoder(const AVCodec &codec, const TrackEncoding &encoding,
                                                       const TrackDescription &input)
{
    auto encoder = std::make_unique<AudioEncoder>(encoding);
    if (auto opened = encoder->open(codec, input); !opened)
        return tl::unexpected<Error>(opened.error());
    return encoder;
}

} // namespace aspersor::media
