// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/stream.h"

#include "core/serve/flvtags.h"
#include "core/serve/streampictures.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::size_t blockPayload =
    std::size_t{64} * 1024;                              ///< a burst is cut into blocks of about this size
constexpr std::size_t keptRoom = std::size_t{16} * 1024; ///< for the next block; most pictures fit
constexpr media::Ticks soundStartDistance = media::ticksPerSecond / 2;

/// True when the packets themselves say what a decoder must know: a keyframe of another size is enough.
bool isSelfDescribing(const media::TrackDescription &track)
{
    static constexpr auto codecs = std::to_array<std::string_view>(
        {"h264", "hevc", "vp8", "vp9", "mpeg1video", "mpeg2video", "mjpeg", "flv1"});
    return track.kind == media::TrackKind::Video &&
           std::ranges::find(codecs, track.codecName()) != codecs.end();
}

media::Muxer::Options muxerOptions(const StreamSpec &spec)
{
    return {.video = !spec.encoding.video.leftOut,
            .audio = !spec.encoding.audio.leftOut,
            .metadata = spec.metadata};
}

std::string titleOf(const StreamSpec &spec)
{
    const auto found = std::ranges::find(spec.metadata, "title", &std::pair<std::string, std::string>::first);
    return found == spec.metadata.end() ? std::string() : found->second;
}

} // namespace

Stream::Stream(std::string name, const StreamSpec &spec, const RingLimits &limits, std::size_t workers,
               StreamListener &listener)
    : m_name(std::move(name)), m_format(*spec.format), m_encoding(spec.encoding), m_title(titleOf(spec)),
      m_feed(spec.feed), m_jpegOptions(jpegOptions(spec)), m_listener(listener), m_ring(limits),
      m_taps(workers), m_options(muxerOptions(spec))
{
}

bool Stream::isMadeBy(const StreamSpec &spec) const
{
    return spec.format == &m_format && spec.encoding == m_encoding && spec.metadata == m_options.metadata;
}

std::string Stream::endReason(const Config &config, std::string_view feed) const
{
    const StreamSpec *now = config.streamNamed(m_name);
    if (!now || now->feedFor(m_name) != feed)
        return "the stream was taken out of the configuration";
    return isMadeBy(*now) ? std::string() : "the stream has changed in the configuration; open it again";
}

std::optional<std::string> Stream::misfit(const StreamSpec &spec, const media::StreamDescription &description)
{
    if (!spec.format->refusal.empty())
        return std::string(spec.format->refusal);
    if (spec.format->pictures || spec.format->snapshot)
        return pictureMisfit(spec, description);
    return media::Muxer::misfit(std::string(spec.format->muxer), description, muxerOptions(spec));
}

Result<void> Stream::openMuxer(const media::StreamDescription &description)
{
    m_pending.clear();
    m_heldBack = false;
    auto muxer = media::Muxer::open(
        std::string(m_format.muxer), description,
        [this](auto made) { m_pending.insert(m_pending.end(), made.begin(), made.end()); }, m_options);
    if (!muxer)
        return tl::unexpected<Error>(muxer.error());
    m_muxer = std::move(*muxer);
    m_description = description;
    m_isVideo.clear();
    m_hasVideo = false;
    std::size_t carried = 0;
    for (std::size_t i = 0; i < description.tracks.size(); ++i) {
        const bool isVideo =
            description.tracks[i].kind == media::TrackKind::Video && m_muxer->carries(static_cast<int>(i));
        m_isVideo.push_back(isVideo);
        m_hasVideo = m_hasVideo || isVideo;
        carried += m_muxer->carries(static_cast<int>(i)) ? 1 : 0;
    }
    m_interleaver = media::Interleaver(carried);
    m_lastStart = media::noTicks;
    return {};
}

Result<void> Stream::start(const media::StreamDescription &description,
                           std::span<const media::Packet> newestGop)
{
    if (auto opened = m_format.pictures ? startPictures(description) : openMuxer(description); !opened)
        return opened;
    if (m_muxer)
        m_mediaSections = m_muxer->mediaSections();
    if (m_format.headerFirst)
        m_ring.setHeader(std::make_shared<const Chunk>(std::exchange(m_pending, {})), m_epoch);
    for (const media::Packet &packet : newestGop)
        write(packet);
    flush();
    return {};
}

/// Compares with the tracks that the muxer has; those that it does not carry may change as they like.
OnChange Stream::whatToDo(const media::StreamDescription &description) const
{
    if (description.tracks.size() != m_description.tracks.size())
        return m_format.onOther;
    bool pictureChanged = false;
    for (std::size_t i = 0; i < description.tracks.size(); ++i) {
        const media::TrackDescription &was = m_description.tracks[i];
        const media::TrackDescription &is = description.tracks[i];
        if (was.kind == is.kind && !m_muxer->carries(static_cast<int>(i)))
            continue;
        if (was.kind != is.kind || was.codecId != is.codecId || was.sampleRate != is.sampleRate ||
            was.channels != is.channels)
            return m_format.onOther;
        if (was.width == is.width && was.height == is.height && was.extradata == is.extradata)
            continue;
        if (!isSelfDescribing(is))
            return m_format.onOther;
        pictureChanged = true;
    }
    return pictureChanged ? m_format.onPicture : OnChange::KeepMuxer;
}

void Stream::redescribe(const media::StreamDescription &description)
{
    if (m_ended)
        return;
    if (m_format.pictures) {
        redescribePictures(description);
        return;
    }
    writeHeld();
    flush();
    if (m_ended)
        return;
    if (m_muxer && m_muxer->adopt(description)) {
        m_description = description;
        return;
    }
    const OnChange todo = whatToDo(description);
    if (todo == OnChange::End) {
        end("the feed's picture or sound format changed, which " + std::string(m_format.name) +
            " cannot carry on with");
        return;
    }
    if (todo == OnChange::KeepMuxer) {
        replaceHeader(description);
        return;
    }
    drain();
    m_muxer.reset();
    ++m_options.predecessors;
    if (auto opened = openMuxer(description); !opened) {
        fail(opened.error());
        return;
    }
    ++m_epoch;
    if (!m_format.headerFirst)
        return;
    Bytes header = std::exchange(m_pending, {});
    m_ring.setHeader(std::make_shared<const Chunk>(header), m_epoch);
    if (todo == OnChange::NewHeader)
        m_newHeader.assign(header.begin() +
                               static_cast<std::ptrdiff_t>(std::min(m_format.fileHeaderBytes, header.size())),
                           header.end());
}

/// For those who come from now on; the muxer itself goes on.
void Stream::replaceHeader(const media::StreamDescription &description)
{
    m_description = description;
    if (!m_format.headerFirst)
        return;
    Bytes header;
    const auto muxer = media::Muxer::open(
        std::string(m_format.muxer), description,
        [&](auto made) { header.insert(header.end(), made.begin(), made.end()); }, m_options);
    if (muxer)
        m_ring.setHeader(std::make_shared<const Chunk>(header), m_epoch);
    else
        fail(muxer.error());
}

void Stream::sendNewHeader(media::Ticks time)
{
    if (m_format.name == "flv")
        stampFlvTags(m_newHeader, time);
    m_reentry = std::make_shared<const Chunk>(m_newHeader);
    append({.data = Chunk(m_newHeader), .time = time, .epoch = m_epoch});
    m_newHeader.clear();
}

/// Brings out what the muxer keeps until its end; it takes no more packets.
void Stream::drain()
{
    if (!m_muxer || !m_muxer->finish() || m_pending.empty())
        return;
    if (m_format.name == "mpegts")
        m_patcher.patch(m_pending);
    // of a GOP that the muxer kept whole
    const bool start = m_format.muxerPerGop && m_heldBack && m_pendingKeyframe;
    append({.data = Chunk(m_pending), .time = m_pendingTime, .start = start, .epoch = m_epoch});
    m_pending.clear();
    notify(true);
}

/// The next GOP begins with a muxer that keeps nothing of the last.
void Stream::renewMuxer()
{
    drain();
    m_muxer.reset();
    media::Interleaver held = std::move(m_interleaver); // what comes after the keyframe goes to the new one
    if (auto opened = openMuxer(media::StreamDescription(m_description)); !opened)
        fail(opened.error());
    m_interleaver = std::move(held);
}

void Stream::write(const media::Packet &packet)
{
    if (m_ended)
        return;
    if (m_format.pictures) {
        writePicture(packet);
        return;
    }
    if (!m_muxer->carries(packet.track))
        return;
    if (!m_format.ordered) {
        writeInOrder(packet);
        return;
    }
    m_interleaver.push(packet);
    for (auto next = m_interleaver.pop(); next && !m_ended; next = m_interleaver.pop())
        writeInOrder(*next);
}

void Stream::writeHeld()
{
    for (auto next = m_interleaver.popAny(); next && !m_ended; next = m_interleaver.popAny())
        writeInOrder(*next);
}

void Stream::writeInOrder(const media::Packet &packet)
{
    const bool isKeyframe = packet.keyframe && m_isVideo[static_cast<std::size_t>(packet.track)];
    if (isKeyframe || m_pendingPayload >= blockPayload)
        flush();
    if (isKeyframe && m_format.muxerPerGop)
        renewMuxer();
    if (!m_newHeader.empty())
        sendNewHeader(packet.dts);
    if (m_ended)
        return;
    // What a muxer keeps comes out with later packets: the block is still the one that began with the
    // keyframe.
    if (m_pendingPayload == 0 && (isKeyframe || !m_heldBack)) {
        m_pendingTime = packet.dts;
        m_pendingKeyframe = isKeyframe;
    }
    m_pendingPayload += packet.data().size();
    if (packet.data().size() > keptRoom) // at once what is needed, instead of by doubling
        m_pending.reserve(m_pendingPayload + m_pendingPayload / 16);
    m_pendingPicture = m_pendingPicture || m_isVideo[static_cast<std::size_t>(packet.track)];
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
    m_heldBack = m_pending.empty();
    if (m_heldBack)
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
    m_pending.clear(); // keeps its room, but for that of a keyframe
    if (m_pending.capacity() > keptRoom)
        Bytes().swap(m_pending);
    notify(std::exchange(m_pendingPicture, false) || !m_hasVideo);
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
    writeHeld();
    if (m_ended)
        return;
    flush();
    drain();
    m_muxer.reset();
    m_ended = true;
    m_ring.end(reason);
    notify(true);
}

void Stream::fail(const Error &error)
{
    m_muxer.reset();
    m_ended = true;
    m_pendingPayload = 0;
    m_ring.end("the feed does not fit the format " + std::string(m_format.name) + ": " + error.message);
    notify(true);
}

void Stream::attach(std::size_t worker)
{
    m_taps[worker].wanted = true;
}

void Stream::detach(std::size_t worker)
{
    m_taps[worker].wanted = false;
}

bool Stream::acknowledge(std::size_t worker)
{
    m_taps[worker].pending = false;
    return m_taps[worker].picture.exchange(false);
}

void Stream::tellTaken(std::uint64_t sequence)
{
    if (m_follower && m_taken.exchange(sequence) != sequence)
        m_follower->wake();
}

void Stream::viewerLeft()
{
    --viewers;
    if (m_follower)
        m_follower->wake();
}

void Stream::notify(bool picture)
{
    for (std::size_t worker = 0; worker < m_taps.size(); ++worker) {
        Tap &tap = m_taps[worker];
        if (!tap.wanted)
            continue;
        if (picture)
            tap.picture = true;
        // A wake that is still under way will find this block too.
        if (!tap.pending.exchange(true))
            m_listener.streamAdvanced(worker, shared_from_this());
    }
}

} // namespace aspersor::serve
