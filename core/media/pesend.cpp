// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/pesend.h"

#include <algorithm>
#include <cstring>

namespace aspersor::media {

namespace {

constexpr std::size_t packetSize = 188;
constexpr std::uint8_t syncByte = 0x47;
constexpr int trustedAfter = 3;        // pictures that kept to the rule before it is relied on
constexpr int piecesTrustedAfter = 60; // two seconds, a keyframe among them as a rule
constexpr std::size_t probePackets = 5;

/// Bytes of an adaptation field that are stuffing: what its flags do not account for (2.4.3.4). One stuffing
/// byte is written as a field of length 0.
std::size_t stuffingOf(std::span<const std::uint8_t> packet)
{
    if (!(packet[3] & 0x20))
        return 0;
    const std::size_t length = packet[4];
    if (length == 0)
        return 1;
    if (length > packetSize - 5)
        return 0;
    const std::uint8_t flags = packet[5];
    std::size_t used = 1;
    used += (flags & 0x10) ? 6 : 0;                                               // PCR
    used += (flags & 0x08) ? 6 : 0;                                               // OPCR
    used += (flags & 0x04) ? 1 : 0;                                               // splice_countdown
    for (const std::uint8_t counted : {std::uint8_t{0x02}, std::uint8_t{0x01}}) { // private data, extension
        if ((flags & counted) && used < length)
            used += 1U + packet[5 + used];
    }
    return used < length ? length - used : 0;
}

/// Where packets of `stride` bytes begin in `bytes`: the first offset with five sync bytes in a row.
std::size_t findPackets(std::span<const std::uint8_t> bytes, std::size_t stride, std::size_t count)
{
    const std::size_t needed = stride * (count - 1) + 1;
    for (std::size_t at = 0; at + needed <= bytes.size(); ++at) {
        std::size_t good = 0;
        while (good < count && bytes[at + good * stride] == syncByte)
            ++good;
        if (good == count)
            return at;
    }
    return bytes.size();
}

} // namespace

PesEnd::PesEnd(ByteSource &source, std::size_t probeBytes)
    : m_source(source), m_probeBytes(probeBytes), m_buffer(std::max<std::size_t>(probeBytes, 32 * 1024))
{
}

Result<std::size_t> PesEnd::read(std::span<std::uint8_t> into)
{
    if (!m_probed) {
        auto probed = probe(into);
        if (!probed)
            return probed;
    }
    for (;;) {
        if (const std::size_t passed = pass(into))
            return passed;
        if (m_ended)
            return std::size_t{0};
        if (m_begin > 0) {
            std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
            m_end -= m_begin;
            m_begin = 0;
        }
        auto got = m_source.read(std::span(m_buffer).subspan(m_end));
        if (!got)
            return got;
        m_ended = *got == 0;
        m_end += *got;
        m_piece = m_source.endedPiece();
    }
}

Result<std::size_t> PesEnd::probe(std::span<std::uint8_t>)
{
    while (!m_probed) {
        const std::span<const std::uint8_t> bytes(m_buffer.data(), m_end);
        // Of a short upload fewer packets will do.
        const std::size_t count =
            m_ended ? std::min(probePackets, std::max<std::size_t>(1, m_end / packetSize)) : probePackets;
        for (const std::size_t stride : {packetSize, std::size_t{192}, std::size_t{204}}) {
            const std::size_t at = findPackets(bytes, stride, count);
            if (at < bytes.size()) {
                m_probed = true;
                m_aligned = stride == packetSize;
                m_begin = m_aligned ? at : 0;
                return std::size_t{0};
            }
        }
        if (m_ended || m_end >= m_probeBytes)
            return failure(Error::Kind::BadRequest,
                           "the first " + std::to_string(m_end) + " bytes hold no MPEG-TS");
        auto got = m_source.read(std::span(m_buffer).subspan(m_end));
        if (!got)
            return got;
        m_ended = *got == 0;
        m_end += *got;
        m_piece = m_source.endedPiece();
    }
    return std::size_t{0};
}

/// Moves whole packets (all bytes when not aligned, or at the end) to `into`; returns how many bytes that
/// were.
std::size_t PesEnd::pass(std::span<std::uint8_t> into)
{
    std::size_t written = 0;
    const auto put = [&](std::span<const std::uint8_t> bytes) {
        std::copy(bytes.begin(), bytes.end(), into.begin() + static_cast<std::ptrdiff_t>(written));
        written += bytes.size();
    };
    while (written < into.size()) {
        if (m_insertPending) {
            if (into.size() - written < packetSize)
                break;
            put(m_insert);
            m_insertPending = false;
            ++m_inserted;
        }
        const std::span<const std::uint8_t> bytes(m_buffer.data() + m_begin, m_end - m_begin);
        if (bytes.empty())
            break;
        if (m_aligned && bytes.size() >= packetSize && bytes[0] == syncByte) {
            if (into.size() - written < packetSize)
                break;
            put(bytes.first(packetSize));
            m_begin += packetSize;
            m_insertPending = endsPes(bytes.first(packetSize), m_begin == m_end ? m_piece : 0);
            continue;
        }
        if (m_aligned && bytes.size() < packetSize && bytes[0] == syncByte && !m_ended)
            break;
        // Out of step: libav's demuxer looks for the sync byte itself; go along with it to the next
        // candidate.
        std::size_t run = bytes.size();
        if (m_aligned && !m_ended) {
            const std::size_t at = findPackets(bytes.subspan(1), packetSize, 2);
            run = at < bytes.size() - 1 ? at + 1 : bytes.size();
        }
        run = std::min(run, into.size() - written);
        put(bytes.first(run));
        m_begin += run;
    }
    return written;
}

PesEnd::Pid *PesEnd::pidOf(std::uint16_t number, bool create)
{
    for (std::size_t i = 0; i < m_pidCount; ++i) {
        if (m_pids[i].number == number)
            return &m_pids[i];
    }
    if (!create || m_pidCount == m_pids.size())
        return nullptr;
    m_pids[m_pidCount] = {.number = number};
    return &m_pids[m_pidCount++];
}

/// Looks at one packet, which ended a chunk of `piece` bytes (0: did not); true when m_insert is to follow
/// it.
bool PesEnd::endsPes(std::span<const std::uint8_t> packet, std::uint64_t piece)
{
    if (!(packet[3] & 0x10) || (packet[1] & 0x80)) // no payload; transport error
        return false;
    const auto number = static_cast<std::uint16_t>((packet[1] & 0x1f) << 8 | packet[2]);
    const bool begins = packet[1] & 0x40;
    const std::size_t payload = (packet[3] & 0x20) ? 5U + packet[4] : 4U;
    bool videoPes = false;
    if (begins && payload + 6 <= packetSize) {
        const std::uint8_t *p = packet.data() + payload;
        // packet_start_code_prefix, a video stream_id (Table 2-22), PES_packet_length 0
        videoPes = p[0] == 0 && p[1] == 0 && p[2] == 1 && (p[3] & 0xf0) == 0xe0 && p[4] == 0 && p[5] == 0;
    }
    Pid *pid = pidOf(number, videoPes);
    if (!pid)
        return false;
    if (begins) {
        if (pid->openEnded && pid->agreed >= 0)
            pid->agreed = std::min(pid->agreed + (pid->stuffed ? 1 : 0), trustedAfter);
        if (pid->openEnded && pid->piece > 0 && pid->piecesAgreed >= 0) {
            pid->piecesAgreed = std::min(pid->piecesAgreed + 1, piecesTrustedAfter);
            pid->largestPiece = std::max(pid->largestPiece, pid->piece);
        }
        pid->openEnded = videoPes;
    } else if (pid->openEnded) {
        if (pid->stuffed)
            pid->agreed = -1; // it went on behind stuffing: not a multiplexer that can be relied on
        if (pid->piece > 0)
            pid->piecesAgreed = -1;
    }
    pid->stuffed = stuffingOf(packet) > 0;
    pid->piece = piece;
    const bool byStuffing = pid->stuffed && pid->agreed >= trustedAfter;
    const bool byPiece = piece > 0 && pid->piecesAgreed >= piecesTrustedAfter && piece <= pid->largestPiece;
    if (!pid->openEnded || !(byStuffing || byPiece))
        return false;
    makeInsert(number, packet[3] & 0x0f);
    return true;
}

void PesEnd::makeInsert(std::uint16_t pid, std::uint8_t counter)
{
    m_insert.fill(0xff);
    m_insert[0] = syncByte;
    m_insert[1] = static_cast<std::uint8_t>(0x40 | (pid >> 8)); // payload_unit_start_indicator
    m_insert[2] = static_cast<std::uint8_t>(pid & 0xff);
    m_insert[3] = static_cast<std::uint8_t>(0x30 | counter); // adaptation field and payload, same counter
    m_insert[4] = 182;
    m_insert[5] = 0x80; // discontinuity_indicator
    m_insert[187] = 0;  // one byte of a PES header that the next real PES makes void
}

} // namespace aspersor::media
