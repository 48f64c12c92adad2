// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/avinput.h"
#include "core/media/learningdemuxer.h"
#include "core/media/pesend.h"

#include <vector>

namespace aspersor::media {

/// MPEG-TS by libav's demuxer, without its parsers and without avformat_find_stream_info(): those cost a live
/// feed two to three pictures of delay and most of a second at the start. What they learn, TrackParser learns
/// on the way.
class TsDemuxer final : public LearningDemuxer
{
public:
    TsDemuxer(ByteSource &source, const Options &options);
    [[nodiscard]] Result<void> open();

private:
    struct Stream { // in the order of addStream()
        int avIndex = 0;
        int codecId = 0;
    };
    [[nodiscard]] Result<bool> readPayload() override;
    void takeStreams();
    [[nodiscard]] Stream *streamOf(int avIndex);

    PesEnd m_pesEnd;
    AvInput m_input;
    AvPacket m_packet;
    std::vector<Stream> m_streams;
    unsigned m_streamsTaken = 0;
};

} // namespace aspersor::media
