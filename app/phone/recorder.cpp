// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/recorder.h"

#include "app/phone/outbox.h"
#include "core/media/avptr.h"

#include <algorithm>
#include <utility>

namespace aspersor::phone {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds cameraPoll{4}; // v4l2 gives no descriptor to wait on
// So far behind (a suspended laptop, an encoder that was held up) time is not caught up but begins anew.
constexpr milliseconds longestLag{2000};

} // namespace

Recorder::Recorder(std::unique_ptr<MediaSource> source, const Cut &cut, std::vector<Outbox *> outboxes,
                   Ended ended)
    : m_source(std::move(source)), m_cut(cut), m_outboxes(std::move(outboxes)), m_ended(std::move(ended))
{
}

Recorder::~Recorder()
{
    stop();
}

void Recorder::start()
{
    m_thread = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

void Recorder::stop()
{
    m_thread.request_stop();
    m_source->interrupt();
}

void Recorder::run(const std::stop_token &stop)
{
    Result<void> recorded = record(stop);
    if (recorded && m_segmenter)
        recorded = m_segmenter->flush();
    for (Outbox *outbox : m_outboxes)
        outbox->finish();
    // A read that we interrupted ourselves fails too: that is no fault.
    m_ended(recorded || stop.stop_requested() ? std::string() : recorded.error().message);
}

Result<void> Recorder::record(const std::stop_token &stop)
{
    auto segmenter =
        Segmenter::open(m_source->tracks(), m_cut.segment, [this](const Block &b) { handOn(b); });
    if (!segmenter)
        return failure(Error::Kind::Libav,
                       "The source cannot be sent as MPEG-TS: " + segmenter.error().message + '.');
    m_segmenter = std::move(*segmenter);

    const media::AvPacket packet(av_packet_alloc());
    const auto begin = Clock::now();
    auto timeZero = begin; // the wall's time of tick 0
    bool first = true;
    m_nextFlush = begin;
    while (!stop.stop_requested()) {
        const auto now = Clock::now();
        if (m_cut.duration && now - begin >= *m_cut.duration)
            break;
        av_packet_unref(packet.get());
        auto got = m_source->next(*packet);
        if (!got)
            return tl::unexpected(got.error());
        if (*got == MediaSource::Next::End)
            break;
        auto due = Clock::now() + cameraPoll;
        if (*got == MediaSource::Next::Packet) {
            const std::chrono::microseconds at{packet->dts * 100 / 9};
            if (first || Clock::now() - (timeZero + at) > longestLag)
                timeZero = Clock::now() - at;
            first = false;
            due = m_source->live() ? Clock::now() : timeZero + at;
        }
        auto waited = waitUntil(due, stop);
        if (!waited)
            return tl::unexpected(waited.error());
        if (!*waited)
            break;
        if (*got != MediaSource::Next::Packet)
            continue;
        if (auto written = m_segmenter->write(*packet); !written)
            return written;
        if (auto flushed = flushIfDue(); !flushed)
            return flushed;
    }
    return {};
}

Result<void> Recorder::flushIfDue()
{
    const auto now = Clock::now();
    if (!m_cut.chunk || now < m_nextFlush)
        return {};
    m_nextFlush = std::max(m_nextFlush + *m_cut.chunk, now);
    return m_segmenter->flush();
}

void Recorder::handOn(const Block &block)
{
    for (Outbox *outbox : m_outboxes)
        outbox->push(block);
}

Result<bool> Recorder::waitUntil(Clock::time_point when, const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        const auto now = Clock::now();
        if (now >= when)
            return true;
        const auto until = m_cut.chunk ? std::min(when, std::max(m_nextFlush, now)) : when;
        m_wait.wait_until(lock, stop, until, [] { return false; });
        if (auto flushed = flushIfDue(); !flushed)
            return tl::unexpected(flushed.error());
    }
    return false;
}

} // namespace aspersor::phone
