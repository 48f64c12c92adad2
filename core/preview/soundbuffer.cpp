// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/soundbuffer.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace aspersor {

namespace {

using media::Ticks;

constexpr std::size_t maxFrames = SoundBuffer::rate;
constexpr Ticks tolerance = 60 * 90;                       // 60 ms
constexpr Ticks tickFrames = media::ticksPerSecond / 1000; // with rate / 1000 frames: the same time
constexpr Ticks frameTicks = SoundBuffer::rate / 1000;

Ticks ticksOf(std::size_t frames)
{
    return static_cast<Ticks>(frames) * tickFrames / frameTicks;
}

std::size_t framesOf(Ticks ticks)
{
    return static_cast<std::size_t>(ticks * frameTicks / tickFrames);
}

} // namespace

Ticks SoundBuffer::Chunk::now() const
{
    return pts + ticksOf(taken);
}

void SoundBuffer::push(Ticks pts, std::span<const std::int16_t> samples)
{
    if (samples.size() < channels)
        return;
    m_chunks.push_back({pts, {samples.begin(), samples.end()}, 0});
    m_frames += m_chunks.back().framesLeft();
    while (m_frames > maxFrames && m_chunks.size() > 1) {
        m_frames -= m_chunks.front().framesLeft();
        m_chunks.pop_front();
        m_running = false;
    }
}

std::optional<SoundBuffer::Heard> SoundBuffer::read(std::span<std::int16_t> out, Ticks wanted)
{
    std::optional<Heard> heard;
    const std::size_t total = out.size() / channels;
    std::size_t done = 0;
    const auto silence = [&](std::size_t frames) {
        frames = std::min(frames, total - done);
        std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(done * channels), frames * channels,
                    std::int16_t{0});
        done += frames;
    };
    while (done < total && !m_chunks.empty()) {
        const Chunk &chunk = m_chunks.front();
        const Ticks ahead = chunk.now() - (wanted + ticksOf(done));
        if (!m_running || std::abs(ahead) > tolerance) {
            m_running = false;
            if (const std::size_t gap = ahead > 0 ? framesOf(ahead) : 0; gap > 0) {
                silence(gap);
                continue;
            }
            if (const std::size_t late = ahead < 0 ? framesOf(-ahead) : 0; late > 0) {
                take(std::min(late, chunk.framesLeft()));
                continue;
            }
            m_running = true;
        }
        const std::size_t frames = std::min(total - done, chunk.framesLeft());
        const auto from = chunk.samples.begin() + static_cast<std::ptrdiff_t>(chunk.taken * channels);
        const auto to = out.begin() + static_cast<std::ptrdiff_t>(done * channels);
        std::copy_n(from, frames * channels, to);
        if (!heard)
            heard = Heard{chunk.now(), done};
        take(frames);
        done += frames;
    }
    if (done < total) {
        silence(total - done);
        m_running = false;
    }
    return heard;
}

void SoundBuffer::discardUntil(Ticks position)
{
    while (!m_chunks.empty() && m_chunks.front().now() < position) {
        const Chunk &chunk = m_chunks.front();
        const std::size_t late = std::min(framesOf(position - chunk.now()), chunk.framesLeft());
        if (late == 0)
            return;
        take(late);
    }
}

void SoundBuffer::clear()
{
    m_chunks.clear();
    m_frames = 0;
    m_running = false;
}

Ticks SoundBuffer::endPts() const
{
    if (m_chunks.empty())
        return media::noTicks;
    return m_chunks.back().pts + ticksOf(m_chunks.back().samples.size() / channels);
}

SoundBuffer::Peaks SoundBuffer::takePeaks()
{
    return std::exchange(m_peaks, {});
}

void SoundBuffer::take(std::size_t frames)
{
    Chunk &chunk = m_chunks.front();
    meter(std::span(chunk.samples).subspan(chunk.taken * channels, frames * channels));
    chunk.taken += frames;
    m_frames -= frames;
    if (chunk.framesLeft() == 0)
        m_chunks.pop_front();
}

void SoundBuffer::meter(std::span<const std::int16_t> samples)
{
    int left = 0;
    int right = 0;
    for (std::size_t i = 0; i + 1 < samples.size(); i += channels) {
        left = std::max(left, std::abs(int{samples[i]}));
        right = std::max(right, std::abs(int{samples[i + 1]}));
    }
    m_peaks.left = std::max(m_peaks.left, static_cast<float>(left) / 32768.0F);
    m_peaks.right = std::max(m_peaks.right, static_cast<float>(right) / 32768.0F);
}

} // namespace aspersor
