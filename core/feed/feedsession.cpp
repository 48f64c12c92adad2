// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedsession.h"

#include "core/feed/feedcategory.h"
#include "core/media/avlog.h"
#include "core/media/demuxer.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <pthread.h>

namespace aspersor {

using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds unwatchedPause{200};

} // namespace

FeedSession::FeedSession(QString name, const FeedOptions &options,
                         std::vector<std::shared_ptr<PacketSink>> sinks, Callbacks callbacks)
    : m_name(std::move(name)), m_callbacks(std::move(callbacks)), m_silence(options.silenceTimeout),
      m_grace(options.grace), m_awayAt(Clock::now()), m_meter(Clock::now())
{
    m_stats.name = m_name;
    m_stats.state = FeedState::Away;
    for (auto &sink : sinks)
        m_sinks.add(std::move(sink));
    m_thread = std::jthread([this] { run(); });
}

FeedSession::~FeedSession()
{
    end(FeedState::Ended, 503, "The control room is shutting down.");
}

FeedInbox::Offer FeedSession::offer(Upload &upload, std::chrono::milliseconds takeoverAfter)
{
    return m_inbox.offer(upload, Clock::now(), takeoverAfter);
}

void FeedSession::end(FeedState state, int status, std::string reason)
{
    m_inbox.end({state, status, std::move(reason)});
}

void FeedSession::setOptions(const FeedOptions &options)
{
    m_silence = options.silenceTimeout;
    m_grace = options.grace;
    m_inbox.nudge();
}

FeedStats FeedSession::stats() const
{
    const std::lock_guard lock(m_statsMutex);
    const auto now = Clock::now();
    FeedStats stats = m_stats;
    if (stats.state == FeedState::Live) {
        stats.fps = m_meter.fps(now);
        stats.bitrateBps = m_meter.bitrateBps(now);
    }
    stats.totalBytes = static_cast<qint64>(m_meter.totalBytes());
    stats.errors = static_cast<qint64>(m_meter.errors());
    stats.uptimeMs = m_meter.uptime(now).count();
    return stats;
}

bool FeedSession::isAnnounced() const
{
    const std::lock_guard lock(m_statsMutex);
    return m_announced;
}

void FeedSession::run()
{
    ::pthread_setname_np(::pthread_self(), ("feed " + m_name.toStdString()).substr(0, 15).c_str());
    const media::AvLogScope scope(m_name.toStdString());
    while (auto upload = awaitUpload()) {
        publish(std::move(*upload));
        m_awayAt = Clock::now();
        if (!m_live)
            continue;
        m_live = false;
        if (!m_inbox.ending()) {
            setState(FeedState::Away);
            m_sinks.away();
        }
    }
    finish();
    if (m_callbacks.over)
        m_callbacks.over(*this);
}

/// The next connection; nothing when the feed has ended.
std::optional<Upload> FeedSession::awaitUpload()
{
    while (!m_inbox.ending()) {
        if (auto upload = m_inbox.take())
            return upload;
        m_inbox.forgetPublisher();
        // An attempt that brought no packet is not worth a wait. The first connection is offered right after
        // the start.
        const auto grace = isAnnounced() || !m_attempted ? m_grace.load() : std::chrono::milliseconds(0);
        if (wait(-1, m_awayAt + grace) == FeedInbox::Wake::TimedOut && m_inbox.closeIfEmpty())
            return std::nullopt;
    }
    return std::nullopt;
}

void FeedSession::publish(Upload upload)
{
    m_attempted = true;
    FeedInput input(std::move(upload), m_inbox, *this);
    auto demuxer = media::Demuxer::open(input, {});
    if (!demuxer) {
        if (input.end() == FeedInput::End::None || input.end() == FeedInput::End::Finished)
            input.refuse(415, "The first 64 KiB hold no MPEG-TS.");
        return;
    }
    input.setRecognised();
    m_timeline.newSource(Clock::now());
    std::optional<std::uint32_t> version;
    std::uint64_t errors = m_timeline.jumps();
    for (;;) {
        auto packet = (*demuxer)->next();
        if (const std::uint64_t seen = (*demuxer)->errors() + m_timeline.jumps(); seen > errors) {
            const std::lock_guard lock(m_statsMutex);
            m_meter.addErrors(seen - std::exchange(errors, seen));
        }
        if (!packet) {
            if (packet.error().kind != Error::Kind::Stopped)
                log(QString::fromStdString(packet.error().message));
            input.refuse(415, "What was sent cannot be read as MPEG-TS.");
            return;
        }
        if (!*packet)
            break;
        if (version != (*demuxer)->descriptionVersion()) {
            version = (*demuxer)->descriptionVersion();
            describe((*demuxer)->description());
        }
        deliver(std::move(**packet));
    }
    input.conclude();
}

void FeedSession::describe(const media::StreamDescription &description)
{
    m_isVideo.clear();
    for (const auto &track : description.tracks)
        m_isVideo.push_back(track.kind == media::TrackKind::Video);
    const auto text = [&description](media::TrackKind kind) {
        const auto *track = description.first(kind);
        return track ? QString::fromStdString(track->summary()) : QString();
    };
    {
        const std::lock_guard lock(m_statsMutex);
        m_stats.video = text(media::TrackKind::Video);
        m_stats.audio = text(media::TrackKind::Audio);
    }
    m_sinks.description(description);
}

void FeedSession::deliver(media::Packet packet)
{
    const auto now = Clock::now();
    if (!m_live) {
        m_live = true;
        setState(FeedState::Live);
    }
    m_timeline.place(packet, now);
    {
        const auto track = static_cast<std::size_t>(packet.track);
        const std::lock_guard lock(m_statsMutex);
        m_meter.addPacket(packet.dts, track < m_isVideo.size() && m_isVideo[track]);
    }
    m_sinks.packet(std::make_shared<const media::Packet>(std::move(packet)));
}

void FeedSession::setState(FeedState state)
{
    {
        const std::lock_guard lock(m_statsMutex);
        m_stats.state = state;
        m_announced = true;
        if (state != FeedState::Live)
            m_meter.restart();
    }
    const FeedStats now = stats();
    switch (state) {
    case FeedState::Live:
        log(QStringLiteral("live from %1 (%2)")
                .arg(now.source, QStringList{now.video, now.audio}.join(QStringLiteral(", "))));
        break;
    case FeedState::Away:
        log(QStringLiteral("away, kept for %1 s").arg(m_grace.load().count() / 1000));
        break;
    case FeedState::Ended:
        log(QStringLiteral("ended after %1 bytes").arg(now.totalBytes));
        break;
    case FeedState::Kicked:
        log(QStringLiteral("kicked"));
        break;
    }
    if (m_callbacks.changed)
        m_callbacks.changed(now);
}

void FeedSession::finish()
{
    const auto ending = m_inbox.ending().value_or(FeedInbox::Ending{});
    for (Upload &upload : m_inbox.close())
        upload.finished(
            {std::move(upload.socket), refusalAnswer({ending.status, ending.reason, 0}), {}, false});
    m_sinks.ended();
    if (isAnnounced() || ending.state == FeedState::Kicked)
        setState(ending.state);
}

FeedInbox::Wake FeedSession::wait(int descriptor, FeedInbox::TimePoint deadline)
{
    if (descriptor >= 0 && m_live && !m_watched && m_guests == 0) {
        const auto wake = wait(-1, std::min(deadline, Clock::now() + unwatchedPause));
        if (wake != FeedInbox::Wake::TimedOut)
            return wake;
    }
    for (;;) {
        m_sinks.idle();
        m_sinkDescriptors.clear();
        m_sinks.collectWriteDescriptors(m_sinkDescriptors);
        if (const auto wake = m_inbox.wait(descriptor, m_sinkDescriptors, deadline);
            wake != FeedInbox::Wake::SinkReady)
            return wake;
    }
}

void FeedSession::received(std::size_t bodyBytes, FeedInbox::TimePoint now)
{
    const std::lock_guard lock(m_statsMutex);
    m_meter.addBytes(bodyBytes, now);
}

void FeedSession::publisherChanged(const Publisher &publisher)
{
    const std::lock_guard lock(m_statsMutex);
    m_stats.source = publisher.name;
}

void FeedSession::broken()
{
    const std::lock_guard lock(m_statsMutex);
    m_meter.addErrors(1);
}

void FeedSession::log(const QString &text)
{
    qCInfo(lcFeed).noquote().nospace() << m_name << ": " << text;
}

std::string FeedSession::summary(std::uint64_t uploadBytes)
{
    const FeedStats now = stats();
    return QJsonDocument(QJsonObject{{QStringLiteral("feed"), m_name},
                                     {QStringLiteral("bytes"), static_cast<qint64>(uploadBytes)},
                                     {QStringLiteral("totalBytes"), now.totalBytes},
                                     {QStringLiteral("seconds"), static_cast<double>(now.uptimeMs) / 1000},
                                     {QStringLiteral("errors"), now.errors}})
        .toJson(QJsonDocument::Compact)
        .toStdString();
}

} // namespace aspersor
