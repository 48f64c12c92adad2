// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/stream.h"

#include <algorithm>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::size_t blockPayload =
    std::size_t{64} * 1024; ///< a burst is cut into blocks of about this size
constexpr media::Ticks soundStartDistance = media::ticksPerSecond / 2;

} // namespace

Stream::Stream(std::string name, const Format &format, const RingLimits &limits, std::size_t workers,
               StreamListener &listener)
    : m_name(std::move(name)), m_format(format), m_listener(listener), m_ring(limits), m_taps(workers)
{
}

Result<void> Stream::openMuxer(const media::StreamDescription &description)
{
    m_pending.clear();
    auto muxer = media::Muxer::open(std::string(m_format.muxer), description, [this](auto made) {
        m_pending.insert(m_pending.end(), made.begin(), made.end());
    });
    if (!muxer)
        return tl::unexpected<Error>(muxer.error());
    m_muxer = std::move(*muxer);
    m_isVideo.clear();
    m_hasVideo = false;
    for (std::size_t i = 0; i < description.tracks.size(); ++i) {
        const bool isVideo =
            description.tracks[i].kind == media::TrackKind::Video && m_muxer->carries(static_cast<int>(i));
        m_isVideo.push_back(isVideo);
        m_hasVideo = m_hasVideo || isVideo;
    }
    m_lastStart = media::noTicks;
    return {};
}

Result<void> Stream::start(const media::StreamDescription &description,
                           std::span<const media::Packet> newestGop)
{
    if (auto opened = openMuxer(description); !opened)
        return opened;
    if (m_format.headerFirst)
        m_ring.setHeader(std::make_shared<const Chunk>(std::exchange(m_pending, {})), m_epoch);
    for (const media::Packet &packet : newestGop)
        write(packet);
    flush();
    return {};
}

void Stream::redescribe(const media::StreamDescription &description)
{
    if (m_ended)
        return;
    flush();
    if (m_format.onChange == OnChange::End) {
        end("the feed's picture or sound format changed");
        return;
    }
    m_muxer.reset();
    if (auto opened = openMuxer(description); !opened) {
        fail(opened.error());
        return;
    }
    ++m_epoch;
    if (!m_format.headerFirst)
        return;
    const Bytes header = std::exchange(m_pending, {});
    const auto inMidStream = std::span(header).subspan(std::min(m_format.fileHeaderBytes, header.size()));
    m_reentry = std::make_shared<const Chunk>(inMidStream);
    m_ring.setHeader(std::make_shared<const Chunk>(header), m_epoch);
    append({.data = Chunk(inMidStream), .time = m_pendingTime, .epoch = m_epoch});
}

void Stream::write(const media::Packet &packet)
{
    if (m_ended || !m_muxer->carries(packet.track))
        return;
    const bool isKeyframe = packet.keyframe && m_isVideo[static_cast<std::size_t>(packet.track)];
    if (isKeyframe || m_pendingPayload >= blockPayload)
        flush();
    if (m_pendingPayload == 0) {
        m_pendingTime = packet.dts;
        m_pendingKeyframe = isKeyframe;
    }
    m_pendingPayload += packet.data().size();
    if (auto written = m_muxer->write(packet); !written)
        fail(written.error());
}

bool Stream::isStart(const Bytes &block) const
{
    if (m_hasVideo)
        return m_pendingKeyframe;
    // Sound can be joined anywhere; some distance keeps a new viewer from starting with an empty buffer.
    const bool due = m_lastStart == media::noTicks || m_pendingTime - m_lastStart >= soundStartDistance;
    return due && (m_format.name != "mpegts" || beginsWithPat(block));
}

void Stream::flush()
{
    if (m_ended || !m_muxer || m_pendingPayload == 0)
        return;
    m_pendingPayload = 0;
    if (auto flushed = m_muxer->flush(); !flushed) {
        fail(flushed.error());
        return;
    }
    if (m_pending.empty())
        return;
    const bool start = isStart(m_pending);
    if (start)
        m_lastStart = m_pendingTime;
    ChunkPtr splice;
    if (m_format.name == "mpegts") {
        if (start)
            splice = std::make_shared<const Chunk>(m_patcher.splice());
        m_patcher.patch(m_pending);
    }
    append({.data = Chunk(m_pending),
            .time = m_pendingTime,
            .start = start,
            .epoch = m_epoch,
            .splice = std::move(splice),
            .reentry = start ? m_reentry : nullptr});
    m_pending.clear(); // keeps its room
    notify();
}

void Stream::append(Block block)
{
    // An empty chunk would end the body of those who are sent chunks.
    if (block.data.size() > 0)
        m_ring.append(std::make_shared<const Block>(std::move(block)));
}

void Stream::end(const std::string &reason)
{
    if (m_ended)
        return;
    flush();
    if (m_muxer && m_muxer->finish() && !m_pending.empty()) {
        if (m_format.name == "mpegts")
            m_patcher.patch(m_pending);
        append({.data = Chunk(m_pending), .time = m_pendingTime, .epoch = m_epoch});
    }
    m_muxer.reset();
    m_ended = true;
    m_ring.end(reason);
    notify();
}

void Stream::fail(const Error &error)
{
    m_muxer.reset();
    m_ended = true;
    m_pendingPayload = 0;
    m_ring.end("the feed does not fit the format " + std::string(m_format.name) + ": " + error.message);
    notify();
}

void Stream::attach(std::size_t worker)
{
    m_taps[worker].wanted = true;
}

void Stream::detach(std::size_t worker)
{
    m_taps[worker].wanted = false;
}

void Stream::acknowledge(std::size_t worker)
{
    m_taps[worker].pending = false;
}

void Stream::notify()
{
    for (std::size_t worker = 0; worker < m_taps.size(); ++worker) {
        Tap &tap = m_taps[worker];
        // A wake that is still under way will find this block too.
        if (tap.wanted && !tap.pending.exchange(true))
            m_listener.streamAdvanced(worker, shared_from_this());
    }
}

} // namespace aspersor::serve
