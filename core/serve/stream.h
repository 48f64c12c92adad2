// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/interleaver.h"
#include "core/media/muxer.h"
#include "core/net/socket.h"
#include "core/serve/config.h"
#include "core/serve/ring.h"
#include "core/serve/snapshots.h"
#include "core/serve/tspatcher.h"

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aspersor::serve {

class Stream;

/// Told when a stream has something new; called on the feed's thread, must not block.
class StreamListener
{
public:
    StreamListener() = default;
    StreamListener(const StreamListener &) = delete;
    StreamListener &operator=(const StreamListener &) = delete;
    virtual ~StreamListener() = default;

    virtual void streamAdvanced(std::size_t worker, const std::shared_ptr<Stream> &stream) = 0;
    /// A keyframe is wanted as a JPEG: see Snapshots::request(). False: it is not made.
    [[nodiscard]] virtual bool pictureWanted(Picture /*picture*/, const media::JpegOptions & /*options*/,
                                             Snapshots::Done /*done*/)
    {
        return false;
    }
};

/// A feed in one output format: a muxer whose output goes into a ring, block by block.
///
/// Exists while somebody watches and a little longer. The muxing half belongs to the feed, which calls it
/// with its lock held; the viewing half may be called from any thread.
class Stream final : public std::enable_shared_from_this<Stream>
{
public:
    /// `spec`: what it is made by. `workers`: how many event loops viewers may be on.
    Stream(std::string name, const StreamSpec &spec, const RingLimits &limits, std::size_t workers,
           StreamListener &listener);

    // ---- the muxing half

    /// Opens the muxer and writes the newest GOP through it. Error::Libav: the format cannot carry the feed.
    [[nodiscard]] Result<void> start(const media::StreamDescription &description,
                                     std::span<const media::Packet> newestGop);
    /// The tracks have changed: goes on with a new muxer, or ends (see ended()) when viewers could not
    /// follow.
    void redescribe(const media::StreamDescription &description);
    void write(const media::Packet &packet);
    /// Nothing more comes for now: makes a block of what was written and wakes the viewers' threads.
    void flush();
    /// The container's trailer, and then the end for every viewer.
    void end(const std::string &reason);
    [[nodiscard]] bool ended() const { return m_ended; }
    /// True when a viewer of `spec` can be sent this stream.
    [[nodiscard]] bool isMadeBy(const StreamSpec &spec) const;
    /// Why it cannot go on as a stream of `feed` under another configuration; "": it can.
    [[nodiscard]] std::string endReason(const Config &config, std::string_view feed) const;
    /// Why the feed cannot be sent so ("that format cannot carry aac sound"); nothing when it can.
    [[nodiscard]] static std::optional<std::string> misfit(const StreamSpec &spec,
                                                           const media::StreamDescription &description);

    // ---- the viewing half

    [[nodiscard]] const std::string &name() const { return m_name; }
    [[nodiscard]] const Format &format() const { return m_format; }
    [[nodiscard]] const std::string &title() const { return m_title; } ///< of its metadata; may be empty
    [[nodiscard]] const Ring &ring() const { return m_ring; }
    /// RTP only: how each track is described to receivers; the same for as long as the stream lives.
    [[nodiscard]] const std::vector<std::string> &mediaSections() const { return m_mediaSections; }

    /// A worker that has viewers is told of news; call before the first fetch.
    void attach(std::size_t worker);
    void detach(std::size_t worker);
    /// The worker knows that there is news: what comes after this is news again. True when there is a picture
    /// in it (of a stream without pictures: anything).
    bool acknowledge(std::size_t worker);

    // ---- a stream of a single viewer, see Replay

    static constexpr std::uint64_t nobody = UINT64_MAX;
    /// The stream has one viewer, who misses nothing: `waker` is woken when it takes blocks or leaves. Call
    /// before start().
    void followViewer(std::shared_ptr<net::Waker> waker) { m_follower = std::move(waker); }
    [[nodiscard]] bool isReplay() const { return m_follower != nullptr; }
    /// The number of the block that the viewer is sent next; `nobody` before it is there.
    [[nodiscard]] std::uint64_t taken() const { return m_taken; }
    void tellTaken(std::uint64_t sequence);
    /// One viewer less.
    void viewerLeft();

    std::atomic<int> viewers = 0;         ///< of all workers, with those about to join
    std::atomic<std::uint64_t> bytes = 0; ///< sent to viewers
    std::atomic<std::uint64_t> skips = 0; ///< times that a slow viewer was moved on

private:
    [[nodiscard]] Result<void> openMuxer(const media::StreamDescription &description);
    [[nodiscard]] OnChange whatToDo(const media::StreamDescription &description) const;
    void replaceHeader(const media::StreamDescription &description);
    void sendNewHeader(media::Ticks time);
    void renewMuxer();
    void drain();
    void writeInOrder(const media::Packet &packet);
    void writeHeld();
    // ---- of a format that is JPEGs, in streampictures.cpp
    [[nodiscard]] Result<void> startPictures(const media::StreamDescription &description);
    void redescribePictures(const media::StreamDescription &description);
    void writePicture(const media::Packet &packet);
    void pictureMade(const Result<JpegPtr> &jpeg, media::Ticks time); // any thread
    void appendPicture(std::span<const std::uint8_t> jpeg, media::Ticks time);
    [[nodiscard]] bool isStart(const Bytes &block) const;
    void append(Block block);
    void notify(bool picture);
    void fail(const Error &error);

    struct Tap {
        std::atomic<bool> wanted = false;
        std::atomic<bool> pending = false; ///< a wake is under way
        std::atomic<bool> picture = false; ///< there is one in the news
    };

    const std::string m_name;
    const Format &m_format;
    const media::Encoding m_encoding;
    const std::string m_title;
    const std::string m_feed;
    const media::JpegOptions m_jpegOptions;
    StreamListener &m_listener;
    Ring m_ring;
    std::vector<Tap> m_taps;          // by worker
    media::Interleaver m_interleaver; // of an ordered format
    media::Muxer::Options m_options;
    media::StreamDescription m_description; // of the muxer's tracks
    std::unique_ptr<media::Muxer> m_muxer;
    std::vector<std::string> m_mediaSections; // not written after start()
    std::vector<bool> m_isVideo;              // by track, of those that the muxer carries
    bool m_hasVideo = false;
    std::uint32_t m_epoch = 0;
    ChunkPtr m_reentry;
    Bytes m_newHeader; // of a new muxer: goes before its first packet, whose time it gets
    TsPatcher m_patcher;
    Bytes m_pending;                  // the muxer's output since the last block
    std::size_t m_pendingPayload = 0; // bytes of packets written since the last block
    media::Ticks m_pendingTime = 0;
    bool m_pendingKeyframe = false;
    bool m_heldBack = false; // the muxer keeps bytes of the block that began at m_pendingTime
    bool m_pendingPicture = false;
    media::Ticks m_lastStart = media::noTicks;
    bool m_ended = false;
    int m_pictureTrack = -1;
    std::atomic<bool> m_pictureDue = false; ///< one is being made: keyframes that come meanwhile are left out
    std::shared_ptr<net::Waker> m_follower; // null for a stream of many
    std::atomic<std::uint64_t> m_taken = nobody;
};

} // namespace aspersor::serve
