// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/mediasource.h"

#include "app/phone/testpicture.h"
#include "app/phone/transcoder.h"
#include "core/media/avptr.h"

#include <algorithm>
#include <atomic>
#include <utility>

extern "C" {
#include <libavdevice/avdevice.h>
}

namespace aspersor::phone {

namespace {

constexpr AVRational ticks{1, 90'000};
// Where the time of a feed begins: room below for pictures that are decoded before they are shown.
constexpr std::int64_t firstTick = 90'000;

struct Input {
    media::InputContext context;
    bool live = false;
};

tl::unexpected<Error> cannotOpen(const std::string &source, int code)
{
    return failure(Error::Kind::Io, '"' + source + "\" cannot be opened (" + media::avMessage("libav", code) +
                                        "): give a media file, a camera or \"test\".");
}

int interrupted(void *flag)
{
    return static_cast<const std::atomic<bool> *>(flag)->load() ? 1 : 0;
}

/// Opens and probes; `options` may be null.
Result<media::InputContext> openInput(const std::string &name, const std::string &url, const char *format,
                                      AVDictionary *options, std::atomic<bool> &stop)
{
    const std::unique_ptr<AVDictionary, media::FreeDictionary> owned(options);
    const AVInputFormat *inputFormat = format ? av_find_input_format(format) : nullptr;
    if (format && !inputFormat)
        return failure(Error::Kind::Libav, std::string("This FFmpeg has no \"") + format + "\" input.");
    AVFormatContext *raw = avformat_alloc_context();
    raw->interrupt_callback = {&interrupted, &stop};
    AVDictionary *rest = nullptr; // avformat_open_input() replaces the dictionary that it is given
    av_dict_copy(&rest, options, 0);
    const int code = avformat_open_input(&raw, url.c_str(), inputFormat, &rest); // frees raw when it fails
    av_dict_free(&rest);
    if (code < 0)
        return cannotOpen(name, code);
    media::InputContext context(raw);
    if (const int found = avformat_find_stream_info(context.get(), nullptr); found < 0)
        return cannotOpen(name, found);
    return context;
}

Result<Input> openTest(const SourceRequest &request, std::atomic<bool> &stop)
{
    TestPicture picture{request.caption, 1280, 720, request.framesPerSecond, request.colours, true};
    if (request.width > 0) {
        picture.width = request.width;
        picture.height = request.height;
    }
    auto context = openInput(request.source, testPictureGraph(picture), "lavfi", nullptr, stop);
    if (!context) { // most likely there is no font
        picture.withText = false;
        context = openInput(request.source, testPictureGraph(picture), "lavfi", nullptr, stop);
    }
    if (!context)
        return tl::unexpected(context.error());
    return Input{std::move(*context), false};
}

Result<Input> openCamera(const SourceRequest &request, const std::string &device, std::atomic<bool> &stop)
{
    AVDictionary *options = nullptr;
    if (request.width > 0) {
        const std::string size = std::to_string(request.width) + 'x' + std::to_string(request.height);
        av_dict_set(&options, "video_size", size.c_str(), 0);
        av_dict_set_int(&options, "framerate", request.framesPerSecond, 0);
    }
    auto context = openInput(request.source, device, "v4l2", options, stop);
    if (!context)
        return tl::unexpected(context.error());
    (*context)->flags |= AVFMT_FLAG_NONBLOCK; // so that the end does not wait for a picture
    return Input{std::move(*context), true};
}

Result<Input> openSource(const SourceRequest &request, std::atomic<bool> &stop)
{
    constexpr std::string_view cameraScheme = "v4l2:";
    if (request.source == "test")
        return openTest(request, stop);
    if (request.source.starts_with(cameraScheme))
        return openCamera(request, request.source.substr(cameraScheme.size()), stop);
    if (request.source.starts_with("/dev/video"))
        return openCamera(request, request.source, stop);
    auto context = openInput(request.source, request.source, nullptr, nullptr, stop);
    if (!context)
        return tl::unexpected(context.error());
    return Input{std::move(*context), false};
}

bool canBeCopied(const AVCodecParameters &track)
{
    return track.codec_id == AV_CODEC_ID_H264 || track.codec_id == AV_CODEC_ID_HEVC ||
           track.codec_id == AV_CODEC_ID_AAC;
}

std::string describe(const AVCodecParameters &track, bool copied)
{
    std::string text = avcodec_get_name(track.codec_id);
    if (track.codec_type == AVMEDIA_TYPE_VIDEO)
        text += ' ' + std::to_string(track.width) + 'x' + std::to_string(track.height);
    else
        text += ' ' + std::to_string(track.sample_rate) + " Hz";
    return text + (copied ? " (copied)" : " (encoded)");
}

} // namespace

struct MediaSource::Impl {
    struct Track {
        int inputStream = -1;
        AVRational timeBase{};
        media::CodecParameters copied;          // either this
        std::unique_ptr<Transcoder> transcoder; // or this
        std::int64_t lastDts = AV_NOPTS_VALUE;  // ticks, as placed
        std::int64_t lastDuration = 0;

        [[nodiscard]] const AVCodecParameters &parameters() const
        {
            return copied ? *copied : transcoder->output();
        }
    };

    SourceRequest request;
    std::atomic<bool> stop = false; // before the context that reads it
    Input input;
    std::vector<Track> tracks;
    std::int64_t start = AV_NOPTS_VALUE; // ticks, of the input's own time
    std::int64_t shift = firstTick;      // added to the time since start
    std::int64_t end = firstTick;        // of the last packet so far, as placed
    bool ended = false;

    Result<void> addTrack(AVMediaType type);
    Result<void> rewind();
    Result<void> endTranscoders(bool more);
    void findStart();
    [[nodiscard]] bool place(AVPacket &packet, Track &track); ///< false: the packet is to be dropped
    Result<Next> read(AVPacket &packet);
};

Result<void> MediaSource::Impl::addTrack(AVMediaType type)
{
    const int index = av_find_best_stream(input.context.get(), type, -1, -1, nullptr, 0);
    if (index < 0)
        return {};
    const AVStream &stream = *input.context->streams[index];
    if ((stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) // the cover of a song is no video
        return {};
    Track track;
    track.inputStream = index;
    if (canBeCopied(*stream.codecpar)) {
        track.copied.reset(avcodec_parameters_alloc());
        if (const int code = avcodec_parameters_copy(track.copied.get(), stream.codecpar); code < 0)
            return media::avFailure("avcodec_parameters_copy", code);
    } else {
        const AVRational rate = stream.avg_frame_rate;
        const int declared = rate.num > 0 && rate.den > 0 ? static_cast<int>(av_q2d(rate) + 0.5) : 0;
        const EncoderSettings settings{declared > 0 ? std::min(declared, 240) : request.framesPerSecond,
                                       request.videoKbps, request.keyframeInterval};
        auto transcoder = Transcoder::open(*stream.codecpar, settings);
        if (!transcoder)
            return failure(Error::Kind::Libav, '"' + request.source + "\" cannot be encoded: " +
                                                   transcoder.error().message + '.');
        track.transcoder = std::move(*transcoder);
    }
    tracks.push_back(std::move(track));
    return {};
}

void MediaSource::Impl::findStart()
{
    for (Track &track : tracks)
        track.timeBase = input.context->streams[track.inputStream]->time_base;
    start = AV_NOPTS_VALUE; // a camera's is that of its first picture
    if (!input.live && input.context->start_time != AV_NOPTS_VALUE)
        start = av_rescale_q(input.context->start_time, AV_TIME_BASE_Q, ticks);
}

Result<void> MediaSource::Impl::rewind()
{
    if (auto drained = endTranscoders(true); !drained)
        return drained;
    // Opened anew, not sought: whatever the container, it begins exactly as the first time.
    auto again = openSource(request, stop);
    if (!again)
        return tl::unexpected(again.error());
    const bool same = std::all_of(tracks.begin(), tracks.end(), [&](const Track &track) {
        return track.inputStream < static_cast<int>((*again).context->nb_streams);
    });
    if (!same)
        return failure(Error::Kind::Io, '"' + request.source + "\" has changed: start again.");
    input = std::move(*again);
    shift = end;
    findStart();
    return {};
}

Result<void> MediaSource::Impl::endTranscoders(bool more)
{
    for (Track &track : tracks) {
        if (!track.transcoder)
            continue;
        if (auto drained = track.transcoder->end(more); !drained)
            return drained;
    }
    return {};
}

bool MediaSource::Impl::place(AVPacket &packet, Track &track)
{
    av_packet_rescale_ts(&packet, track.timeBase, ticks);
    if (packet.dts == AV_NOPTS_VALUE)
        packet.dts = packet.pts;
    if (start == AV_NOPTS_VALUE)
        start = packet.dts == AV_NOPTS_VALUE ? 0 : packet.dts;
    const std::int64_t fallback =
        track.lastDts == AV_NOPTS_VALUE ? shift : track.lastDts + track.lastDuration;
    packet.dts = packet.dts == AV_NOPTS_VALUE ? fallback : packet.dts - start + shift;
    packet.pts = packet.pts == AV_NOPTS_VALUE ? packet.dts : packet.pts - start + shift;
    if (track.lastDts != AV_NOPTS_VALUE) {
        // The encoder's start-up sound stands before the beginning: on a second turn it has no room.
        if (track.parameters().codec_type == AVMEDIA_TYPE_AUDIO &&
            packet.dts < track.lastDts + track.lastDuration / 2)
            return false;
        packet.dts = std::max(packet.dts, track.lastDts + 1);
    }
    packet.pts = std::max(packet.pts, packet.dts);
    track.lastDuration = packet.duration > 0 ? packet.duration : track.lastDuration;
    track.lastDts = packet.dts;
    end = std::max(end, packet.pts + track.lastDuration);
    return true;
}

Result<MediaSource::Next> MediaSource::Impl::read(AVPacket &packet)
{
    const int code = av_read_frame(input.context.get(), &packet);
    if (code == AVERROR(EAGAIN))
        return Next::NotYet;
    if (code == AVERROR_EOF) {
        // A file without a packet in it must not be begun again for ever.
        if (request.loop && !stop && end > shift) {
            if (auto rewound = rewind(); !rewound)
                return tl::unexpected(rewound.error());
            return Next::Packet; // nothing in it yet: the caller reads on
        }
        ended = true;
        if (auto drained = endTranscoders(false); !drained)
            return tl::unexpected(drained.error());
        return Next::End;
    }
    if (code < 0)
        return failure(Error::Kind::Io, '"' + request.source +
                                            "\" cannot be read on: " + media::avMessage("libav", code) + '.');
    return Next::Packet;
}

MediaSource::MediaSource(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

MediaSource::~MediaSource() = default;

Result<std::unique_ptr<MediaSource>> MediaSource::open(const SourceRequest &request)
{
    avdevice_register_all();
    auto impl = std::make_unique<Impl>();
    impl->request = request;
    auto input = openSource(request, impl->stop);
    if (!input)
        return tl::unexpected(input.error());
    impl->input = std::move(*input);
    for (const AVMediaType type : {AVMEDIA_TYPE_VIDEO, AVMEDIA_TYPE_AUDIO}) {
        if (auto added = impl->addTrack(type); !added)
            return tl::unexpected(added.error());
    }
    if (impl->tracks.empty())
        return failure(Error::Kind::Io, '"' + request.source + "\" has neither picture nor sound.");
    impl->findStart();
    return std::unique_ptr<MediaSource>(new MediaSource(std::move(impl)));
}

std::vector<const AVCodecParameters *> MediaSource::tracks() const
{
    std::vector<const AVCodecParameters *> result;
    for (const Impl::Track &track : m_impl->tracks)
        result.push_back(&track.parameters());
    return result;
}

bool MediaSource::live() const
{
    return m_impl->input.live;
}

std::string MediaSource::summary() const
{
    std::string text;
    for (const Impl::Track &track : m_impl->tracks)
        text += (text.empty() ? "" : ", ") + describe(track.parameters(), track.copied != nullptr);
    return text;
}

Result<MediaSource::Next> MediaSource::next(AVPacket &packet)
{
    for (;;) {
        for (std::size_t i = 0; i < m_impl->tracks.size(); ++i) {
            Transcoder *transcoder = m_impl->tracks[i].transcoder.get();
            if (transcoder && transcoder->receive(packet)) {
                packet.stream_index = static_cast<int>(i);
                return Next::Packet;
            }
        }
        if (m_impl->ended || m_impl->stop)
            return Next::End;
        auto got = m_impl->read(packet);
        if (!got || *got == Next::NotYet)
            return got;
        if (*got == Next::End || packet.size == 0)
            continue; // what the transcoders still hold comes first
        const auto track =
            std::find_if(m_impl->tracks.begin(), m_impl->tracks.end(),
                         [&](const Impl::Track &t) { return t.inputStream == packet.stream_index; });
        if (track == m_impl->tracks.end() || !m_impl->place(packet, *track)) {
            av_packet_unref(&packet);
            continue;
        }
        if (!track->transcoder) {
            packet.stream_index = static_cast<int>(track - m_impl->tracks.begin());
            return Next::Packet;
        }
        auto sent = track->transcoder->send(packet);
        av_packet_unref(&packet);
        if (!sent)
            return tl::unexpected(sent.error());
    }
}

void MediaSource::interrupt()
{
    m_impl->stop = true;
}

} // namespace aspersor::phone
