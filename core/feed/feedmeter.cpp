// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedmeter.h"

#include <algorithm>

namespace aspersor {

namespace {

using namespace std::chrono_literals;
using Seconds = std::chrono::duration<double>;
constexpr auto shortestSilence = 2s; // that ends the rates
constexpr auto longestSilence = 20s; // that a burst may be waited for
constexpr auto silenceMemory = 30s;
constexpr double enoughMedia = 0.5; // seconds

} // namespace

void FeedMeter::restart()
{
    m_running = false;
    m_markCount = 0;
    m_runBytes = 0;
    m_runPictures = 0;
}

void FeedMeter::addBytes(std::size_t count, TimePoint now)
{
    if (!m_running) {
        m_running = true;
        m_runStart = now;
        m_lastByte = now;
        m_usualSilence = {};
        m_usualSince = now;
    }
    const auto silence = now - m_lastByte;
    if (silence >= m_usualSilence || now - m_usualSince > silenceMemory) {
        m_usualSilence = silence;
        m_usualSince = now;
    }
    m_lastByte = now;
    m_runBytes += count;
    m_totalBytes += count;
}

void FeedMeter::addPacket(media::Ticks dts, bool isPicture)
{
    if (m_markCount == 0 || dts - newest().media >= markDistance) {
        m_marks[m_markCount % m_marks.size()] = {dts, m_runBytes, m_runPictures};
        ++m_markCount;
    }
    m_runPictures += isPicture ? 1 : 0;
}

const FeedMeter::Mark &FeedMeter::oldest() const
{
    return m_markCount <= m_marks.size() ? m_marks.front() : m_marks[m_markCount % m_marks.size()];
}

bool FeedMeter::silent(TimePoint now) const
{
    const auto bearable = std::clamp<std::chrono::steady_clock::duration>(m_usualSilence * 3 / 2,
                                                                          shortestSilence, longestSilence);
    return !m_running || now - m_lastByte > bearable;
}

double FeedMeter::mediaSeconds() const
{
    return m_markCount < 2 ? 0 : static_cast<double>(newest().media - oldest().media) / media::ticksPerSecond;
}

std::int64_t FeedMeter::bitrateBps(TimePoint now) const
{
    if (silent(now))
        return 0;
    if (const double seconds = mediaSeconds(); seconds >= enoughMedia)
        return static_cast<std::int64_t>(static_cast<double>(newest().bytes - oldest().bytes) * 8 / seconds);
    const double seconds = std::max(Seconds(now - m_runStart).count(), enoughMedia);
    return static_cast<std::int64_t>(static_cast<double>(m_runBytes) * 8 / seconds);
}

double FeedMeter::fps(TimePoint now) const
{
    if (silent(now))
        return 0;
    if (const double seconds = mediaSeconds(); seconds >= enoughMedia)
        return static_cast<double>(newest().pictures - oldest().pictures) / seconds;
    return static_cast<double>(m_runPictures) / std::max(Seconds(now - m_runStart).count(), enoughMedia);
}

std::chrono::milliseconds FeedMeter::uptime(TimePoint now) const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - m_start);
}

} // namespace aspersor
