// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/tspatcher.h"

namespace aspersor::serve {

namespace {

constexpr std::size_t packetBytes = 188;
constexpr std::uint8_t syncByte = 0x47;
constexpr std::uint16_t patPid = 0;
constexpr std::uint16_t sdtPid = 0x11;
constexpr std::uint16_t nullPid = 0x1fff;

std::uint16_t pidOf(const std::uint8_t *packet)
{
    return static_cast<std::uint16_t>(((packet[1] & 0x1f) << 8) | packet[2]);
}

} // namespace

void TsPatcher::patch(std::span<std::uint8_t> bytes)
{
    for (std::size_t at = 0; at + packetBytes <= bytes.size(); at += packetBytes) {
        std::uint8_t *packet = bytes.data() + at;
        const std::uint16_t pid = pidOf(packet);
        if (packet[0] != syncByte || pid == nullPid)
            continue;
        Counter &counter = m_counters[pid];
        const bool hasPayload = packet[3] & 0x10;
        if (hasPayload)
            counter.last = (counter.last + 1) & 0x0f;
        packet[3] = static_cast<std::uint8_t>((packet[3] & 0xf0) | counter.last);
    }
}

Bytes TsPatcher::splice() const
{
    Bytes result(m_counters.size() * packetBytes, 0xff); // stuffing
    std::uint8_t *packet = result.data();
    for (const auto &[pid, counter] : m_counters) {
        packet[0] = syncByte;
        packet[1] = static_cast<std::uint8_t>(pid >> 8);
        packet[2] = static_cast<std::uint8_t>(pid);
        packet[3] = static_cast<std::uint8_t>(0x20 | counter.last); // adaptation field only
        packet[4] = packetBytes - 5;                                // adaptation_field_length
        packet[5] = 0x80;                                           // discontinuity_indicator
        packet += packetBytes;
    }
    return result;
}

bool beginsWithPat(std::span<const std::uint8_t> bytes)
{
    for (std::size_t at = 0; at + packetBytes <= bytes.size(); at += packetBytes) {
        const std::uint16_t pid = pidOf(bytes.data() + at);
        if (pid != sdtPid)
            return pid == patPid;
    }
    return false;
}

} // namespace aspersor::serve
