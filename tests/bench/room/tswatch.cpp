// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/tswatch.h"

#include "tests/bench/fanout/pacedclip.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace aspersor::bench {

namespace {

constexpr std::uint8_t syncByte = 0x47;
constexpr int nullPid = 0x1fff;
constexpr std::size_t searched = 400; // the marker stands near the beginning of its picture
constexpr std::size_t idDigits = 16;

/// Where the payload of a TS packet begins; 188: it has none.
std::size_t payloadAt(const std::uint8_t *packet)
{
    const bool payload = (packet[3] & 0x10) != 0;
    const bool adaptation = (packet[3] & 0x20) != 0;
    if (!payload)
        return 188;
    return std::min<std::size_t>(adaptation ? 5U + packet[4] : 4U, 188);
}

} // namespace

void TsWatch::add(std::span<const std::uint8_t> bytes, std::int64_t now)
{
    while (!bytes.empty()) {
        if (m_carried == 0 && bytes.size() >= packetSize) {
            take(bytes.data(), now);
            bytes = bytes.subspan(packetSize);
            continue;
        }
        const std::size_t count = std::min(packetSize - m_carried, bytes.size());
        std::memcpy(m_carry.data() + m_carried, bytes.data(), count);
        m_carried += count;
        bytes = bytes.subspan(count);
        if (m_carried == packetSize) {
            m_carried = 0;
            take(m_carry.data(), now);
        }
    }
}

void TsWatch::take(const std::uint8_t *packet, std::int64_t now)
{
    if (packet[0] != syncByte) {
        ++m_errors;
        return;
    }
    const int pid = (packet[1] & 0x1f) << 8 | packet[2];
    checkContinuity(packet, pid);
    const std::size_t at = payloadAt(packet);
    const bool begins = (packet[1] & 0x40) != 0;
    // ISO/IEC 13818-1, table 2-22: stream_id 1110 xxxx is a video stream
    if (begins && at + 4 <= packetSize && packet[at] == 0 && packet[at + 1] == 0 && packet[at + 2] == 1 &&
        (packet[at + 3] & 0xf0) == 0xe0) {
        finish();
        m_videoPid = pid;
    }
    if (pid != m_videoPid || at >= packetSize)
        return;
    m_lastByteAt = now;
    if (m_begin.size() < searched)
        m_begin.append(reinterpret_cast<const char *>(packet + at), packetSize - at);
}

void TsWatch::checkContinuity(const std::uint8_t *packet, int pid)
{
    if (pid == nullPid)
        return;
    const bool payload = (packet[3] & 0x10) != 0;
    const bool announced = (packet[3] & 0x20) != 0 && packet[4] > 0 && (packet[5] & 0x80) != 0;
    const int counter = packet[3] & 0x0f;
    std::int8_t &last = m_counters[static_cast<std::size_t>(pid)];
    if (last >= 0 && !announced && counter != (payload ? (last + 1) & 0x0f : last))
        ++m_errors;
    last = static_cast<std::int8_t>(counter);
}

void TsWatch::finish()
{
    const auto found = m_begin.find(PacedClip::marker);
    if (found != std::string::npos && found + PacedClip::marker.size() + idDigits <= m_begin.size()) {
        const char *digits = m_begin.data() + found + PacedClip::marker.size();
        std::int64_t id = 0;
        std::from_chars(digits, digits + idDigits, id, 16);
        m_picture(id, m_lastByteAt);
    }
    m_begin.clear();
}

} // namespace aspersor::bench
