// SPDX-License-Identifier: GPL-3.0-or-later
// Packets as hostile as a phone can make them, decoded and encoded anew. The transcoder's promises about time
// are checked on the way. An input is records of one byte (bit 0: sound, bit 1: keyframe, bit 2: the tracks
// change before), two bytes of size, and the packet.
#include "core/media/transcoder.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

extern "C" {
#include <libavcodec/codec_id.h>
#include <libavutil/log.h>
}

namespace {

using namespace aspersor::media;

class Checked final : public TranscoderOutput
{
public:
    void described(const StreamDescription &description) override
    {
        m_tracks = description.tracks.size();
        m_lastDts.resize(std::max(m_lastDts.size(), m_tracks), noTicks);
    }
    void made(const Packet &packet) override
    {
        const auto track = static_cast<std::size_t>(packet.track);
        if (track >= m_tracks || packet.pts < packet.dts ||
            (m_lastDts[track] != noTicks && packet.dts <= m_lastDts[track]))
            std::abort();
        m_lastDts[track] = packet.dts;
    }

private:
    std::size_t m_tracks = 0;
    std::vector<Ticks> m_lastDts;
};

StreamDescription tracks(bool turned)
{
    StreamDescription description;
    description.tracks.resize(2);
    TrackDescription &video = description.tracks[0];
    video.kind = TrackKind::Video;
    video.codecId = AV_CODEC_ID_H264;
    video.width = turned ? 48 : 64;
    video.height = turned ? 64 : 48;
    TrackDescription &audio = description.tracks[1];
    audio.kind = TrackKind::Audio;
    audio.codecId = AV_CODEC_ID_AAC;
    audio.sampleRate = 44'100;
    audio.channels = 1;
    audio.extradata = {0x12, 0x08}; // AAC LC, 44100 Hz, mono
    return description;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    constexpr std::size_t head = 3;
    constexpr Ticks distance = ticksPerSecond / 60;
    av_log_set_level(AV_LOG_QUIET);
    Checked output;
    auto transcoder = Transcoder::open(tracks(false),
                                       {.video = {.encoder = "mjpeg", .frameRateNum = 20},
                                        .audio = {.encoder = "mp2", .sampleRate = 32'000}},
                                       output);
    if (!transcoder)
        std::abort();
    bool turned = false;
    Ticks time = ticksPerSecond;
    for (int i = 0; i < 200 && size >= head; ++i) {
        const std::uint8_t flags = data[0];
        const std::size_t length = std::min<std::size_t>(data[1] << 8 | data[2], size - head);
        if (flags & 4) {
            turned = !turned;
            if (!(*transcoder)->redescribe(tracks(turned)))
                return 0;
        }
        Packet packet = Packet::copyOf({data + head, length});
        packet.track = flags & 1;
        packet.keyframe = (flags & 3) != 0;
        packet.corrupt = (flags & 8) != 0;
        packet.dts = packet.pts = time;
        time += distance;
        if (!(*transcoder)->send(packet))
            return 0;
        data += head + length;
        size -= head + length;
    }
    (void)(*transcoder)->finish();
    return 0;
}
