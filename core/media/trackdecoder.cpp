// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/trackdecoder.h"

#include <algorithm>

namespace aspersor::media {

Result<std::unique_ptr<TrackDecoder>> TrackDecoder::open(const TrackDescription &track)
{
    const AVCodec *codec = avcodec_find_decoder(static_cast<AVCodecID>(track.codecId));
    if (!codec)
        return failure(Error::Kind::Libav, "there is no decoder for " + track.codecName());
    std::unique_ptr<TrackDecoder> decoder(new TrackDecoder);
    decoder->m_context.reset(avcodec_alloc_context3(codec));
    if (!decoder->m_context || !decoder->m_packet || !decoder->m_frame)
        return avFailure("avcodec_alloc_context3", AVERROR(ENOMEM));
    AVCodecContext &context = *decoder->m_context;
    context.pkt_timebase = {1, static_cast<int>(ticksPerSecond)};
    context.thread_count = 1; // frame threads hold pictures back, and would be outside the encoder's priority
    context.log_level_offset =
        AV_LOG_INFO - AV_LOG_ERROR; // damage is counted; a line for each would flood the log
    context.max_pixels = maxPixels;
    context.width = track.width;
    context.height = track.height;
    context.sample_rate = track.sampleRate;
    if (track.channels > 0)
        av_channel_layout_default(&context.ch_layout, track.channels);
    if (!track.extradata.empty()) {
        context.extradata =
            static_cast<std::uint8_t *>(av_mallocz(track.extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
        if (!context.extradata)
            return avFailure("av_mallocz", AVERROR(ENOMEM));
        std::ranges::copy(track.extradata, context.extradata);
        context.extradata_size = static_cast<int>(track.extradata.size());
    }
    if (const int code = avcodec_open2(&context, codec, nullptr); code < 0)
        return avFailure("the decoder for " + track.codecName(), code);
    return decoder;
}

void TrackDecoder::decode(const Packet &packet, const Output &output)
{
    AVPacket &raw = *m_packet;
    raw.buf = av_buffer_ref(packet.buffer());
    raw.data = const_cast<std::uint8_t *>(packet.data().data()); // libav's type; decoders only read
    raw.size = static_cast<int>(packet.data().size());
    raw.pts = packet.pts;
    raw.dts = packet.dts;
    raw.duration = packet.duration;
    raw.flags = (packet.keyframe ? AV_PKT_FLAG_KEY : 0) | (packet.corrupt ? AV_PKT_FLAG_CORRUPT : 0);
    // An empty packet would mean the end to libav.
    const int code = raw.size > 0 ? avcodec_send_packet(m_context.get(), &raw) : AVERROR_INVALIDDATA;
    av_packet_unref(&raw);
    if (code < 0)
        ++m_errors;
    receive(output);
}

void TrackDecoder::drain(const Output &output)
{
    if (avcodec_send_packet(m_context.get(), nullptr) == 0)
        receive(output);
    avcodec_flush_buffers(m_context.get());
}

void TrackDecoder::receive(const Output &output)
{
    for (;;) {
        const int code = avcodec_receive_frame(m_context.get(), m_frame.get());
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return;
        if (code < 0) {
            ++m_errors;
            return;
        }
        m_frame->pts = m_frame->best_effort_timestamp;
        const bool isPicture = m_frame->width > 0 && m_frame->height > 0;
        const bool isSound = m_frame->nb_samples > 0 && m_frame->sample_rate > 0;
        if (m_frame->pts != AV_NOPTS_VALUE && (isPicture || isSound))
            output(*m_frame);
        else
            ++m_errors;
        av_frame_unref(m_frame.get());
    }
}

} // namespace aspersor::media
