// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/feed.h"

#include "core/media/avlog.h"

#include <algorithm>
#include <utility>

namespace aspersor::serve {

const char *toString(FeedState state)
{
    switch (state) {
    case FeedState::Live:
        return "live";
    case FeedState::Away:
        return "away";
    case FeedState::Ended:
        break;
    }
    return "ended";
}

namespace {

constexpr media::Ticks soundKept = media::ticksPerSecond; ///< of a feed without pictures
/// However long a feed was away before ffserver was started: its past is gone through without a wait.
constexpr std::chrono::seconds longestPause{10};

} // namespace

Feed::Feed(std::string name, const FeedLimits &limits, std::size_t workers, StreamListener &listener,
           Observer &observer, EncoderPool &encoders, std::shared_ptr<Past> past)
    : m_name(std::move(name)), m_limits(limits), m_workers(workers), m_listener(listener),
      m_observer(observer), m_encoderPool(encoders), m_past(std::move(past))
{
    // Who watches the past up to now wants a time that goes on.
    if (const auto newest = m_past ? m_past->file().newest() : std::nullopt) {
        const auto ago =
            std::chrono::system_clock::now().time_since_epoch() - std::chrono::milliseconds(newest->wallMs);
        m_timeline.resume(newest->time,
                          TimePoint::clock::now() - std::clamp<std::chrono::system_clock::duration>(
                                                        ago, std::chrono::seconds(0), longestPause));
    }
}

bool Feed::isSilent(TimePoint now) const
{
    return now - m_heardAt >= m_limits.takeoverAfter;
}

bool Feed::taken(TimePoint now) const
{
    const std::lock_guard lock(m_mutex);
    return m_upload && !isSilent(now);
}

Feed::Begin Feed::begin(const std::shared_ptr<UploadTicket> &ticket, TimePoint now, Manners manners)
{
    const std::lock_guard lock(m_mutex);
    if (m_state == FeedState::Ended)
        return Begin::Ended;
    if (m_upload && m_upload != ticket) {
        if (manners == Manners::Polite && !isSilent(now))
            return Begin::Taken;
        m_observer.log(LogLevel::Info, "The feed " + m_name + " is taken over by a new upload.");
        m_upload->revoked = true;
        m_upload->waker.wake();
    }
    if (m_past && m_upload != ticket)
        m_past->begin();
    m_upload = ticket;
    m_awaySince = now;
    m_heardAt = now;
    m_timeline.newSource(now);
    m_awaitsKeyframe = true;
    return Begin::Begun;
}

bool Feed::holds(const UploadTicket &ticket) const
{
    return m_upload.get() == &ticket && !ticket.revoked;
}

bool Feed::describe(const UploadTicket &ticket, const media::StreamDescription &description)
{
    const std::lock_guard lock(m_mutex);
    if (!holds(ticket))
        return false;
    if (media::sameForMuxers(m_description, description))
        return true;
    const bool isFirst = m_description.tracks.empty();
    m_description = description;
    m_awaitsKeyframe = true;
    m_gop.clear();
    m_gopBytes = 0;
    m_pastStart = media::noTicks;
    if (m_past)
        m_past->describe(m_description);
    if (isFirst)
        return true;
    const media::AvLogScope scope(m_name);
    for (const Running &running : m_streams)
        running.stream->redescribe(m_description);
    for (const auto &encoder : m_encoders)
        encoder->describe(m_description);
    dropEnded();
    return true;
}

bool Feed::publish(const UploadTicket &ticket, media::Packet packet, TimePoint now)
{
    const std::lock_guard lock(m_mutex);
    if (!holds(ticket))
        return false;
    m_heardAt = now;
    const auto track = static_cast<std::size_t>(packet.track);
    if (packet.track < 0 || track >= m_description.tracks.size())
        return true;
    if (m_awaitsKeyframe && m_description.tracks[track].kind == media::TrackKind::Video) {
        if (!packet.keyframe)
            return true;
        m_awaitsKeyframe = false;
    }
    m_timeline.place(packet, now);
    keep(packet);
    remember(packet);
    const media::AvLogScope scope(m_name);
    for (const Running &running : m_streams)
        running.stream->write(packet);
    for (const auto &encoder : m_encoders)
        encoder->publish(packet, now);
    dropEnded();
    setState(FeedState::Live);
    return true;
}

void Feed::keep(const media::Packet &packet)
{
    const bool hasVideo = m_description.hasVideo();
    if (hasVideo) {
        const auto track = static_cast<std::size_t>(packet.track);
        const bool isStart = packet.keyframe && m_description.tracks[track].kind == media::TrackKind::Video;
        if (isStart || m_gopBytes > m_limits.gopBytes) {
            m_gop.clear();
            m_gopBytes = 0;
        }
        if (!isStart && m_gop.empty())
            return;
    } else {
        const auto old = std::ranges::find_if(
            m_gop, [&](const media::Packet &kept) { return packet.dts - kept.dts <= soundKept; });
        m_gop.erase(m_gop.begin(), old);
        m_gopBytes = 0;
    }
    m_gopBytes += packet.data().size();
    m_gop.push_back(packet);
}

void Feed::remember(const media::Packet &packet)
{
    if (!m_past)
        return;
    bool start = false;
    if (m_description.hasVideo()) {
        const auto track = static_cast<std::size_t>(packet.track);
        start = packet.keyframe && m_description.tracks[track].kind == media::TrackKind::Video;
    } else if (m_pastStart == media::noTicks || packet.dts - m_pastStart >= soundKept) {
        start = true;
        m_pastStart = packet.dts;
    }
    m_past->push(packet, start);
}

void Feed::idle(const UploadTicket &ticket)
{
    const std::lock_guard lock(m_mutex);
    if (!holds(ticket))
        return;
    const media::AvLogScope scope(m_name);
    for (const Running &running : m_streams)
        running.stream->flush();
    dropEnded();
    if (m_past)
        m_past->flush();
}

void Feed::finish(const UploadTicket &ticket, TimePoint now)
{
    const std::lock_guard lock(m_mutex);
    if (m_upload.get() != &ticket)
        return;
    m_upload.reset();
    m_awaySince = now;
    if (m_state == FeedState::Ended)
        return;
    const media::AvLogScope scope(m_name);
    for (const Running &running : m_streams)
        running.stream->flush();
    dropEnded();
    setState(FeedState::Away);
}

tl::expected<std::shared_ptr<Stream>, OpenError> Feed::open(const std::string &streamName,
                                                            const StreamSpec &spec, Encoder::Ready ready)
{
    const std::lock_guard lock(m_mutex);
    if (m_state == FeedState::Ended)
        return tl::unexpected(OpenError{404, "The feed " + m_name + " has just ended."});
    if (needsEncoder(spec))
        return openEncoded(streamName, spec, std::move(ready));
    // After a reload the name may stand for something else, while viewers of before stay with what they have.
    const auto found = std::ranges::find_if(m_streams, [&](const Running &running) {
        return running.stream->name() == streamName && running.stream->isMadeBy(spec);
    });
    if (found != m_streams.end()) {
        ++found->stream->viewers;
        found->idle = false;
        return found->stream;
    }
    if (m_description.tracks.empty())
        return tl::unexpected(nothingYet());
    if (auto no = unfit(spec))
        return tl::unexpected(std::move(*no));
    auto stream = std::make_shared<Stream>(streamName, spec, m_limits.ring, m_workers, m_listener);
    const media::AvLogScope scope(m_name);
    if (auto started = stream->start(m_description, m_gop); !started)
        return tl::unexpected(refused(spec, started.error().message));
    stream->viewers = 1;
    m_streams.push_back({stream, {}, false});
    return stream;
}

tl::expected<Picture, OpenError> Feed::newestPicture() const
{
    const std::lock_guard lock(m_mutex);
    if (m_state == FeedState::Ended)
        return tl::unexpected(OpenError{404, "The feed " + m_name + " has just ended."});
    // The GOP begins with the keyframe; there is none when it was too large to keep.
    if (!m_description.hasVideo() || m_gop.empty())
        return tl::unexpected(
            OpenError{503, "The feed " + m_name + " has sent no picture yet; try again in a moment."});
    const media::Packet &key = m_gop.front();
    return Picture{m_name, key.dts, m_description.tracks[static_cast<std::size_t>(key.track)], key};
}

std::optional<OpenError> Feed::misfit(const StreamSpec &spec) const
{
    const std::lock_guard lock(m_mutex);
    return unfit(spec);
}

std::optional<OpenError> Feed::unfit(const StreamSpec &spec) const
{
    if (needsEncoder(spec)) // what it makes of the feed is seen when it is opened
        return spec.format->refusal.empty() ? std::nullopt
                                            : std::optional(refused(spec, std::string(spec.format->refusal)));
    const auto why = Stream::misfit(spec, m_description);
    return why ? std::optional(refused(spec, *why)) : std::nullopt;
}

OpenError Feed::refused(const StreamSpec &spec, const std::string &why) const
{
    return {415,
            "The feed " + m_name + " cannot be sent as " + std::string(spec.format->name) + ": " + why + "."};
}

tl::expected<std::shared_ptr<Stream>, OpenError>
Feed::openEncoded(const std::string &streamName, const StreamSpec &spec, Encoder::Ready ready)
{
    if (auto no = unfit(spec))
        return tl::unexpected(std::move(*no));
    for (const auto &encoder : m_encoders) {
        if (encoder->encoding() != spec.encoding)
            continue;
        if (auto opened = encoder->open(streamName, spec, ready))
            return std::move(*opened);
    }
    if (m_description.tracks.empty())
        return tl::unexpected(nothingYet());
    auto encoder = m_encoderPool.start(
        {m_name, spec.encoding, m_description, m_gop, m_limits.ring, m_workers, m_limits.encoderQueue},
        m_listener, m_observer);
    if (!encoder)
        return tl::unexpected(encoder.error());
    m_encoders.push_back(*encoder);
    auto opened = (*encoder)->open(streamName, spec, std::move(ready));
    return opened ? std::move(*opened) : tl::unexpected(nothingYet());
}

OpenError Feed::nothingYet() const
{
    return {503, "The feed " + m_name + " has sent nothing yet; try again in a moment."};
}

void Feed::endChanged(const Config &config)
{
    const std::lock_guard lock(m_mutex);
    const media::AvLogScope scope(m_name);
    for (const Running &running : m_streams) {
        if (const std::string why = running.stream->endReason(config, m_name); !why.empty())
            running.stream->end(why);
    }
    for (const auto &encoder : m_encoders)
        encoder->endChanged(config);
    dropEnded();
}

bool Feed::tick(TimePoint now)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_state == FeedState::Ended)
            return false;
        for (Running &running : m_streams) {
            const bool wasIdle = std::exchange(running.idle, running.stream->viewers == 0);
            if (running.idle && !wasIdle)
                running.idleSince = now;
            if (running.idle && now - running.idleSince >= m_limits.muxerLinger)
                running.stream->end("nobody watches");
        }
        for (const auto &encoder : m_encoders)
            encoder->tick(now, m_limits.muxerLinger);
        std::erase_if(m_encoders, [](const auto &encoder) { return encoder->over(); });
        dropEnded();
        if (m_upload || now - m_awaySince < m_limits.grace)
            return true;
    }
    end("the feed did not come back");
    return false;
}

void Feed::setGrace(std::chrono::milliseconds grace)
{
    const std::lock_guard lock(m_mutex);
    m_limits.grace = grace;
}

void Feed::end(const std::string &reason)
{
    const std::lock_guard lock(m_mutex);
    if (m_upload) {
        m_upload->revoked = true;
        m_upload->waker.wake();
    }
    for (const Running &running : m_streams)
        running.stream->end(reason);
    m_streams.clear();
    for (const auto &encoder : m_encoders)
        encoder->end(reason);
    m_encoders.clear(); // the pool has them until their threads have ended
    m_gop.clear();
    setState(FeedState::Ended);
}

FeedReport Feed::report() const
{
    const std::lock_guard lock(m_mutex);
    FeedReport report;
    report.name = m_name;
    report.state = m_state;
    for (const media::TrackDescription &track : m_description.tracks)
        report.tracks.push_back(track.summary());
    for (const Running &running : m_streams) {
        const Stream &stream = *running.stream;
        report.streams.push_back({stream.name(), std::string(stream.format().name), stream.viewers,
                                  stream.bytes, stream.skips, stream.ring().bitsPerSecond(),
                                  stream.ring().bytes(), stream.title()});
    }
    for (const auto &encoder : m_encoders)
        encoder->report(report.streams, std::chrono::steady_clock::now());
    return report;
}

void Feed::dropEnded()
{
    std::erase_if(m_streams, [](const Running &running) { return running.stream->ended(); });
}

void Feed::setState(FeedState state)
{
    if (m_state == state && m_announced)
        return;
    // A feed that never sent anything was never there for anybody.
    if (!m_announced && state != FeedState::Live) {
        m_state = state;
        return;
    }
    m_announced = true;
    m_state = state;
    if (m_past)
        m_past->setAir(state == FeedState::Live   ? Past::Air::On
                       : state == FeedState::Away ? Past::Air::Off
                                                  : Past::Air::Ended);
    m_observer.feedChanged(m_name, state);
}

} // namespace aspersor::serve
