// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/stream.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <sys/uio.h>
#include <vector>

namespace aspersor::serve {

/// A gathered, non-blocking write: the bytes taken, or -1 and errno. Fewer than all: the rest is for later.
using SendFunction = std::function<ssize_t(int descriptor, std::span<const iovec> pieces)>;
/// What the viewers of an audience see of a block; the block itself, or another in its place.
using BlockLens = std::function<BlockPtr(const BlockPtr &)>;
/// sendmsg() with MSG_NOSIGNAL and MSG_DONTWAIT.
[[nodiscard]] ssize_t sendPieces(int descriptor, std::span<const iovec> pieces);

/// Bytes that a viewer is sent before it follows the ring (again).
struct Prefix {
    struct Part {
        std::shared_ptr<const void> owner;
        std::span<const std::uint8_t> bytes;
    };
    std::vector<Part> parts;
    std::size_t next = 0; ///< parts before it are sent
};

/// A cursor into a stream's ring, and a socket to write to. One cache line.
struct Viewer {
    using TimePoint = std::chrono::steady_clock::time_point;

    std::uint64_t id = 0;
    int descriptor = -1;
    std::uint32_t epoch = 0;    ///< of the header or block it was sent last
    std::uint64_t sequence = 0; ///< of the block it is sent next
    std::uint32_t offset = 0;   ///< bytes already sent of the prefix's part, else of that block
    std::uint32_t skips = 0;
    std::uint64_t bytes = 0; ///< sent
    TimePoint lastProgress{};
    std::unique_ptr<Prefix> prefix; ///< null most of the time
    bool blocked = false;           ///< waits until its socket can be written
    bool lost = false;    ///< waits for a start block: its place in the ring is gone, or none came yet
    bool fresh = true;    ///< has not been sent any block
    bool chunked = false; ///< is sent HTTP/1.1 chunks
    bool ended = false;   ///< the last chunk is on its way
};

/// The viewers of one stream on one worker, and the worker's own view of the stream's ring.
///
/// Lives on the worker's thread. The ring is looked at once per wake; after that every viewer costs one
/// gathered write of shared blocks: no lock, no allocation, no reference count.
class Audience
{
public:
    using TimePoint = Viewer::TimePoint;
    enum class Outcome {
        CaughtUp, ///< has everything there is
        Blocked,  ///< its socket is full: push again when it can be written
        Gone,     ///< its connection is broken
        Finished, ///< has everything, and nothing more will come
    };

    explicit Audience(std::shared_ptr<Stream> stream, SendFunction send = sendPieces, BlockLens lens = {});

    [[nodiscard]] Stream &stream() const { return *m_stream; }
    [[nodiscard]] const std::shared_ptr<Stream> &streamPtr() const { return m_stream; }
    /// Viewers in no particular order: remove() moves the last one into the gap.
    [[nodiscard]] std::span<const Viewer> viewers() const { return m_viewers; }

    /// Takes what is new from the ring. Viewers whose place fell out of it become lost.
    void fetch();
    /// Why the stream ended; "" while it has not.
    [[nodiscard]] const std::string &endReason() const { return m_news.reason; }

    /// Adds a viewer that begins with `head` (may be null), the container's header and the newest start
    /// block that is `back` old, or else the oldest; what comes after `head` is sent in chunks or as it is.
    /// Returns its index. Call fetch() before.
    std::size_t add(std::uint64_t id, int descriptor, const std::shared_ptr<const std::string> &head,
                    bool chunked, TimePoint now, media::Ticks back = 0);
    void remove(std::size_t index);
    /// The blocks that a viewer added now begins with; none: it waits for the next start.
    [[nodiscard]] std::vector<BlockPtr> newestBlocks() const;
    /// `text` is sent to the viewer before the next block, or after what already goes before it.
    void interject(std::size_t index, const std::shared_ptr<const std::string> &text);
    /// What must still be sent, of a block or of words before it, before a viewer can be left off between
    /// two packets.
    [[nodiscard]] std::string remainder(std::size_t index) const;
    /// Ends a viewer's body where that is possible: between two blocks.
    void endBody(std::size_t index);

    /// Writes to one viewer until it has everything or its socket is full.
    [[nodiscard]] Outcome push(std::size_t index, TimePoint now);
    /// Adds what push() sent to the stream's counter; once per pass, so that workers do not fight over it.
    void account();

private:
    [[nodiscard]] std::uint64_t end() const { return m_first + m_blocks.size(); }
    [[nodiscard]] const BlockPtr &at(std::uint64_t sequence) const;
    void lose(Viewer &viewer);
    [[nodiscard]] std::optional<std::uint64_t> startFor(media::Ticks back) const;
    [[nodiscard]] bool resume(Viewer &viewer);
    [[nodiscard]] bool finish(Viewer &viewer);
    [[nodiscard]] std::size_t gather(const Viewer &viewer);
    void advance(Viewer &viewer, std::size_t sent);

    const std::shared_ptr<Stream> m_stream;
    const SendFunction m_send;
    const BlockLens m_lens; // empty: none
    std::vector<Viewer> m_viewers;
    std::deque<BlockPtr> m_blocks; // a copy of the ring's pointers
    std::uint64_t m_first = 0;     // sequence number of m_blocks.front()
    std::optional<std::uint64_t> m_newestStart;
    RingNews m_news;
    std::uint64_t m_sent = 0; // not yet accounted
    struct Pieces {           // what gather() made
        std::vector<iovec> list;
        std::size_t bytes = 0;
        std::uint64_t from = UINT64_MAX; // the sequence number they begin with, at offset 0
    };
    std::array<Pieces, 2> m_pieces; // as bytes, as chunks
};

} // namespace aspersor::serve
