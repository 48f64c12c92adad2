// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/ffmlink.h"

#include "core/feed/feedcategory.h"

#include <algorithm>
#include <optional>

extern "C" {
#include <libavcodec/codec_id.h>
}

namespace aspersor {

namespace {

using media::StreamDescription;
using media::TrackDescription;
using media::TrackKind;

constexpr std::int64_t leastStep = 1000;               // us between two uploads
constexpr std::uint64_t refusedWithin = 3 * 64 * 1024; // bytes: a loss before that many is a refusal

std::int64_t wallClock()
{
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

/// Stands for a track that the phone does not send: the original takes an upload only with as many as its
/// configuration has.
TrackDescription placeholder(TrackKind kind)
{
    TrackDescription track;
    track.kind = kind;
    if (kind == TrackKind::Audio) {
        track.codecId = AV_CODEC_ID_AAC;
        track.sampleRate = 44'100;
        track.channels = 2;
        track.frameSize = 1024;
        track.extradata = {0x12, 0x10}; // AudioSpecificConfig: AAC LC, 44.1 kHz, stereo
    } else {
        track.codecId = AV_CODEC_ID_H264;
        track.width = 640;
        track.height = 360;
        // Never empty: a reader would take the other track's for it. Baseline, 640x360.
        track.extradata = {0,    0,    0,    1, 0x67, 0x42, 0xC0, 0x1E, 0xDA, 0x02, 0x80,
                           0xBF, 0xE5, 0x40, 0, 0,    0,    1,    0x68, 0xCE, 0x3C, 0x80};
    }
    return track;
}

/// What a place wants, sound first, out of what the phone sends.
struct Upload {
    StreamDescription description;
    std::vector<int> tracks;
};

Upload uploadFor(const FeedSlots::Slot &slot, const StreamDescription &description)
{
    Upload upload{description, {}};
    const auto add = [&](TrackKind kind) {
        const auto &from = description.tracks;
        const auto found =
            std::ranges::find_if(from, [kind](const TrackDescription &track) { return track.kind == kind; });
        if (found == from.end()) {
            upload.tracks.push_back(static_cast<int>(upload.description.tracks.size()));
            upload.description.tracks.push_back(placeholder(kind));
        } else {
            upload.tracks.push_back(static_cast<int>(found - from.begin()));
        }
    };
    if (slot.sound)
        add(TrackKind::Audio);
    if (slot.picture)
        add(TrackKind::Video);
    return upload;
}

/// Whether what stands in an upload's header is still right.
bool sameHeader(const StreamDescription &a, const StreamDescription &b)
{
    return std::ranges::equal(a.tracks, b.tracks, [](const TrackDescription &x, const TrackDescription &y) {
        return x.kind == y.kind && x.codecId == y.codecId && x.extradata == y.extradata &&
               x.width == y.width && x.height == y.height && x.sampleRate == y.sampleRate &&
               x.channels == y.channels;
    });
}

} // namespace

FfmLink::FfmLink(std::string name, std::shared_ptr<LinkTarget> target, std::shared_ptr<FeedSlots> places,
                 FeedSlots::LeasePtr lease)
    : FfmLink(std::move(name), std::move(target), std::move(places), std::move(lease), Options())
{
}

FfmLink::FfmLink(std::string name, std::shared_ptr<LinkTarget> target, std::shared_ptr<FeedSlots> places,
                 FeedSlots::LeasePtr lease, const Options &options)
    : m_name(std::move(name)), m_target(std::move(target)), m_slots(std::move(places)), m_options(options),
      m_lease(std::move(lease)), m_delay(options.retryAfter),
      m_muxer([this](std::span<const std::uint8_t, media::ffmBlockBytes> block) {
          m_connection.append("1000\r\n"); // 4096: what the original must have in every chunk
          m_connection.append(block);
          m_connection.append("\r\n");
      })
{
}

FfmLink::~FfmLink() = default;

void FfmLink::onDescription(const StreamDescription &description)
{
    const bool goesOn = m_described && sameHeader(description, m_description);
    m_description = description;
    m_described = true;
    m_gop.setDescription(description);
    if (goesOn)
        return;
    m_unwritable = false;
    if (m_state == State::Uploading) {
        pump();
        m_connection.breakOff();
        m_nextAttempt = Clock::now() + m_options.retryAfter / 4; // it must notice first
        m_state = State::Off;
    }
}

void FfmLink::onPacket(const media::PacketPtr &packet)
{
    if (m_target->generation() != m_generation)
        followTarget();
    m_gop.add(packet);
    if (m_needBeginning) {
        if (!m_gop.isBeginning(*packet))
            return;
        m_needBeginning = false;
    }
    if (m_state == State::Uploading)
        write(*packet);
    else
        goOn();
    if (m_connection.queued() >= m_options.flushBytes)
        pump();
}

void FfmLink::onIdle()
{
    if (m_target->generation() != m_generation)
        followTarget();
    if (m_state != State::Uploading && !m_needBeginning)
        goOn();
    pump();
}

/// From nothing to an upload, which begins with the newest GOP.
void FfmLink::goOn()
{
    if (m_gop.packets().empty() || !m_described || m_unwritable)
        return;
    if (m_state == State::Off)
        connectIfDue();
    else if (m_state == State::Asked && Clock::now() - m_askedAt >= m_options.refusalWithin) {
        pump(); // what was asked may have been refused by now
        if (m_state == State::Asked)
            beginUpload();
    }
}

/// Another ffserver, or none.
void FfmLink::followTarget()
{
    m_generation = m_target->generation();
    stop();
    m_nextAttempt = Clock::now();
    m_delay = m_options.retryAfter;
    m_said.clear();
    m_needBeginning = false;
}

void FfmLink::connectIfDue()
{
    const auto now = Clock::now();
    if (now < m_nextAttempt)
        return;
    const auto place = m_target->place();
    if (place.port == 0)
        return;
    if (!m_slots->isCurrent(m_lease)) {
        auto lease = m_slots->take(m_name);
        if (!lease)
            return failed(lease.error().message);
        m_lease = std::move(*lease);
        if (!m_lease)
            return;
    }
    auto socket = net::connectTcp(place.address, place.port);
    if (!socket)
        return failed(socket.error().message);
    m_connection.open(std::move(*socket));
    m_connection.append("POST " + m_lease->slot.path +
                        " HTTP/1.1\r\nTransfer-Encoding: chunked\r\nUser-Agent: Aspersor\r\nAccept: */*\r\n"
                        "Connection: close\r\nHost: " +
                        place.address + ':' + std::to_string(place.port) + "\r\n\r\n");
    m_state = State::Asked;
    m_askedAt = now;
    pump();
}

void FfmLink::beginUpload()
{
    const Upload upload = uploadFor(m_lease->slot, m_description);
    // Tick 0 so that the earliest packet is now, and after all that was uploaded to this place before. Sound
    // may lie before the picture that comes first.
    m_floor = m_lease->newest->load();
    const auto &packets = m_gop.packets();
    const auto earliest = std::ranges::min_element(packets, {}, [](const auto &one) { return one->dts; });
    m_start = std::max(wallClock(), m_floor + leastStep) - media::ffmMicroseconds((*earliest)->dts);
    m_state = State::Uploading;
    if (const auto opened = m_muxer.open(upload.description, {m_start, upload.tracks}); !opened) {
        m_unwritable = true; // until the tracks change
        return failed(opened.error().message);
    }
    for (const auto &packet : m_gop.packets())
        write(*packet);
}

void FfmLink::write(const media::Packet &packet)
{
    const std::int64_t time = m_start + media::ffmMicroseconds(packet.dts);
    if (time <= m_floor)
        return; // of a track that lies far behind: rather a few of its first packets less than time going
                // back
    if (const auto written = m_muxer.write(packet); !written) {
        if (m_said != written.error().message)
            qCWarning(lcFeed).noquote().nospace()
                << m_name.c_str() << ": a packet is left out: " << written.error().message.c_str();
        m_said = written.error().message;
        return;
    }
    if (time > m_lease->newest->load(std::memory_order_relaxed))
        m_lease->newest->store(time); // nobody else writes: the place is ours
}

void FfmLink::pump()
{
    if (!m_connection.isOpen())
        return;
    if (!m_connection.pump())
        return lost();
    if (m_connection.isOverdue(m_options.queueBytes, m_options.queueAge)) {
        m_needBeginning = true;
        failed("it did not take " + std::to_string(m_connection.queued()) +
               " bytes in time; the next upload begins with a keyframe");
    }
}

/// Says why as far as it can be known: the original has few words for a feeder.
void FfmLink::lost()
{
    const std::string &answer = m_connection.answer();
    const std::string path = m_lease ? m_lease->slot.path : std::string();
    if (m_state == State::Uploading && Clock::now() - m_askedAt >= m_options.goodUpload) {
        m_delay = m_options.retryAfter;
        m_said.clear();
    }
    if (answer.starts_with("HTTP/1.0 404"))
        return failed("ffserver refuses the feed at " + path +
                      " (404): somebody else sends to it, or its ACL does not let this computer in");
    if (answer.starts_with("HTTP/1.0 503"))
        return failed("ffserver refuses the feed at " + path +
                      " (503): it has too many clients; raise "
                      "MaxClients in ffserver.conf");
    if (m_state == State::Uploading && m_connection.wasClosedByPeer() &&
        m_connection.sentBytes() < refusedWithin)
        return failed("ffserver closed " + path +
                      " at once: its configuration has other tracks for that feed than picture and sound, or "
                      "somebody else sends to it");
    failed(m_connection.why());
}

void FfmLink::failed(const std::string &why)
{
    if (m_said != why)
        qCWarning(lcFeed).noquote().nospace()
            << m_name.c_str() << ": viewers of the original ffserver get nothing: " << why.c_str();
    m_said = why;
    stop();
    m_nextAttempt = Clock::now() + m_delay;
    m_delay = std::min(m_delay * 2, m_options.retryAtMost);
}

void FfmLink::stop()
{
    m_connection.close();
    m_state = State::Off;
}

void FfmLink::onAway()
{
    if (m_state == State::Asked) // in time or not: nothing may come for long
        goOn();
    pump();
    m_gop.clear();
    m_needBeginning = false;
}

void FfmLink::onEnded()
{
    if (m_state == State::Uploading) {
        m_muxer.finish();
        m_connection.append("0\r\n\r\n");
        m_connection.lingerFor(m_options.farewell);
    }
    stop();
    m_lease.reset();
}

} // namespace aspersor
