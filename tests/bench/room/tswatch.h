// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace aspersor::bench {

/// Follows the pictures in a viewer's MPEG-TS: which one, and when its last byte came.
///
/// Pure: bytes in any pieces and the time at which they came in, pictures out.
class TsWatch
{
public:
    /// `id`: what stands in the picture's marker; `lastByteAt`: when the piece came that ended it. A picture
    /// is reported when the next one begins, which says that it was whole.
    using Picture = std::function<void(std::int64_t id, std::int64_t lastByteAt)>;

    explicit TsWatch(Picture picture) : m_picture(std::move(picture)) {}

    void add(std::span<const std::uint8_t> bytes, std::int64_t now);

    /// Lost sync and jumps of continuity counters (ISO/IEC 13818-1, 2.4.3.3).
    [[nodiscard]] std::uint64_t errors() const { return m_errors; }

private:
    static constexpr std::size_t packetSize = 188;
    void take(const std::uint8_t *packet, std::int64_t now);
    void checkContinuity(const std::uint8_t *packet, int pid);
    void finish();

    Picture m_picture;
    std::array<std::uint8_t, packetSize> m_carry{};
    std::size_t m_carried = 0;
    std::array<std::int8_t, 8192> m_counters = unknownCounters();
    int m_videoPid = -1;
    std::string m_begin; // of the picture's PES, where the marker is
    std::int64_t m_lastByteAt = 0;
    std::uint64_t m_errors = 0;

    static constexpr std::array<std::int8_t, 8192> unknownCounters()
    {
        std::array<std::int8_t, 8192> all{};
        all.fill(-1);
        return all;
    }
};

} // namespace aspersor::bench
