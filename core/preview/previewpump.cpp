// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/previewpump.h"

#include <algorithm>
#include <utility>

namespace aspersor {

namespace {

using namespace std::chrono_literals;
using media::Ticks;
using TimePoint = PreviewPump::TimePoint;

constexpr std::size_t picturesAhead = 4;  // decoded and waiting: each is some MB
constexpr Ticks soundAhead = 300 * 90;    // 300 ms decoded and waiting
constexpr Ticks hurryBehind = 100 * 90;   // a picture that late is worth less than the next
constexpr Ticks skipBehind = 200 * 90;    // past this a newer keyframe is taken
constexpr Ticks uselessBehind = 250 * 90; // past this a picture is not shown while newer ones come
constexpr auto showAnyway = 500ms;        // ... unless none has been shown for so long
constexpr auto silenceIsWaiting = 2s;     // nothing came out: the state says so
constexpr auto tellAgain = 250ms;         // the window may have connected after it was told
constexpr auto quietTick = 50ms;          // without a device: how often sound is moved past the meter
constexpr auto deviceTick = 250ms;
constexpr Ticks unreadSound = 500 * 90; // a device that does not read must not hold the meter up
constexpr auto needStep = 5ms;
constexpr auto maxSoundDelay = 300ms;
constexpr PacketQueue::Bound soundBound{4096, 4 * 1024 * 1024};

int firstTrack(const media::StreamDescription &description, media::TrackKind kind)
{
    const auto found = std::find_if(description.tracks.begin(), description.tracks.end(),
                                    [&](const media::TrackDescription &track) { return track.kind == kind; });
    return found == description.tracks.end() ? -1 : static_cast<int>(found - description.tracks.begin());
}

const media::TrackDescription &trackOf(const PacketQueue::Item &item)
{
    return item.description->tracks[static_cast<std::size_t>(item.packet->track)];
}

} // namespace

PreviewPump::PreviewPump(Events events) : m_events(std::move(events)), m_soundQueue(soundBound) {}
PreviewPump::~PreviewPump() = default;

void PreviewPump::describe(const media::StreamDescription &description)
{
    auto shared = std::make_shared<const media::StreamDescription>(description);
    const std::lock_guard lock(m_mutex);
    m_videoTrack = firstTrack(description, media::TrackKind::Video);
    m_soundTrack = firstTrack(description, media::TrackKind::Audio);
    m_description = std::move(shared);
}

void PreviewPump::push(const media::PacketPtr &packet, TimePoint now)
{
    if (!packet || packet->data().empty() ||
        packet->pts == media::noTicks) // an empty packet would end a decoder
        return;
    const std::lock_guard lock(m_mutex);
    const bool video = packet->track == m_videoTrack;
    if (!m_description || packet->track < 0 || (!video && packet->track != m_soundTrack))
        return;
    if (m_source == Source::Away || m_source == Source::Unreachable)
        m_clock.restart();
    m_source = Source::Sending;
    if (m_clock.arrived(packet->pts, now)) {
        m_videoQueue.clear();
        m_soundQueue.clear();
        m_flush = true;
    }
    enqueue(video ? m_videoQueue : m_soundQueue, packet);
    m_touched = true;
    m_changed.notify_one();
}

void PreviewPump::enqueue(PacketQueue &queue, const media::PacketPtr &packet)
{
    const std::uint64_t before = queue.dropped();
    const bool kept = queue.push({packet, m_description});
    if (&queue == &m_videoQueue && (!kept || queue.dropped() != before))
        m_videoBroken = true;
}

void PreviewPump::setAway()
{
    const std::lock_guard lock(m_mutex);
    m_source = Source::Away;
    m_sourceReason.clear();
    m_touched = true;
    m_changed.notify_one();
}

void PreviewPump::setEnded()
{
    const std::lock_guard lock(m_mutex);
    m_source = Source::Ended;
    m_sourceReason.clear();
    m_touched = true;
    m_changed.notify_one();
}

void PreviewPump::setUnreachable(const std::string &reason)
{
    const std::lock_guard lock(m_mutex);
    m_source = Source::Unreachable;
    m_sourceReason = reason;
    m_touched = true;
    m_changed.notify_one();
}

void PreviewPump::run(const std::stop_token &stop)
{
    while (!stop.stop_requested()) {
        const TimePoint next = step(std::chrono::steady_clock::now());
        std::unique_lock lock(m_mutex);
        m_changed.wait_until(lock, stop, next, [this] { return m_touched; });
    }
}

PreviewPump::TimePoint PreviewPump::step(TimePoint now)
{
    bool pictureDue = false;
    bool stateChanged = false;
    PreviewState state{};
    std::string detail;
    {
        const std::lock_guard lock(m_mutex);
        m_touched = false;
        flushIfAsked();
        pictureDue = present(now);
        dropOldSound(now);
        stateChanged = updateState(now);
        state = m_state;
        detail = m_stateDetail;
    }
    if (stateChanged && m_events.stateChanged)
        m_events.stateChanged(state, detail);
    if (pictureDue && m_events.pictureDue)
        m_events.pictureDue();
    if (decodeSound(now) || decodeVideo(now))
        return now;
    const std::lock_guard lock(m_mutex);
    return nextWake(now);
}

void PreviewPump::flushIfAsked()
{
    if (!std::exchange(m_flush, false))
        return;
    m_ahead.clear();
    m_sound.clear();
    m_shownAt.reset();
    if (m_video)
        m_video->flush();
    if (m_soundDecoder)
        m_soundDecoder->flush();
}

/// Moves the newest picture that is due to the window's side. True when the window is to be told.
bool PreviewPump::present(TimePoint now)
{
    const std::optional<Ticks> position = m_clock.position(now);
    if (!position || m_ahead.empty())
        return false;
    // The first one is shown at once: better a still picture than none.
    std::optional<PreviewPicture> picture;
    while (!m_ahead.empty() && (m_ahead.front().pts <= *position || !m_shownAt)) {
        if (picture)
            ++m_counters.late;
        picture = std::move(m_ahead.front());
        m_ahead.pop_front();
        if (!m_shownAt)
            break;
    }
    if (!picture)
        return false;
    const bool useless = *position - picture->pts > uselessBehind && !m_videoQueue.isEmpty();
    if (useless && m_shownAt && now - *m_shownAt < showAnyway) {
        ++m_counters.late;
        return false;
    }
    if (m_due)
        ++m_counters.late;
    const bool tell = !m_due || !m_toldAt || now - *m_toldAt > tellAgain;
    ++m_counters.presented;
    m_due = std::move(picture);
    m_shownAt = m_playedAt = now;
    if (tell)
        m_toldAt = now;
    return tell;
}

/// Without a device nobody reads: sound goes past the meter by the wall clock.
void PreviewPump::dropOldSound(TimePoint now)
{
    const std::optional<Ticks> position = m_clock.position(now);
    if (!position || m_sound.frames() == 0)
        return;
    const std::size_t before = m_sound.frames();
    m_sound.discardUntil(m_soundDevice ? *position - unreadSound : *position);
    if (m_sound.frames() != before)
        m_playedAt = now;
}

bool PreviewPump::soundWanted(TimePoint now) const
{
    const std::optional<Ticks> target = m_clock.soundTarget(now + m_soundDelay);
    return target && !m_soundQueue.isEmpty() &&
           (m_sound.frames() == 0 || m_sound.endPts() < *target + soundAhead);
}

bool PreviewPump::decodeSound(TimePoint now)
{
    std::optional<PacketQueue::Item> item;
    {
        const std::lock_guard lock(m_mutex);
        if (!soundWanted(now))
            return false;
        const Ticks target = *m_clock.soundTarget(now);
        if (m_soundQueue.frontPts() < target - skipBehind)
            m_soundQueue.skipTo(target - hurryBehind);
        item = m_soundQueue.pop();
    }
    prepareSound(*item);
    m_pieces.clear();
    if (m_soundDecoder)
        m_soundDecoder->decode(*item->packet, m_pieces);
    const std::lock_guard lock(m_mutex);
    for (const SoundPiece &piece : m_pieces)
        m_sound.push(piece.pts, piece.samples);
    m_counters.damaged += m_soundDecoder ? m_soundDecoder->takeErrors() : 0;
    return true;
}

bool PreviewPump::decodeVideo(TimePoint now)
{
    std::optional<PacketQueue::Item> item;
    bool broken = false;
    bool hurried = false;
    {
        const std::lock_guard lock(m_mutex);
        const std::optional<Ticks> position = m_clock.position(now);
        if (!position || m_videoQueue.isEmpty() || m_ahead.size() >= picturesAhead)
            return false;
        if (m_videoQueue.frontPts() < *position - skipBehind && m_videoQueue.skipTo(*position))
            m_videoBroken = true;
        item = m_videoQueue.pop();
        hurried = item->packet->pts < *position - hurryBehind;
        broken = std::exchange(m_videoBroken, false);
    }
    m_pictures.clear();
    prepareVideo(*item);
    if (m_video) {
        if (broken)
            m_video->flush();
        m_video->setHurried(hurried);
        m_video->decode(*item->packet, m_pictures);
    }
    const std::lock_guard lock(m_mutex);
    addPictures();
    return true;
}

void PreviewPump::prepareVideo(const PacketQueue::Item &item)
{
    if (m_videoDescription == item.description)
        return;
    const Description before = std::exchange(m_videoDescription, item.description);
    const media::TrackDescription &track = trackOf(item);
    if (before && m_video && *before->first(media::TrackKind::Video) == track)
        return;
    if (m_video)
        m_video->drain(m_pictures);
    Result<std::unique_ptr<VideoDecoder>> opened = VideoDecoder::open(track);
    m_video = opened ? std::move(*opened) : nullptr;
    const std::lock_guard lock(m_mutex);
    m_undecodable = opened ? std::string() : opened.error().message;
}

void PreviewPump::prepareSound(const PacketQueue::Item &item)
{
    if (m_soundDescription == item.description)
        return;
    const Description before = std::exchange(m_soundDescription, item.description);
    const media::TrackDescription &track = trackOf(item);
    if (before && m_soundDecoder && *before->first(media::TrackKind::Audio) == track)
        return;
    Result<std::unique_ptr<SoundDecoder>> opened = SoundDecoder::open(track);
    m_soundDecoder = opened ? std::move(*opened) : nullptr;
    if (opened)
        return;
    const std::lock_guard lock(m_mutex);
    m_undecodable = opened.error().message;
}

void PreviewPump::addPictures()
{
    for (PreviewPicture &picture : m_pictures) {
        const auto after =
            std::upper_bound(m_ahead.begin(), m_ahead.end(), picture.pts,
                             [](std::int64_t pts, const PreviewPicture &other) { return pts < other.pts; });
        m_ahead.insert(after, std::move(picture));
    }
    m_pictures.clear();
    if (!m_video)
        return;
    m_counters.damaged += m_video->takeErrors();
    m_reorderDelay = m_video->reorderDelay();
    updateNeed();
}

void PreviewPump::updateNeed()
{
    m_clock.setNeed(m_reorderDelay + (m_soundDevice ? m_soundDelay : 0us));
}

bool PreviewPump::updateState(TimePoint now)
{
    PreviewState state = PreviewState::Waiting;
    std::string detail = m_sourceReason;
    switch (m_source) {
    case Source::Away:
        state = PreviewState::Away;
        break;
    case Source::Ended:
        state = PreviewState::Ended;
        break;
    case Source::Unreachable:
        state = PreviewState::Unreachable;
        break;
    case Source::Waiting:
        break;
    case Source::Sending:
        detail = m_undecodable;
        if (m_playedAt && now - *m_playedAt < silenceIsWaiting)
            state = PreviewState::Playing;
        else if (!m_undecodable.empty() && !m_video && !m_soundDecoder)
            state = PreviewState::Undecodable;
        break;
    }
    if (state == m_state && detail == m_stateDetail)
        return false;
    m_state = state;
    m_stateDetail = std::move(detail);
    return true;
}

PreviewPump::TimePoint PreviewPump::nextWake(TimePoint now) const
{
    TimePoint next = now + 1h;
    if (!m_ahead.empty())
        next = std::min(next, m_clock.dueAt(m_ahead.front().pts, now).value_or(next));
    if (m_sound.frames() > 0 || !m_soundQueue.isEmpty())
        next = std::min<TimePoint>(next, now + (m_soundDevice ? deviceTick : quietTick));
    if (m_state == PreviewState::Playing && m_playedAt)
        next = std::min<TimePoint>(next, *m_playedAt + silenceIsWaiting);
    return next;
}

bool PreviewPump::takePicture(PreviewPicture &picture)
{
    const std::lock_guard lock(m_mutex);
    if (!m_due)
        return false;
    picture = std::move(*m_due);
    m_due.reset();
    return true;
}

void PreviewPump::readSound(std::span<std::int16_t> out, std::chrono::microseconds delay, TimePoint now)
{
    delay = std::clamp<std::chrono::microseconds>(delay, 0us, maxSoundDelay);
    const std::lock_guard lock(m_mutex);
    // The device's buffer is fuller at one read than at another: what it may need counts.
    if (delay > m_soundDelay + needStep || delay < m_soundDelay / 4) {
        m_soundDelay = delay;
        updateNeed();
    }
    const TimePoint heardAt = now + delay;
    const std::optional<Ticks> target = m_clock.soundTarget(heardAt);
    if (!target) {
        std::fill(out.begin(), out.end(), std::int16_t{0});
        return;
    }
    if (const auto heard = m_sound.read(out, *target)) {
        const auto offset = std::chrono::microseconds(heard->frame * 1'000'000 / SoundBuffer::rate);
        m_clock.heard(heard->pts, heardAt + offset);
        m_playedAt = now;
    }
    if (soundWanted(now)) {
        m_touched = true;
        m_changed.notify_one();
    }
}

void PreviewPump::setSoundDevice(bool present)
{
    const std::lock_guard lock(m_mutex);
    if (std::exchange(m_soundDevice, present) == present)
        return;
    m_soundDelay = 0us;
    updateNeed();
    m_touched = true;
    m_changed.notify_one();
}

SoundBuffer::Peaks PreviewPump::takeLevel()
{
    const std::lock_guard lock(m_mutex);
    return m_sound.takePeaks();
}

PreviewState PreviewPump::state() const
{
    const std::lock_guard lock(m_mutex);
    return m_state;
}

std::string PreviewPump::stateDetail() const
{
    const std::lock_guard lock(m_mutex);
    return m_stateDetail;
}

bool PreviewPump::hasVideo() const
{
    const std::lock_guard lock(m_mutex);
    return m_videoTrack >= 0;
}

PreviewPump::Counters PreviewPump::counters() const
{
    const std::lock_guard lock(m_mutex);
    Counters counters = m_counters;
    counters.droppedPackets = m_videoQueue.dropped() + m_soundQueue.dropped();
    counters.queuedPackets = m_videoQueue.size() + m_soundQueue.size();
    counters.queuedBytes = m_videoQueue.bytes() + m_soundQueue.bytes();
    return counters;
}

} // namespace aspersor
