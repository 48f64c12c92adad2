// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/timeline.h"
#include "core/net/socket.h"
#include "core/serve/encoderpool.h"
#include "core/serve/observer.h"
#include "core/serve/openerror.h"
#include "core/serve/past.h"
#include "core/serve/stream.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace aspersor::serve {

/// What one upload holds while it feeds; how another tells it that it is over.
struct UploadTicket {
    std::atomic<bool> revoked = false; ///< another upload took over, or the feed was ended
    net::Waker waker;                  ///< interrupts the upload's wait for bytes
};

struct FeedLimits {
    RingLimits ring;                                     ///< of each stream
    std::size_t gopBytes = std::size_t{8} * 1024 * 1024; ///< of the newest GOP kept for new muxers
    std::chrono::milliseconds grace{30'000};             ///< away for longer: ended
    std::chrono::milliseconds muxerLinger{5'000};        ///< how long a muxer runs without viewers
    EncoderQueueLimits encoderQueue = {};                ///< of each encoder
    std::chrono::milliseconds takeoverAfter{5'000};      ///< a silent upload gives way to any other
};

/// How an upload meets another that is there already.
enum class Manners {
    TakeOver, ///< it takes the feed: the newer connection of a phone is the better one
    Polite,   ///< it stands back, unless the other has been silent for FeedLimits::takeoverAfter
};

/// What one phone publishes under a name, as ffserver sees it: outlives its uploads for a grace time, with
/// its viewers connected. Thread-safe; nothing here waits for a socket.
class Feed
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `past` may be null: then nothing is kept.
    Feed(std::string name, const FeedLimits &limits, std::size_t workers, StreamListener &listener,
         Observer &observer, EncoderPool &encoders, std::shared_ptr<Past> past = nullptr);

    [[nodiscard]] const std::string &name() const { return m_name; }

    // ---- uploads: each on its own thread

    enum class Begin { Begun, Ended, Taken };
    /// Makes `ticket` the feed's upload (again); another that is there is revoked. Ended: the feed has ended;
    /// Taken: the other stays (see Manners).
    [[nodiscard]] Begin begin(const std::shared_ptr<UploadTicket> &ticket, TimePoint now,
                              Manners manners = Manners::TakeOver);
    /// True while an upload is there that a polite one does not replace.
    [[nodiscard]] bool taken(TimePoint now) const;
    /// False from here to finish(): the ticket was revoked, stop.
    [[nodiscard]] bool describe(const UploadTicket &ticket, const media::StreamDescription &description);
    /// The packet's times are those of the upload; the feed repairs them.
    [[nodiscard]] bool publish(const UploadTicket &ticket, media::Packet packet, TimePoint now);
    /// Nothing more comes for now: what was gathered goes to the viewers.
    void idle(const UploadTicket &ticket);
    /// The upload is over; the feed waits for the next.
    void finish(const UploadTicket &ticket, TimePoint now);

    // ---- viewers: any thread

    /// The stream of that name, running, with one more in its count of viewers. One that is encoded takes a
    /// moment to begin: then the error says `starting`, and `ready` is called when it is worth to ask again.
    [[nodiscard]] tl::expected<std::shared_ptr<Stream>, OpenError>
    open(const std::string &streamName, const StreamSpec &spec, Encoder::Ready ready = {});
    /// The newest picture that can be decoded alone.
    [[nodiscard]] tl::expected<Picture, OpenError> newestPicture() const;
    /// Why the feed cannot be sent so (415); nothing when it can.
    [[nodiscard]] std::optional<OpenError> misfit(const StreamSpec &spec) const;

    /// Ends muxers that nobody watches and, after the grace time, the feed. False once it has ended.
    [[nodiscard]] bool tick(TimePoint now);
    void setGrace(std::chrono::milliseconds grace);
    /// Another configuration is in force: streams that it does not have, or has otherwise, end. Viewers of
    /// the others notice nothing.
    void endChanged(const Config &config);
    /// Ends the feed now: its viewers are sent what is left, and home.
    void end(const std::string &reason);
    [[nodiscard]] FeedReport report() const;

private:
    struct Running {
        std::shared_ptr<Stream> stream;
        TimePoint idleSince{};
        bool idle = false;
    };
    [[nodiscard]] bool holds(const UploadTicket &ticket) const; // m_mutex held, as all below
    [[nodiscard]] std::optional<OpenError> unfit(const StreamSpec &spec) const;
    [[nodiscard]] OpenError refused(const StreamSpec &spec, const std::string &why) const;
    [[nodiscard]] tl::expected<std::shared_ptr<Stream>, OpenError>
    openEncoded(const std::string &streamName, const StreamSpec &spec, Encoder::Ready ready);
    [[nodiscard]] OpenError nothingYet() const;
    [[nodiscard]] bool isSilent(TimePoint now) const;
    void keep(const media::Packet &packet);
    void remember(const media::Packet &packet);
    void dropEnded();
    void setState(FeedState state);

    const std::string m_name;
    FeedLimits m_limits; // grace: guarded by m_mutex
    const std::size_t m_workers;
    StreamListener &m_listener;
    Observer &m_observer;
    EncoderPool &m_encoderPool;
    const std::shared_ptr<Past> m_past; // may be null
    mutable std::mutex m_mutex;
    FeedState m_state = FeedState::Away; // guarded by m_mutex, as all below
    bool m_announced = false;
    std::shared_ptr<UploadTicket> m_upload;
    TimePoint m_awaySince{};
    TimePoint m_heardAt{}; // of the newest packet, or the begin of the upload
    media::StreamDescription m_description;
    media::Timeline m_timeline;
    bool m_awaitsKeyframe = false;
    media::Ticks m_pastStart = media::noTicks; // of the newest sound at which a viewer of the past can begin
    std::vector<media::Packet> m_gop;          // the newest, from its keyframe on
    std::size_t m_gopBytes = 0;
    std::vector<Running> m_streams;
    std::vector<std::shared_ptr<Encoder>> m_encoders;
};

} // namespace aspersor::serve
