// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/audience.h"

#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::size_t maxPieces = 64;
constexpr std::uint64_t noPieces = UINT64_MAX;

iovec piece(std::span<const std::uint8_t> bytes)
{
    return {const_cast<std::uint8_t *>(bytes.data()), bytes.size()}; // iovec has no const
}

std::span<const std::uint8_t> bytesOf(const std::string &text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

std::span<const std::uint8_t> bytesFor(const Viewer &viewer, const Chunk &chunk)
{
    return viewer.chunked ? chunk.framed() : chunk.payload();
}

Prefix::Part partFor(const Viewer &viewer, const ChunkPtr &chunk)
{
    return {chunk, bytesFor(viewer, *chunk)};
}

ChunkPtr lastChunk()
{
    static const ChunkPtr chunk = std::make_shared<const Chunk>(std::span<const std::uint8_t>());
    return chunk;
}

} // namespace

ssize_t sendPieces(int descriptor, std::span<const iovec> pieces)
{
    msghdr message{};
    message.msg_iov = const_cast<iovec *>(pieces.data());
    message.msg_iovlen = pieces.size();
    return ::sendmsg(descriptor, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

Audience::Audience(std::shared_ptr<Stream> stream, SendFunction send, BlockLens lens)
    : m_stream(std::move(stream)), m_send(std::move(send)), m_lens(std::move(lens))
{
    for (Pieces &pieces : m_pieces)
        pieces.list.reserve(maxPieces);
}

const BlockPtr &Audience::at(std::uint64_t sequence) const
{
    return m_blocks[static_cast<std::size_t>(sequence - m_first)];
}

void Audience::fetch()
{
    m_stream->ring().fetch(end(), m_news);
    for (Pieces &pieces : m_pieces)
        pieces.from = noPieces;
    if (m_news.ringFirst > m_first) {
        for (Viewer &viewer : m_viewers) {
            if (!viewer.lost && viewer.sequence < m_news.ringFirst)
                lose(viewer);
        }
        while (m_first < m_news.ringFirst && !m_blocks.empty()) {
            m_blocks.pop_front();
            ++m_first;
        }
        m_first = m_news.ringFirst;
        if (m_newestStart && *m_newestStart < m_first)
            m_newestStart.reset();
    }
    for (BlockPtr &block : m_news.blocks) {
        if (block->start)
            m_newestStart = end();
        m_blocks.push_back(m_lens ? m_lens(block) : std::move(block));
    }
    m_news.blocks.clear();
}

void Audience::lose(Viewer &viewer)
{
    // A block that was sent in part is sent to its end: what follows must begin between two packets.
    if (!viewer.prefix && viewer.offset > 0) {
        const BlockPtr &block = at(viewer.sequence);
        viewer.prefix = std::make_unique<Prefix>();
        viewer.prefix->parts.push_back({block, bytesFor(viewer, block->data)});
    }
    viewer.lost = true;
    ++viewer.skips;
    m_stream->skips.fetch_add(1, std::memory_order_relaxed);
}

/// The newest start block that lies `back`; else the oldest.
std::optional<std::uint64_t> Audience::startFor(media::Ticks back) const
{
    // A start block from before the tracks changed does not go with the header of after.
    if (!m_newestStart || at(*m_newestStart)->epoch != m_news.epoch)
        return std::nullopt;
    std::uint64_t found = *m_newestStart;
    const media::Ticks wanted = m_blocks.back()->time - back;
    for (std::uint64_t one = found; one-- > m_first && at(found)->time > wanted;) {
        if (at(one)->epoch != m_news.epoch)
            break;
        if (at(one)->start)
            found = one;
    }
    return found;
}

std::size_t Audience::add(std::uint64_t id, int descriptor, const std::shared_ptr<const std::string> &head,
                          bool chunked, TimePoint now, media::Ticks back)
{
    Viewer viewer;
    viewer.id = id;
    viewer.descriptor = descriptor;
    viewer.lastProgress = now;
    viewer.epoch = m_news.epoch;
    viewer.chunked = chunked;
    auto prefix = std::make_unique<Prefix>();
    if (head && !head->empty())
        prefix->parts.push_back({head, bytesOf(*head)});
    if (m_news.header && m_news.header->size() > 0)
        prefix->parts.push_back(partFor(viewer, m_news.header));
    if (!prefix->parts.empty())
        viewer.prefix = std::move(prefix);
    if (m_stream->isReplay()) { // it is made for this viewer, who misses nothing of it
        viewer.sequence = m_first;
        viewer.fresh = false;
    } else {
        const auto start = startFor(back);
        viewer.lost = !start;
        viewer.sequence = start.value_or(end());
        viewer.fresh = viewer.lost;
    }
    m_viewers.push_back(std::move(viewer));
    return m_viewers.size() - 1;
}

void Audience::remove(std::size_t index)
{
    std::swap(m_viewers[index], m_viewers.back());
    m_viewers.pop_back();
}

std::vector<BlockPtr> Audience::newestBlocks() const
{
    if (!m_newestStart || at(*m_newestStart)->epoch != m_news.epoch)
        return {};
    return {m_blocks.begin() + static_cast<std::ptrdiff_t>(*m_newestStart - m_first), m_blocks.end()};
}

void Audience::interject(std::size_t index, const std::shared_ptr<const std::string> &text)
{
    Viewer &viewer = m_viewers[index];
    if (!viewer.prefix) {
        viewer.prefix = std::make_unique<Prefix>();
        if (viewer.offset > 0) {
            const BlockPtr &block = at(viewer.sequence++);
            viewer.prefix->parts.push_back({block, bytesFor(viewer, block->data)});
        }
    }
    viewer.prefix->parts.push_back({text, bytesOf(*text)});
}

std::string Audience::remainder(std::size_t index) const
{
    const Viewer &viewer = m_viewers[index];
    std::string rest;
    std::size_t offset = viewer.offset;
    const auto add = [&](std::span<const std::uint8_t> bytes) {
        bytes = bytes.subspan(std::exchange(offset, 0));
        rest.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    };
    if (viewer.prefix) {
        for (std::size_t i = viewer.prefix->next; i < viewer.prefix->parts.size(); ++i)
            add(viewer.prefix->parts[i].bytes);
    } else if (viewer.offset > 0) {
        add(bytesFor(viewer, at(viewer.sequence)->data));
    }
    return rest;
}

void Audience::endBody(std::size_t index)
{
    Viewer &viewer = m_viewers[index];
    if (!viewer.chunked || viewer.prefix || viewer.offset > 0 || viewer.ended)
        return;
    const auto last = lastChunk();
    static_cast<void>(m_send(viewer.descriptor, std::array{piece(last->framed())}));
}

/// Puts a lost viewer on the newest start block; false when there is none yet.
bool Audience::resume(Viewer &viewer)
{
    if (!m_newestStart || (viewer.fresh && at(*m_newestStart)->epoch < viewer.epoch))
        return false;
    const Block &block = *at(*m_newestStart);
    auto prefix = std::make_unique<Prefix>();
    if (block.reentry && block.epoch != viewer.epoch)
        prefix->parts.push_back(partFor(viewer, block.reentry));
    if (block.splice && !viewer.fresh && block.splice->size() > 0)
        prefix->parts.push_back(partFor(viewer, block.splice));
    if (!prefix->parts.empty())
        viewer.prefix = std::move(prefix);
    viewer.sequence = *m_newestStart;
    viewer.offset = 0;
    viewer.epoch = block.epoch;
    viewer.lost = false;
    viewer.fresh = false;
    return true;
}

/// Everything is sent and nothing more will come: true while the end of the body is still to be sent.
bool Audience::finish(Viewer &viewer)
{
    if (!viewer.chunked || std::exchange(viewer.ended, true))
        return false;
    viewer.prefix = std::make_unique<Prefix>();
    viewer.prefix->parts.push_back(partFor(viewer, lastChunk()));
    viewer.offset = 0;
    return true;
}

/// Fills the pieces with what the viewer is sent next and returns how many bytes that are.
std::size_t Audience::gather(const Viewer &viewer)
{
    Pieces &pieces = m_pieces[viewer.chunked ? 1 : 0];
    // Nearly all viewers of a stream stand at the same place: the pieces of the last one serve them too.
    const bool shared = !viewer.prefix && viewer.offset == 0 && !viewer.lost;
    if (shared && pieces.from == viewer.sequence)
        return pieces.bytes;
    pieces.list.clear();
    pieces.bytes = 0;
    std::size_t offset = viewer.offset;
    const auto add = [&](std::span<const std::uint8_t> bytes) {
        bytes = bytes.subspan(std::exchange(offset, 0));
        pieces.list.push_back(piece(bytes));
        pieces.bytes += bytes.size();
    };
    if (viewer.prefix) {
        for (std::size_t i = viewer.prefix->next; i < viewer.prefix->parts.size(); ++i)
            add(viewer.prefix->parts[i].bytes);
    }
    if (!viewer.lost) {
        for (std::uint64_t i = viewer.sequence; i < end() && pieces.list.size() < maxPieces; ++i) {
            // Of no bytes are blocks of which a lens has let nothing through.
            if (const auto bytes = bytesFor(viewer, at(i)->data); !bytes.empty())
                add(bytes);
        }
    }
    pieces.from = shared ? viewer.sequence : noPieces;
    return pieces.bytes;
}

void Audience::advance(Viewer &viewer, std::size_t sent)
{
    sent += viewer.offset;
    if (viewer.prefix) {
        Prefix &prefix = *viewer.prefix;
        while (prefix.next < prefix.parts.size() && sent >= prefix.parts[prefix.next].bytes.size()) {
            sent -= prefix.parts[prefix.next].bytes.size();
            prefix.parts[prefix.next++] = {};
        }
        if (prefix.next < prefix.parts.size()) {
            viewer.offset = static_cast<std::uint32_t>(sent);
            return;
        }
        viewer.prefix.reset();
    }
    while (!viewer.lost && viewer.sequence < end()) {
        const Block &block = *at(viewer.sequence);
        const std::size_t size = bytesFor(viewer, block.data).size();
        if (sent < size)
            break;
        sent -= size;
        viewer.epoch = block.epoch;
        ++viewer.sequence;
    }
    viewer.offset = static_cast<std::uint32_t>(sent);
}

Audience::Outcome Audience::push(std::size_t index, TimePoint now)
{
    Viewer &viewer = m_viewers[index];
    viewer.blocked = false;
    for (;;) {
        if (viewer.lost && !viewer.prefix)
            static_cast<void>(resume(viewer));
        const std::size_t bytes = gather(viewer);
        if (bytes == 0) {
            advance(viewer, 0);
            if (m_news.ended && finish(viewer))
                continue;
            return m_news.ended ? Outcome::Finished : Outcome::CaughtUp;
        }
        const ssize_t sent = m_send(viewer.descriptor, m_pieces[viewer.chunked ? 1 : 0].list);
        if (sent < 0) {
            if (errno == EINTR)
                continue;
            if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
                return Outcome::Gone;
        } else {
            viewer.bytes += static_cast<std::uint64_t>(sent);
            m_sent += static_cast<std::uint64_t>(sent);
            viewer.lastProgress = now;
            advance(viewer, static_cast<std::size_t>(sent));
        }
        if (sent < 0 || static_cast<std::size_t>(sent) < bytes) {
            viewer.blocked = true;
            return Outcome::Blocked;
        }
    }
}

void Audience::account()
{
    m_stream->bytes.fetch_add(std::exchange(m_sent, 0), std::memory_order_relaxed);
    if (m_stream->isReplay() && !m_viewers.empty())
        m_stream->tellTaken(m_viewers.front().sequence);
}

} // namespace aspersor::serve
