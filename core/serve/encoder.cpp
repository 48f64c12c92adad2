// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/encoder.h"

#include "core/media/avlog.h"
#include "core/media/framepacer.h"

#include <algorithm>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::chrono::seconds refusalKept{5};
constexpr std::chrono::seconds rateWindow{1};
constexpr int lower = 10; ///< of "nice": about a tenth of what the others get when there is too little

/// What is copied goes first: this thread, and those that codecs start from it.
void lowerPriority()
{
#ifdef __linux__ // where a nice value is a thread's own
    const sched_param none{};
    static_cast<void>(::sched_setscheduler(0, SCHED_BATCH, &none));
    static_cast<void>(::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + lower));
#endif
}

std::string encoderNames(const media::Encoding &encoding)
{
    const std::string both = encoding.video.encoder.empty() || encoding.audio.encoder.empty() ? "" : " and ";
    return encoding.video.encoder + both + encoding.audio.encoder;
}

} // namespace

bool needsEncoder(const StreamSpec &spec)
{
    // JPEGs are made of keyframes, by Snapshots, unless there are to be so many a second.
    const bool isPictures = spec.format->pictures || spec.format->snapshot;
    return !spec.encoding.onlyCopies() &&
           (!isPictures || (spec.format->pictures && spec.encoding.video.frameRateNum > 0));
}

Encoder::Encoder(EncoderSetup setup, StreamListener &listener, Observer &observer)
    : m_setup(std::move(setup)), m_listener(listener), m_observer(observer),
      m_queue(m_setup.description, m_setup.queue)
{
    m_queue.pushFirst(m_setup.newestGop);
    m_report.video = m_setup.encoding.video.encoder;
    m_report.audio = m_setup.encoding.audio.encoder;
    m_thread = std::jthread([this] { run(); });
}

Encoder::~Encoder()
{
    end("the encoder was ended");
}

void Encoder::describe(const media::StreamDescription &description)
{
    const std::lock_guard lock(m_mutex);
    m_queue.describe(description);
    m_wake.notify_one();
}

void Encoder::publish(const media::Packet &packet, TimePoint now)
{
    const std::lock_guard lock(m_mutex);
    if (m_end)
        return;
    m_queue.push(packet, now);
    m_wake.notify_one();
}

void Encoder::end(const std::string &reason)
{
    const std::lock_guard lock(m_mutex);
    if (!m_end)
        m_end = reason;
    m_wake.notify_one();
}

OpenError Encoder::refusalOf(const StreamSpec &spec, const std::string &reason) const
{
    return {415, "The feed " + m_setup.feed + " cannot be sent as " + std::string(spec.format->name) +
                     " with " + encoderNames(m_setup.encoding) + ": " + reason + '.'};
}

std::optional<tl::expected<std::shared_ptr<Stream>, OpenError>>
Encoder::open(const std::string &streamName, const StreamSpec &spec, Ready ready)
{
    const std::lock_guard lock(m_mutex);
    const auto refused = std::ranges::find_if(m_refusals, [&](const Refusal &refusal) {
        return refusal.name.empty() || refusal.name == streamName;
    });
    if (refused != m_refusals.end())
        return tl::unexpected(refusalOf(spec, refused->reason));
    if (m_end)
        return std::nullopt;
    const auto seat = std::ranges::find_if(m_seats, [&](const Seat &other) {
        return !other.closing && other.stream->name() == streamName && other.stream->isMadeBy(spec);
    });
    if (seat != m_seats.end()) {
        ++seat->stream->viewers;
        seat->idle = false;
        return seat->stream;
    }
    auto join = std::ranges::find(m_joins, streamName, &Join::name);
    if (join == m_joins.end())
        join = m_joins.insert(m_joins.end(), {streamName, spec, {}});
    if (ready)
        join->waiting.push_back(std::move(ready));
    m_wake.notify_one();
    return tl::unexpected(
        OpenError{503, "The stream " + streamName + " is being made ready; try again in a moment.", true});
}

void Encoder::tick(TimePoint now, std::chrono::milliseconds linger)
{
    ShedState load;
    {
        const std::lock_guard lock(m_mutex);
        for (Seat &seat : m_seats) {
            const bool wasIdle = std::exchange(seat.idle, seat.stream->viewers == 0);
            if (seat.idle && !wasIdle)
                seat.idleSince = now;
            seat.closing = seat.closing || (seat.idle && now - seat.idleSince >= linger);
        }
        const bool wasEmpty = std::exchange(m_empty, m_seats.empty() && m_joins.empty());
        if (m_empty && !wasEmpty)
            m_emptySince = now;
        if (m_empty && !m_end && now - m_emptySince >= linger)
            m_end = "nobody watches";
        for (Refusal &refusal : m_refusals) {
            if (refusal.at == TimePoint{})
                refusal.at = now;
        }
        std::erase_if(m_refusals, [&](const Refusal &old) { return now - old.at >= refusalKept; });
        if (now - m_measuredAt >= rateWindow) {
            const std::chrono::duration<double> time = now - m_measuredAt;
            m_report.picturesPerSecond =
                m_measuredAt == TimePoint{}
                    ? 0
                    : static_cast<double>(m_report.pictures - m_picturesBefore) / time.count();
            m_picturesBefore = m_report.pictures;
            m_measuredAt = now;
        }
        load = m_queue.state(now);
        m_wake.notify_one();
    }
    tellOfLoad(load);
}

void Encoder::tellOfLoad(const ShedState &state)
{
    const std::string who =
        "The encoder of the feed " + m_setup.feed + " (" + encoderNames(m_setup.encoding) + ") ";
    if (state.paused && !m_told.paused)
        m_observer.log(LogLevel::Warning,
                       who + "is too much for this machine and pauses for some seconds; choose a smaller "
                             "size, fewer pictures a second or a faster preset.");
    else if (state.since && !m_told.since)
        m_observer.log(LogLevel::Warning, who + "cannot keep up: pictures are left out.");
    else if (!state.since && m_told.since)
        m_observer.log(LogLevel::Info, who + "keeps up again; " + std::to_string(state.pictures) +
                                           " pictures were left out so far.");
    m_told = state;
}

bool Encoder::over() const
{
    const std::lock_guard lock(m_mutex);
    return m_end && m_refusals.empty();
}

void Encoder::report(std::vector<StreamReport> &streams, TimePoint now) const
{
    const std::lock_guard lock(m_mutex);
    EncoderReport report = m_report;
    const ShedState load = m_queue.state(now);
    report.leftOut = load.pictures;
    report.shedCount = load.count;
    report.paused = load.paused;
    if (load.since)
        report.shedFor = std::chrono::duration_cast<std::chrono::milliseconds>(now - *load.since);
    for (const Seat &seat : m_seats) {
        const Stream &stream = *seat.stream;
        streams.push_back({stream.name(), std::string(stream.format().name), stream.viewers, stream.bytes,
                           stream.skips, stream.ring().bitsPerSecond(), stream.ring().bytes(), stream.title(),
                           report});
    }
}

// ---- the thread

void Encoder::run()
{
#ifdef __linux__
    static_cast<void>(::pthread_setname_np(::pthread_self(), "encoder"));
#endif
    lowerPriority();
    const media::AvLogScope scope(m_setup.feed);
    const auto worked = work();
    std::vector<Join> left;
    std::string reason;
    {
        const std::lock_guard lock(m_mutex);
        if (!worked) {
            m_refusals.push_back({{}, worked.error().message, {}});
            m_end = "the feed cannot be encoded: " + worked.error().message;
        }
        reason = m_end.value_or(std::string());
        left = std::exchange(m_joins, {});
    }
    if (!worked)
        m_observer.log(LogLevel::Error, "The feed " + m_setup.feed + " cannot be encoded with " +
                                            encoderNames(m_setup.encoding) + ": " + worked.error().message +
                                            '.');
    endStreams(reason);
    for (const Join &join : left) {
        for (const Ready &ready : join.waiting)
            ready();
    }
    m_transcoder.reset(); // codecs may have threads, which end with it
    m_done = true;
}

Result<void> Encoder::work()
{
    media::StreamDescription description = m_setup.description;
    media::measureFrameRates(description, m_setup.newestGop);
    auto transcoder = media::Transcoder::open(description, m_setup.encoding, *this);
    if (!transcoder)
        return tl::unexpected<Error>(transcoder.error());
    m_transcoder = std::move(*transcoder);
    // Of the newest GOP the last picture is enough: a viewer begins now, not a GOP ago.
    for (const media::Packet &packet : m_setup.newestGop) {
        if (m_setup.description.tracks[static_cast<std::size_t>(packet.track)].kind ==
            media::TrackKind::Video)
            m_transcoder->beginAt(packet.dts);
    }
    for (;;) {
        const auto item = awaitWork();
        closeIdle();
        {
            const std::lock_guard lock(m_mutex);
            if (m_end)
                return {};
        }
        admitJoins();
        if (!item)
            continue;
        if (auto handled = handle(*item); !handled)
            return handled;
        dropEnded();
        noteProgress();
    }
}

/// Nothing: something else is to be done.
std::optional<EncoderQueue::Item> Encoder::awaitWork()
{
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [this] {
        return m_end || !m_joins.empty() || !m_queue.empty() || std::ranges::any_of(m_seats, &Seat::closing);
    });
    return m_queue.pop();
}

Result<void> Encoder::handle(const EncoderQueue::Item &item)
{
    const auto *packet = std::get_if<media::Packet>(&item);
    auto handled = packet ? m_transcoder->send(*packet)
                          : m_transcoder->redescribe(std::get<media::StreamDescription>(item));
    bool more = false;
    {
        const std::lock_guard lock(m_mutex);
        more = !m_queue.empty();
    }
    for (const Seat &seat : m_seats) {
        if (!more)
            seat.stream->flush();
    }
    return handled;
}

void Encoder::described(const media::StreamDescription &description)
{
    const bool same = media::sameForMuxers(m_output, description);
    m_output = description;
    if (!same) {
        for (const Seat &seat : m_seats)
            seat.stream->redescribe(m_output);
    }
    const std::lock_guard lock(m_mutex);
    const media::TrackDescription *video = description.first(media::TrackKind::Video);
    const bool encoded = video && !m_setup.encoding.video.copies();
    m_report.width = encoded ? video->width : 0;
    m_report.height = encoded ? video->height : 0;
}

void Encoder::made(const media::Packet &packet)
{
    for (const Seat &seat : m_seats)
        seat.stream->write(packet);
}

void Encoder::endChanged(const Config &config)
{
    const std::lock_guard lock(m_mutex);
    for (Seat &seat : m_seats) {
        std::string why = seat.stream->endReason(config, m_setup.feed);
        if (seat.closing || why.empty())
            continue;
        seat.why = std::move(why);
        seat.closing = true;
    }
    m_wake.notify_one();
}

void Encoder::closeIdle()
{
    std::vector<std::pair<std::shared_ptr<Stream>, std::string>> idle;
    {
        const std::lock_guard lock(m_mutex);
        for (const Seat &seat : m_seats) {
            if (seat.closing)
                idle.emplace_back(seat.stream, seat.why);
        }
    }
    for (const auto &[stream, why] : idle)
        stream->end(why);
    if (!idle.empty())
        dropEnded();
}

void Encoder::admitJoins()
{
    std::vector<Join> joins;
    {
        const std::lock_guard lock(m_mutex);
        joins = std::exchange(m_joins, {});
    }
    for (const Join &join : joins) {
        auto stream =
            std::make_shared<Stream>(join.name, join.spec, m_setup.ring, m_setup.workers, m_listener);
        std::optional<std::string> refusal = Stream::misfit(join.spec, m_output);
        if (!refusal) {
            if (const auto started = stream->start(m_output, {}); !started)
                refusal = started.error().message;
        }
        {
            const std::lock_guard lock(m_mutex);
            if (refusal)
                m_refusals.push_back({join.name, *refusal, {}});
            else
                m_seats.push_back({std::move(stream), {}, false, false});
        }
        for (const Ready &ready : join.waiting)
            ready();
    }
    if (!joins.empty())
        m_transcoder->forceKeyframe();
}

void Encoder::endStreams(const std::string &reason)
{
    for (const Seat &seat : m_seats)
        seat.stream->end(reason);
    dropEnded();
}

void Encoder::dropEnded()
{
    const auto ended = [](const Seat &seat) { return seat.stream->ended(); };
    if (std::ranges::none_of(m_seats, ended))
        return;
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_seats, ended);
}

void Encoder::noteProgress()
{
    const media::Transcoder::Counters counters = m_transcoder->counters();
    const std::lock_guard lock(m_mutex);
    m_report.pictures = counters.pictures;
    m_report.errors = counters.errors;
}

} // namespace aspersor::serve
