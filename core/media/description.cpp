// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/description.h"

#include "core/media/avptr.h"

#include <algorithm>

namespace aspersor::media {

static_assert(noTicks == AV_NOPTS_VALUE);

std::string TrackDescription::codecName() const
{
    return avcodec_get_name(static_cast<AVCodecID>(codecId));
}

std::string TrackDescription::summary() const
{
    std::string text = codecName();
    if (kind == TrackKind::Video && width > 0)
        text += ' ' + std::to_string(width) + 'x' + std::to_string(height);
    if (kind == TrackKind::Audio && sampleRate > 0)
        text += ' ' + std::to_string(sampleRate) + ' ' + std::to_string(channels) + "ch";
    return text;
}

const TrackDescription *StreamDescription::first(TrackKind kind) const
{
    const auto found = std::ranges::find(tracks, kind, &TrackDescription::kind);
    return found == tracks.end() ? nullptr : &*found;
}

bool sameForMuxers(const StreamDescription &a, const StreamDescription &b)
{
    return std::ranges::equal(a.tracks, b.tracks, [](const auto &x, const auto &y) {
        return x.kind == y.kind && x.codecId == y.codecId && x.width == y.width && x.height == y.height &&
               x.sampleRate == y.sampleRate && x.channels == y.channels && x.extradata == y.extradata;
    });
}

} // namespace aspersor::media
