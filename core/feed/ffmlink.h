// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedslots.h"
#include "core/feed/ffserverlink.h"
#include "core/feed/gopcache.h"
#include "core/feed/linkconnection.h"
#include "core/feed/packetsink.h"
#include "core/media/ffm.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace aspersor {

/// Sends one feed to an original ffserver: "POST /slot03.ffm", FFM, one HTTP chunk for each block of 4096
/// bytes. Idle as long as the target is not an original.
///
/// Lives on the feed's thread and never waits there, but for a moment when the feed ends.
///
/// - The original never answers to an upload that it takes. It is asked with the request's head alone, and
///   the body follows when it has not refused for `refusalWithin`: after more bytes a refusal would be lost
///   in a reset.
/// - Times are the wall clock, in microseconds, and grow strictly from upload to upload: it drops viewers
///   where they do not. The upload stays open while the phone is away, and time goes on when it returns.
/// - It takes a block when that is full. A padded one is in the format only at the end of an upload, so up to
///   4081 bytes of a phone that broke off (a sixtieth of a second at 2 Mbit/s) come when it returns.
/// - A phone that changes its picture in mid-stream (it was turned) needs a new header and so a new upload.
/// The
///   old one is broken off, because after a regular end the original would send all viewers home.
class FfmLink final : public PacketSink
{
public:
    using Clock = std::chrono::steady_clock;
    struct Options {
        std::size_t queueBytes = 4 * 1024 * 1024;
        std::chrono::milliseconds queueAge{5'000};    ///< how long ffserver may take nothing
        std::chrono::milliseconds refusalWithin{50};  ///< after the head
        std::chrono::milliseconds retryAfter{200};    ///< doubled with each failure ...
        std::chrono::milliseconds retryAtMost{5'000}; ///< ... up to this
        std::chrono::milliseconds goodUpload{3'000};  ///< one that lives so long ends the doubling
        std::chrono::milliseconds farewell{500};      ///< at most, for ffserver to take the end
        std::size_t flushBytes = 64 * 1024; ///< gathered at most while the socket is not yet drained
    };

    /// `lease` may be null: then a place is taken when it is needed.
    FfmLink(std::string name, std::shared_ptr<LinkTarget> target, std::shared_ptr<FeedSlots> places,
            FeedSlots::LeasePtr lease);
    FfmLink(std::string name, std::shared_ptr<LinkTarget> target, std::shared_ptr<FeedSlots> places,
            FeedSlots::LeasePtr lease, const Options &options);
    ~FfmLink() override;

    void onDescription(const media::StreamDescription &description) override;
    void onPacket(const media::PacketPtr &packet) override;
    void onIdle() override;
    [[nodiscard]] int writeDescriptor() const override { return m_connection.writeDescriptor(); }
    void onAway() override;
    void onEnded() override;

private:
    enum class State { Off, Asked, Uploading };
    void goOn();
    void followTarget();
    void connectIfDue();
    void beginUpload();
    void write(const media::Packet &packet);
    void pump();
    void lost();
    void failed(const std::string &why);
    void stop();

    const std::string m_name;
    const std::shared_ptr<LinkTarget> m_target;
    const std::shared_ptr<FeedSlots> m_slots;
    const Options m_options;
    FeedSlots::LeasePtr m_lease;
    std::uint64_t m_generation = 0;
    LinkConnection m_connection;
    State m_state = State::Off;
    Clock::time_point m_askedAt{};
    Clock::time_point m_nextAttempt{};
    std::chrono::milliseconds m_delay; // after the next failure
    std::string m_said;                // the trouble that was logged last
    bool m_needBeginning = false;      // after a cut: nothing is sent until a keyframe
    bool m_unwritable = false;         // the original takes no such tracks
    media::StreamDescription m_description;
    bool m_described = false;
    GopCache m_gop;
    media::FfmMuxer m_muxer;
    std::int64_t m_start = 0; // what tick 0 is, us
    std::int64_t m_floor = 0; // everything of this upload is later, us
};

} // namespace aspersor
