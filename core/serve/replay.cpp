// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/replay.h"

#include "core/media/avlog.h"
#include "core/serve/encoder.h"
#include "core/serve/pastdemuxer.h"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace aspersor::serve {

namespace {

using Clock = std::chrono::steady_clock;
/// The viewer's own ring. What it has not been sent yet stays far below that, so that nothing is lost.
constexpr RingLimits ringLimits{.maxBytes = std::size_t{4} * 1024 * 1024,
                                .minTime = 24 * 3600 * media::ticksPerSecond};
constexpr std::size_t unsentBytes = std::size_t{1} * 1024 * 1024;
/// A recording begins with so much at once, so that players need not wait for their buffer to fill.
constexpr media::Ticks lead = media::ticksPerSecond;
constexpr std::chrono::seconds admissionTime{30};
constexpr std::chrono::milliseconds forEver{-1};

std::chrono::nanoseconds toTime(media::Ticks ticks)
{
    return std::chrono::nanoseconds(ticks * 100'000 / 9);
}

} // namespace

Replay::Replay(ReplayOrder order, std::size_t workers, StreamListener &listener, Observer &observer,
               Ready ready)
    : m_order(std::move(order)), m_workers(workers), m_listener(listener), m_observer(observer),
      m_ready(std::move(ready)), m_thread([this] { run(); })
{
}

Replay::~Replay()
{
    m_stopping = true;
    m_waker->wake();
}

void Replay::run()
{
    static_cast<void>(::pthread_setname_np(::pthread_self(), "replay"));
    {
        const media::AvLogScope scope(m_order.name);
        if (m_order.past)
            m_order.past->addReader(m_waker);
        auto stream = prepare();
        const auto tell = [this](auto result) {
            std::exchange(m_ready, {})(std::move(result));
        }; // it holds the session
        if (stream) {
            m_stream = *stream;
            m_playing = true;
            tell(std::move(stream));
            play();
            if (m_stopping)
                m_ending = "ffserver is shutting down";
            m_stream->end(m_ending);
        } else {
            tell(std::move(stream));
        }
        if (m_order.past)
            m_order.past->removeReader(m_waker);
    }
    m_done = true;
}

tl::expected<void, OpenError> Replay::open()
{
    if (m_order.past) {
        const auto start = m_order.past->file().startAt(m_order.fromMs);
        if (!start)
            return tl::unexpected(
                OpenError{503, "Nothing of this feed has been recorded yet; try again later.", false});
        m_pastDemuxer = std::make_unique<PastDemuxer>(
            m_order.past->file(), start->place, [this] { return waitForNews(); },
            [this] {
                if (m_stream)
                    m_stream->skips.fetch_add(1, std::memory_order_relaxed);
            });
        m_demuxer = m_pastDemuxer.get();
        return {};
    }
    m_recording = {};
    std::optional<std::chrono::milliseconds> from;
    if (m_order.fromMs > 0)
        from = std::chrono::milliseconds(m_order.fromMs);
    auto opened = media::openRecording(m_order.spec.file, m_order.spec.inputFormat, from);
    if (!opened) {
        m_observer.log(LogLevel::Error, "The stream " + m_order.name + " cannot be served: its file " +
                                            m_order.spec.file + " cannot be opened (" +
                                            opened.error().message + ").");
        return tl::unexpected(OpenError{
            404, "The recording of this stream cannot be opened; the server's log says why.", false});
    }
    m_recording = std::move(*opened);
    m_demuxer = m_recording.demuxer.get();
    return {};
}

tl::expected<std::shared_ptr<Stream>, OpenError> Replay::prepare()
{
    if (needsEncoder(m_order.spec) || m_order.spec.format->snapshot)
        return tl::unexpected(OpenError{
            415, "A recording is sent as it is: it is neither encoded nor made into a single picture.",
            false});
    if (auto opened = open(); !opened)
        return tl::unexpected(opened.error());
    auto packet = m_demuxer->next();
    if (!packet || !*packet)
        return tl::unexpected(OpenError{503,
                                        "There is nothing to see in it" +
                                            (packet ? std::string(".") : ": " + packet.error().message + "."),
                                        false});
    m_packet = std::move(*packet);
    if (const auto why = Stream::misfit(m_order.spec, m_demuxer->description()))
        return tl::unexpected(OpenError{415, "It cannot be sent so: " + *why + ".", false});
    auto stream = std::make_shared<Stream>(m_order.name, m_order.spec, ringLimits, m_workers, m_listener);
    stream->viewers = 1;
    stream->followViewer(m_waker);
    if (auto started = stream->start(m_demuxer->description(), {}); !started)
        return tl::unexpected(OpenError{415,
                                        "It cannot be sent as " + std::string(m_order.spec.format->name) +
                                            ": " + started.error().message + ".",
                                        false});
    return stream;
}

bool Replay::goesOn() const
{
    return !m_stopping && m_stream->viewers > 0 && !m_stream->ended();
}

void Replay::waitFor(std::chrono::milliseconds time)
{
    if (net::waitReadable(-1, *m_waker, time) == net::Wait::Woken)
        m_waker->clear();
}

/// The end of what is recorded.
Result<bool> Replay::waitForNews()
{
    Past &past = *m_order.past;
    if (past.readOnly())
        return false;
    if (m_stream)
        m_stream->flush();
    const Past::Air air = past.air();
    if (air == Past::Air::Ended && std::exchange(m_lastLook, true)) {
        m_ending = "the feed has ended";
        return false;
    }
    if (air == Past::Air::Ended)
        return true; // something may have been written just before
    m_lastLook = false;
    std::chrono::milliseconds time = forEver;
    if (air == Past::Air::Off) {
        const auto since = std::max(past.offSince(), m_begun);
        time = std::chrono::ceil<std::chrono::milliseconds>(since + m_order.grace - Clock::now());
        if (time.count() <= 0) {
            m_ending = "the feed did not come back";
            return false;
        }
    }
    waitFor(time);
    if (m_stopping || (m_stream && !goesOn()))
        return failure(Error::Kind::Stopped, "nobody watches");
    return true;
}

/// Nothing may be written before the viewer is there: it would not see the beginning.
bool Replay::waitForViewer()
{
    const auto deadline = Clock::now() + admissionTime;
    while (goesOn() && m_stream->taken() == Stream::nobody) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0)
            return false;
        waitFor(left);
    }
    while (goesOn() && m_stream->ring().bytesFrom(m_stream->taken()) > unsentBytes) {
        m_stream->flush();
        waitFor(forEver);
    }
    return goesOn();
}

bool Replay::waitUntilDue(media::Ticks time)
{
    if (m_firstPlaced == media::noTicks)
        m_firstPlaced = time;
    const auto due = m_begun + toTime(time - m_firstPlaced - lead);
    while (goesOn()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now());
        if (left.count() <= 0)
            return true;
        m_stream->flush();
        waitFor(left);
    }
    return false;
}

/// Makes the times of a recording fit: from its begin and over its laps.
void Replay::place(media::Packet &packet)
{
    const media::Ticks raw = packet.dts != media::noTicks ? packet.dts : packet.pts;
    if (raw != media::noTicks) {
        if (m_firstRaw == media::noTicks)
            m_firstRaw = raw;
        if (raw - m_firstRaw > m_played) {
            m_clock += toTime(raw - m_firstRaw - m_played);
            m_played = raw - m_firstRaw;
        }
    }
    m_timeline.place(packet, m_clock);
}

void Replay::play()
{
    m_begun = Clock::now();
    media::StreamDescription description = m_demuxer->description();
    std::optional<std::uint32_t> version = m_demuxer->descriptionVersion();
    bool inLap = true; // the lap has a packet
    for (;;) {
        if (m_packet) {
            inLap = true;
            if (m_order.paced) {
                place(*m_packet);
                if (!waitUntilDue(m_packet->dts))
                    return;
            }
            if (!waitForViewer())
                return;
            const std::uint32_t newest = m_demuxer->descriptionVersion();
            if (std::exchange(version, newest) != newest && m_demuxer->description() != description) {
                description = m_demuxer->description();
                m_stream->redescribe(description);
            }
            m_stream->write(*m_packet);
        }
        auto packet = m_demuxer->next();
        if (!packet) {
            if (packet.error().kind != Error::Kind::Stopped)
                m_ending = "the recording cannot be read: " + packet.error().message;
            return;
        }
        m_packet = std::move(*packet);
        if (m_packet)
            continue;
        if (!m_order.loop || !std::exchange(inLap, false))
            return;
        if (!open())
            return;
        version.reset();
        m_timeline.newSource(m_clock);
        m_firstRaw = media::noTicks;
        m_played = 0;
    }
}

Replays::Replays(std::size_t workers, StreamListener &listener, Observer &observer)
    : m_workers(workers), m_listener(listener), m_observer(observer)
{
}

bool Replays::begin(ReplayOrder order, Replay::Ready ready)
{
    reap();
    const std::lock_guard lock(m_mutex);
    if (m_stopped || m_running.size() >= maxReplays)
        return false;
    m_running.push_back(
        std::make_unique<Replay>(std::move(order), m_workers, m_listener, m_observer, std::move(ready)));
    return true;
}

void Replays::reap()
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_running, [](const auto &replay) { return replay->done(); });
}

std::optional<Replay::Watched> Replay::watched() const
{
    if (!m_playing || m_stream->viewers == 0)
        return std::nullopt;
    const Stream &stream = *m_stream;
    return Watched{m_order.spec.feed,
                   {stream.name(), std::string(stream.format().name), stream.viewers, stream.bytes,
                    stream.skips, stream.ring().bitsPerSecond(), stream.ring().bytes(), stream.title()}};
}

void Replays::addTo(std::vector<FeedReport> &feeds) const
{
    const std::lock_guard lock(m_mutex);
    for (const auto &replay : m_running) {
        const auto watched = replay->watched();
        if (!watched || watched->feed.empty())
            continue;
        auto feed = std::ranges::lower_bound(feeds, watched->feed, {}, &FeedReport::name);
        if (feed == feeds.end() || feed->name != watched->feed)
            feed = feeds.insert(feed, {watched->feed, FeedState::Ended, {}, {}});
        const auto same = std::ranges::find(feed->streams, watched->stream.name, &StreamReport::name);
        if (same == feed->streams.end()) {
            feed->streams.push_back(watched->stream);
            continue;
        }
        same->viewers += watched->stream.viewers;
        same->bytes += watched->stream.bytes;
        same->skips += watched->stream.skips;
        same->ringBytes += watched->stream.ringBytes;
    }
}

void Replays::stop()
{
    const std::lock_guard lock(m_mutex);
    m_stopped = true;
    m_running.clear();
}

} // namespace aspersor::serve
