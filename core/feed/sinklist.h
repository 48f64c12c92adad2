// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/gopcache.h"
#include "core/feed/packetsink.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace aspersor {

/// The takers of one feed's packets.
///
/// add() and remove() may be called from any thread; everything else belongs to the feed's thread, which
/// looks for changes with one atomic load and otherwise takes no lock.
class SinkList
{
public:
    static constexpr std::size_t maximum = 16;

    /// Where a sink that comes to a live feed begins.
    enum class Begin {
        Now,       ///< with the next packet
        NewestGop, ///< with the newest keyframe, which may be seconds old
    };

    /// False when there are `maximum` sinks already. The sink hears the description before its first packet.
    bool add(std::shared_ptr<PacketSink> sink, Begin begin = Begin::Now);
    /// A call that is under way on the feed's thread may still be finishing when this returns.
    /// False when it is not there.
    bool remove(const PacketSink *sink);

    // On the feed's thread.
    void description(const media::StreamDescription &description);
    void packet(const media::PacketPtr &packet);
    void idle();
    void away();
    void ended();
    /// Descriptors that sinks wait to write to.
    void collectWriteDescriptors(std::vector<int> &into);

private:
    struct Entry {
        std::shared_ptr<PacketSink> sink;
        Begin begin = Begin::Now;
    };
    void refresh();

    std::mutex m_mutex;
    std::vector<Entry> m_wanted; // guarded by m_mutex
    bool m_ended = false;        // guarded by m_mutex
    std::atomic<bool> m_changed{false};

    std::vector<std::shared_ptr<PacketSink>> m_active; // the feed's thread only, as what follows
    media::StreamDescription m_description;
    bool m_described = false;
    GopCache m_gop;
};

} // namespace aspersor
