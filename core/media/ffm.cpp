// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffm.h"

#include "core/media/ffmbytes.h"
#include "core/media/ffmheader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

namespace aspersor::media {

namespace {

// 90 kHz and 1 MHz have 10 kHz in common: a tick is 100/9 of a microsecond.
constexpr std::int64_t microsecondsPer = 100;
constexpr std::int64_t ticksPer = 9;
constexpr Ticks maxTicks = std::numeric_limits<Ticks>::max() / 32; // more than 100000 years

/// value * numerator / denominator to the nearest, without overflow on the way; saturates.
std::int64_t scaled(std::int64_t value, std::int64_t numerator, std::int64_t denominator)
{
    const std::int64_t whole = value / denominator;
    const std::int64_t rest = value % denominator * numerator;
    const std::int64_t rounded = (rest + (rest < 0 ? -denominator : denominator) / 2) / denominator;
    constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max();
    if (whole > (limit - numerator) / numerator)
        return limit;
    if (whole < -(limit - numerator) / numerator)
        return -limit;
    return whole * numerator + rounded;
}

bool isTime(Ticks ticks) // noTicks is none
{
    return ticks > -maxTicks && ticks < maxTicks;
}

} // namespace

std::int64_t ffmMicroseconds(Ticks ticks)
{
    return scaled(ticks, microsecondsPer, ticksPer);
}

Ticks ffmTicks(std::int64_t microseconds)
{
    return scaled(microseconds, ticksPer, microsecondsPer);
}

std::vector<int> ffmSoundFirst(const StreamDescription &description)
{
    std::vector<int> order(description.tracks.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_partition(order.begin(), order.end(), [&description](int track) {
        return description.tracks[static_cast<std::size_t>(track)].kind == TrackKind::Audio;
    });
    return order;
}

FfmMuxer::FfmMuxer(Sink sink) : m_sink(std::move(sink)), m_block(ffmBlockBytes) {}

Result<void> FfmMuxer::open(const StreamDescription &description, const Options &options)
{
    std::vector<int> order = options.tracks;
    if (order.empty()) {
        order.resize(description.tracks.size());
        std::iota(order.begin(), order.end(), 0);
    }
    if (order.empty() || order.size() > ffmMaxTracks)
        return failure(Error::Kind::LimitExceeded,
                       "FFM holds 1 to " + std::to_string(ffmMaxTracks) + " tracks");
    StreamDescription written;
    m_streamOf.assign(description.tracks.size(), -1);
    for (const int track : order) {
        const auto index = static_cast<std::size_t>(track);
        if (track < 0 || index >= description.tracks.size())
            return failure(Error::Kind::BadRequest, "there is no track " + std::to_string(track));
        m_streamOf[index] = static_cast<int>(written.tracks.size());
        written.tracks.push_back(description.tracks[index]);
    }
    const auto header = ffmHeaderBytes(ffmHeaderOf(written));
    if (!header)
        return tl::unexpected<Error>(header.error());
    if (header->size() != ffmBlockBytes)
        return failure(Error::Kind::LimitExceeded,
                       "the tracks' parameters are too large for a live feed in FFM (4096 bytes)");
    m_start = options.startMicroseconds;
    m_blockDts = 0;
    m_discontinuity = ffmDiscontinuity;
    beginBlock();
    m_sink(std::span(*header).first<ffmBlockBytes>());
    return {};
}

void FfmMuxer::beginBlock()
{
    m_end = ffmBlockHeadBytes;
    m_frameStarts = false;
    const std::span head(m_block);
    m_block[0] = 'f';
    m_block[1] = 'm';
    putBig(head.subspan(2, 2), 0);
    putBig(head.subspan(4, 8), static_cast<std::uint64_t>(m_blockDts));
    putBig(head.subspan(12, 2), m_discontinuity);
}

Result<void> FfmMuxer::write(const Packet &packet)
{
    const auto track = static_cast<std::size_t>(packet.track);
    if (packet.track < 0 || track >= m_streamOf.size())
        return failure(Error::Kind::BadRequest, "there is no track " + std::to_string(packet.track));
    if (m_streamOf[track] < 0)
        return {};
    if (packet.data().size() > ffmMaxU24)
        return failure(Error::Kind::LimitExceeded, "a packet of 16 MiB and more does not go into FFM");
    if (!isTime(packet.dts) || !isTime(packet.pts))
        return failure(Error::Kind::BadRequest, "a packet without time does not go into FFM");
    const std::int64_t pts = m_start + ffmMicroseconds(packet.pts);
    const std::int64_t dts = m_start + ffmMicroseconds(packet.dts);
    if (pts < dts || pts - dts > std::numeric_limits<std::uint32_t>::max())
        return failure(Error::Kind::BadRequest,
                       "a packet that is shown before it is decoded, or more than an hour"
                       " later, does not go into FFM");
    if (!m_frameStarts) {
        m_frameStarts = true;
        m_blockDts = dts;
        const std::span head(m_block);
        putBig(head.subspan(4, 8), static_cast<std::uint64_t>(dts));
        putBig(head.subspan(12, 2), m_discontinuity | m_end);
    }
    const std::int64_t duration = std::clamp<std::int64_t>(ffmMicroseconds(packet.duration), 0, ffmMaxU24);
    std::array<std::uint8_t, ffmFrameHeadBytes + 4> head{};
    const std::span fields(head);
    head[0] = static_cast<std::uint8_t>(m_streamOf[track]);
    head[1] = static_cast<std::uint8_t>((packet.keyframe ? ffmKeyframe : 0) | (pts != dts ? ffmHasDts : 0));
    putBig(fields.subspan(2, 3), packet.data().size());
    putBig(fields.subspan(5, 3), static_cast<std::uint64_t>(duration));
    putBig(fields.subspan(8, 8), static_cast<std::uint64_t>(pts));
    putBig(fields.subspan(16, 4), static_cast<std::uint64_t>(pts - dts));
    append(fields.first(pts != dts ? head.size() : ffmFrameHeadBytes));
    append(packet.data());
    return {};
}

void FfmMuxer::append(std::span<const std::uint8_t> bytes)
{
    while (!bytes.empty()) {
        const std::size_t count = std::min(bytes.size(), ffmBlockBytes - m_end);
        std::ranges::copy(bytes.first(count), m_block.begin() + static_cast<std::ptrdiff_t>(m_end));
        m_end += count;
        bytes = bytes.subspan(count);
        if (m_end == ffmBlockBytes) {
            m_sink(std::span(m_block).first<ffmBlockBytes>());
            m_discontinuity = 0;
            beginBlock();
        }
    }
}

void FfmMuxer::flush()
{
    if (m_end <= ffmBlockHeadBytes)
        return;
    putBig(std::span(m_block).subspan(2, 2), ffmBlockBytes - m_end);
    std::fill(m_block.begin() + static_cast<std::ptrdiff_t>(m_end), m_block.end(), std::uint8_t{0});
    m_sink(std::span(m_block).first<ffmBlockBytes>());
    m_discontinuity = 0;
    beginBlock();
}

} // namespace aspersor::media
