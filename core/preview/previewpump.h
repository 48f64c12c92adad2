// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/preview/packetqueue.h"
#include "core/preview/previewclock.h"
#include "core/preview/previewpicture.h"
#include "core/preview/previewstate.h"
#include "core/preview/soundbuffer.h"
#include "core/preview/sounddecoder.h"
#include "core/preview/videodecoder.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace aspersor {

/// The works of a PreviewPlayer: packets in at one end, due pictures and sound out at the other.
///
/// Three sides, each on its own thread: the feed hands in packets and never waits (a short lock apart), the
/// decoding thread runs run(), and the window and the sound device take what is due. The time is a parameter
/// of everything but run(), so that a test needs no clock.
class PreviewPump
{
public:
    using TimePoint = PreviewClock::TimePoint;

    /// Called on the decoding thread, with no lock held.
    struct Events {
        std::function<void()> pictureDue;
        std::function<void(PreviewState, const std::string &)> stateChanged;
    };

    explicit PreviewPump(Events events);
    PreviewPump(const PreviewPump &) = delete;
    PreviewPump &operator=(const PreviewPump &) = delete;
    ~PreviewPump();

    // The feed's side.
    void describe(const media::StreamDescription &description);
    void push(const media::PacketPtr &packet, TimePoint now);
    void setAway();
    void setEnded();
    void setUnreachable(const std::string &reason);

    // The decoding thread's side.
    /// Decodes and presents until asked to stop.
    void run(const std::stop_token &stop);
    /// Presents what is due and decodes at most one packet. Returns when it should be called again at the
    /// latest, unless something is handed in before.
    TimePoint step(TimePoint now);

    // The window's and the sound device's side.
    [[nodiscard]] bool takePicture(PreviewPicture &picture);
    void readSound(std::span<std::int16_t> out, std::chrono::microseconds delay, TimePoint now);
    void setSoundDevice(bool present);
    [[nodiscard]] SoundBuffer::Peaks takeLevel();
    [[nodiscard]] PreviewState state() const;
    [[nodiscard]] std::string stateDetail() const;
    [[nodiscard]] bool hasVideo() const;

    struct Counters {
        std::uint64_t presented = 0;      ///< pictures that came due in time
        std::uint64_t late = 0;           ///< decoded pictures nobody was shown
        std::uint64_t droppedPackets = 0; ///< past the queue's bound, or skipped to catch up
        std::uint64_t damaged = 0;        ///< packets the decoders refused
        std::size_t queuedPackets = 0;    ///< now
        std::size_t queuedBytes = 0;      ///< now
    };
    [[nodiscard]] Counters counters() const;

private:
    enum class Source { Waiting, Sending, Away, Ended, Unreachable };
    using Description = std::shared_ptr<const media::StreamDescription>;

    void enqueue(PacketQueue &queue, const media::PacketPtr &packet);
    void flushIfAsked();
    [[nodiscard]] bool present(TimePoint now);
    void dropOldSound(TimePoint now);
    [[nodiscard]] bool decodeVideo(TimePoint now);
    [[nodiscard]] bool decodeSound(TimePoint now);
    void prepareVideo(const PacketQueue::Item &item);
    void prepareSound(const PacketQueue::Item &item);
    void addPictures();
    void updateNeed();
    [[nodiscard]] bool updateState(TimePoint now);
    [[nodiscard]] TimePoint nextWake(TimePoint now) const;
    [[nodiscard]] bool soundWanted(TimePoint now) const;

    const Events m_events;

    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed; // with m_touched
    // From here to the end of the block: guarded by m_mutex.
    bool m_touched = false; // something was handed in since the last step
    Description m_description;
    int m_videoTrack = -1;
    int m_soundTrack = -1;
    Source m_source = Source::Waiting;
    std::string m_sourceReason;
    PacketQueue m_videoQueue;
    PacketQueue m_soundQueue;
    bool m_videoBroken = false; // packets were dropped: the decoder starts anew
    bool m_flush = false;       // what is buffered belongs to another time
    PreviewClock m_clock;
    std::deque<PreviewPicture> m_ahead; // decoded, not yet due; in the order of their times
    std::optional<PreviewPicture> m_due;
    SoundBuffer m_sound;
    bool m_soundDevice = false;
    std::chrono::microseconds m_soundDelay{0};
    std::chrono::microseconds m_reorderDelay{0};
    std::optional<TimePoint> m_playedAt; // when a picture or a sound last came out
    std::optional<TimePoint> m_shownAt;  // when a picture of this line of time last came out
    std::optional<TimePoint> m_toldAt;   // when the window was last told of a picture
    PreviewState m_state = PreviewState::Waiting;
    std::string m_stateDetail;
    std::string m_undecodable; // why there is no decoder for a track
    Counters m_counters;

    // The decoding thread's own.
    std::unique_ptr<VideoDecoder> m_video;
    std::unique_ptr<SoundDecoder> m_soundDecoder;
    Description m_videoDescription; // m_video was tried for this one
    Description m_soundDescription;
    std::vector<PreviewPicture> m_pictures; // scratch
    std::vector<SoundPiece> m_pieces;       // scratch
};

} // namespace aspersor
