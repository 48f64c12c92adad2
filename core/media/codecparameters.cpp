// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/codecparameters.h"

#include <algorithm>

namespace aspersor::media {

Result<void> copyParameters(const TrackDescription &track, AVCodecParameters &into)
{
    into.codec_type = track.kind == TrackKind::Video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
    into.codec_id = static_cast<AVCodecID>(track.codecId);
    into.profile = track.profile;
    into.level = track.level;
    into.bit_rate = track.bitRate;
    into.width = track.width;
    into.height = track.height;
    into.sample_rate = track.sampleRate;
    into.frame_size = track.frameSize;
    into.block_align = track.blockAlign;
    if (track.channels > 0)
        av_channel_layout_default(&into.ch_layout, track.channels);
    if (track.extradata.empty())
        return {};
    into.extradata =
        static_cast<std::uint8_t *>(av_mallocz(track.extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    if (!into.extradata)
        return avFailure("av_mallocz", AVERROR(ENOMEM));
    std::ranges::copy(track.extradata, into.extradata);
    into.extradata_size = static_cast<int>(track.extradata.size());
    return {};
}

} // namespace aspersor::media
