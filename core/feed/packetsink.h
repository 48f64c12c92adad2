// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

namespace aspersor {

/// Takes the packets of one feed: the link to ffserver, a preview, a recorder, a meter.
///
/// Every function is called on the feed's thread and must not block: a phone is never slowed by a sink.
class PacketSink
{
public:
    PacketSink() = default;
    PacketSink(const PacketSink &) = delete;
    PacketSink &operator=(const PacketSink &) = delete;
    virtual ~PacketSink() = default;

    /// Comes before the first packet and at each change of the tracks' parameters.
    virtual void onDescription(const media::StreamDescription &description) = 0;
    /// Timestamps have passed the Timeline.
    virtual void onPacket(const media::PacketPtr &packet) = 0;
    /// The socket is drained: nothing more comes for now. What was gathered goes out here, so that a burst
    /// costs one system call and a single picture waits for nothing.
    virtual void onIdle() {}
    /// A descriptor that onIdle() waits to write to, or -1: onIdle() is called again once it can be written.
    [[nodiscard]] virtual int writeDescriptor() const { return -1; }
    /// The publisher broke off; the feed may go on later.
    virtual void onAway() {}
    /// The feed has ended (grace time over, kicked, shutting down): the last call.
    virtual void onEnded() {}
};

} // namespace aspersor
