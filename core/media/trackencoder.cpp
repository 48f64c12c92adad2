// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/trackencoder.h"

#include <algorithm>
#include <cstring>

namespace aspersor::media {

namespace {

constexpr AVRational ticksBase{1, static_cast<int>(ticksPerSecond)};

const AVCodec *findEncoder(const std::string &name)
{
    if (const AVCodec *codec = avcodec_find_encoder_by_name(name.c_str()))
        return codec;
    const AVCodecDescriptor *descriptor = avcodec_descriptor_get_by_name(name.c_str());
    return descriptor ? avcodec_find_encoder(descriptor->id) : nullptr;
}

/// Codecs whose decoders must have the extradata, and whose stream formats carry it in the first picture.
bool repeatsHeaders(AVCodecID id)
{
    return id == AV_CODEC_ID_H264 || id == AV_CODEC_ID_HEVC || id == AV_CODEC_ID_MPEG4;
}

} // namespace

Result<std::unique_ptr<TrackEncoder>> openEncoder(const TrackEncoding &encoding,
                                                  const TrackDescription &input)
{
    const AVCodec *codec = findEncoder(encoding.encoder);
    if (!codec)
        return failure(Error::Kind::Libav, "there is no encoder called " + encoding.encoder);
    const bool isVideo = input.kind == TrackKind::Video;
    if (codec->type != (isVideo ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO))
        return failure(Error::Kind::Libav, "the encoder " + encoding.encoder + " is not one for " +
                                               (isVideo ? "pictures" : "sound"));
    return isVideo ? openVideoEncoder(*codec, encoding, input) : openAudioEncoder(*codec, encoding, input);
}

Result<void> TrackEncoder::openContext(const Options &defaults, const TrackEncoding &encoding)
{
    if (!m_packet)
        return avFailure("av_packet_alloc", AVERROR(ENOMEM));
    const AVCodec *codec = m_context->codec;
    // MPEG-1 and 2 repeat their headers and have none for a container.
    if (codec->id != AV_CODEC_ID_MPEG1VIDEO && codec->id != AV_CODEC_ID_MPEG2VIDEO)
        m_context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    AVDictionary *options = nullptr;
    for (const auto &[key, value] : defaults)
        av_dict_set(&options, key.c_str(), value.c_str(), 0);
    for (const auto &[key, value] : encoding.options)
        av_dict_set(&options, key.c_str(), value.c_str(), 0);
    const int code = avcodec_open2(m_context.get(), codec, &options);
    const AVDictionaryEntry *left = av_dict_get(options, "", nullptr, AV_DICT_IGNORE_SUFFIX);
    const std::string unknown = left ? left->key : "";
    FreeDictionary{}(options);
    if (code < 0)
        return avFailure(std::string("the encoder ") + codec->name, code);
    if (!unknown.empty())
        return failure(Error::Kind::Libav,
                       std::string("the encoder ") + codec->name + " has no option called " + unknown);

    const AVCodecContext &context = *m_context;
    m_description.kind = codec->type == AVMEDIA_TYPE_VIDEO ? TrackKind::Video : TrackKind::Audio;
    m_description.codecId = codec->id;
    m_description.profile = context.profile;
    m_description.level = context.level;
    m_description.width = context.width;
    m_description.height = context.height;
    m_description.sampleRate = context.sample_rate;
    m_description.channels = context.ch_layout.nb_channels;
    // Of pictures it is a mean: libav's MPEG-PS muxer would take it for what a keyframe has to squeeze
    // through.
    m_description.bitRate = codec->type == AVMEDIA_TYPE_VIDEO ? 0 : context.bit_rate;
    m_description.frameRateNum = context.framerate.num;
    m_description.frameRateDen = std::max(context.framerate.den, 1);
    m_description.frameSize = context.frame_size;
    m_description.blockAlign = context.block_align;
    if (context.extradata_size > 0)
        m_description.extradata.assign(context.extradata, context.extradata + context.extradata_size);
    return {};
}

Result<void> TrackEncoder::send(const AVFrame *frame, const Output &output)
{
    if (const int code = avcodec_send_frame(m_context.get(), frame); code < 0 && code != AVERROR_EOF)
        return avFailure("avcodec_send_frame", code);
    if (frame)
        ++m_frames;
    for (;;) {
        const int code = avcodec_receive_packet(m_context.get(), m_packet.get());
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return {};
        if (code < 0)
            return avFailure("avcodec_receive_packet", code);
        output(toPacket(*m_packet));
        av_packet_unref(m_packet.get());
    }
}

Ticks TrackEncoder::usualDuration() const
{
    if (m_description.kind == TrackKind::Video)
        return m_description.frameRateNum > 0
                   ? ticksPerSecond * m_description.frameRateDen / m_description.frameRateNum
                   : 0;
    return m_description.sampleRate > 0 ? ticksPerSecond * m_description.frameSize / m_description.sampleRate
                                        : 0;
}

Packet TrackEncoder::toPacket(AVPacket &raw)
{
    av_packet_rescale_ts(&raw, m_context->time_base, ticksBase);
    const bool isVideo = m_description.kind == TrackKind::Video;
    const bool isKeyframe = !isVideo || (raw.flags & AV_PKT_FLAG_KEY) != 0;
    const std::span<const std::uint8_t> data(raw.data, static_cast<std::size_t>(raw.size));
    const std::vector<std::uint8_t> &headers = m_description.extradata;
    const bool begins =
        data.size() >= headers.size() && std::equal(headers.begin(), headers.end(), data.begin());
    Packet packet;
    if (isVideo && isKeyframe && !headers.empty() && !begins && repeatsHeaders(m_context->codec_id)) {
        std::vector<std::uint8_t> whole(headers);
        whole.insert(whole.end(), data.begin(), data.end());
        packet = Packet::copyOf(whole);
    } else if (AVBufferRef *owner = raw.buf ? av_buffer_ref(raw.buf) : nullptr) {
        packet = Packet(owner, data);
    } else {
        packet = Packet::copyOf(data);
    }
    packet.keyframe = isKeyframe;
    packet.dts = raw.dts != AV_NOPTS_VALUE ? raw.dts : raw.pts;
    if (m_lastDts != noTicks)
        packet.dts = std::max(packet.dts, m_lastDts + 1);
    m_lastDts = packet.dts;
    packet.pts = std::max(raw.pts, packet.dts);
    packet.duration = std::max<Ticks>(raw.duration, 0);
    return packet;
}

} // namespace aspersor::media
