// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/gopcache.h"
#include "core/feed/linkconnection.h"
#include "core/feed/packetsink.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace aspersor {

/// Where the one ffserver takes feeds; shared by all links. Thread-safe.
class LinkTarget
{
public:
    /// A new ffserver is ready at this Unix socket: all links begin anew there (FeedRegistry::nudge() makes
    /// them notice at once). "": there is none.
    void set(std::string path);
    /// The same for an original, which takes feeds by HTTP at this IPv4 address.
    void setHttp(std::string address, std::uint16_t port);

    struct Place {
        std::string path;    ///< of ours; empty: there is none
        std::string address; ///< of an original; empty: there is none
        std::uint16_t port = 0;
        std::uint64_t generation = 0; ///< grows with each set() or setHttp()
    };
    [[nodiscard]] Place place() const;
    [[nodiscard]] std::uint64_t generation() const { return m_generation.load(std::memory_order_acquire); }

private:
    mutable std::mutex m_mutex;
    Place m_place; // guarded by m_mutex; without the generation
    std::atomic<std::uint64_t> m_generation{0};
};

/// Sends one feed to ffserver over its local socket: "POST /NAME", chunked, in the link format of core/media.
///
/// Lives on the feed's thread and never waits there. What a burst brought goes out in one write at onIdle().
/// Bytes that ffserver does not take are kept within bounds; beyond them the link is cut and begins anew at
/// the next keyframe. A link that comes up (again) begins with the newest GOP, so that viewers see a picture
/// at once.
class FfserverLink final : public PacketSink
{
public:
    using Clock = std::chrono::steady_clock;
    struct Options {
        std::size_t queueBytes = 4 * 1024 * 1024;
        std::chrono::milliseconds queueAge{5'000}; ///< how long ffserver may take nothing
        std::chrono::milliseconds retryAfter{200}; ///< between attempts to connect
        std::chrono::milliseconds farewell{500};   ///< at most, for ffserver to hear that the feed has ended
        std::size_t flushBytes = 64 * 1024;        ///< gathered at most while the socket is not yet drained
    };

    FfserverLink(std::string name, std::shared_ptr<LinkTarget> target);
    FfserverLink(std::string name, std::shared_ptr<LinkTarget> target, const Options &options);
    ~FfserverLink() override;

    void onDescription(const media::StreamDescription &description) override;
    void onPacket(const media::PacketPtr &packet) override;
    void onIdle() override;
    [[nodiscard]] int writeDescriptor() const override;
    void onAway() override;
    void onEnded() override;

    /// How often the link was cut because ffserver was too slow. Any thread.
    [[nodiscard]] std::uint64_t cuts() const { return m_cuts.load(std::memory_order_relaxed); }

private:
    void connectIfDue();
    void beginBody();
    void flush();
    void pump();
    void disconnect(const std::string &why);
    void cut();

    const std::string m_name;
    const std::shared_ptr<LinkTarget> m_target;
    const Options m_options;
    std::uint64_t m_generation = 0;
    LinkConnection m_connection;
    Clock::time_point m_nextAttempt{};
    bool m_inBody = false;        // a POST is open on the connection
    bool m_needBeginning = false; // after a cut: nothing is sent until a keyframe
    bool m_described = false;
    media::StreamDescription m_description;
    GopCache m_gop;
    std::vector<std::uint8_t> m_batch; // records, not yet a chunk
    std::atomic<std::uint64_t> m_cuts{0};
};

} // namespace aspersor
