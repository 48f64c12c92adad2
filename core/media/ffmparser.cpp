// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffmparser.h"

#include "core/media/avptr.h"
#include "core/media/ffm.h"
#include "core/media/ffmbytes.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace aspersor::media {

Result<std::size_t> FfmParser::feed(std::span<const std::uint8_t> bytes, std::optional<Packet> &frame)
{
    frame.reset();
    std::size_t taken = 0;
    while (taken < bytes.size() && !frame) {
        const auto rest = bytes.subspan(taken);
        std::size_t count = 0;
        if (!m_header || m_blockHeadSize < ffmBlockHeadBytes) {
            const auto head = m_header ? takeBlockHead(rest) : takeHeader(rest);
            if (!head)
                return head;
            count = *head;
        } else if (m_skip > 0) {
            count = std::min(m_skip, rest.size());
            m_skip -= count;
            m_payloadLeft -= count;
        } else if (m_payloadLeft > 0) {
            const auto payload = rest.first(std::min(m_payloadLeft, rest.size()));
            count = m_frame || m_dropping > 0 ? takeData(payload) : takeFrameHead(payload);
            m_payloadLeft -= count;
            if (m_frame && m_dataTaken == m_frame->data().size())
                frame = std::exchange(m_frame, std::nullopt);
        } else {
            count = std::min(m_fill, rest.size());
            m_fill -= count;
        }
        taken += count;
        m_offset += count;
        if (m_blockHeadSize == ffmBlockHeadBytes && m_payloadLeft == 0 && m_fill == 0)
            m_blockHeadSize = 0;
    }
    return taken;
}

Result<std::size_t> FfmParser::takeHeader(std::span<const std::uint8_t> bytes)
{
    // It is looked at again with every block that it grows by: it has one as a rule.
    const std::size_t count = std::min(bytes.size(), ffmBlockBytes - m_headerBytes.size() % ffmBlockBytes);
    m_headerBytes.insert(m_headerBytes.end(), bytes.begin(),
                         bytes.begin() + static_cast<std::ptrdiff_t>(count));
    if (m_headerBytes.size() % ffmBlockBytes != 0)
        return count;
    auto read = readFfmHeader(m_headerBytes);
    if (!read)
        return tl::unexpected<Error>(read.error());
    if (*read && (*read)->size == m_headerBytes.size()) {
        m_header = std::move((*read)->header);
        m_headerBytes = {};
    }
    return count;
}

/// Fills m_blockHead; where damage is skipped, it moves on byte by byte to what looks like one.
Result<std::size_t> FfmParser::takeBlockHead(std::span<const std::uint8_t> bytes)
{
    const std::size_t count = std::min(bytes.size(), ffmBlockHeadBytes - m_blockHeadSize);
    std::ranges::copy(bytes.first(count), m_blockHead.begin() + static_cast<std::ptrdiff_t>(m_blockHeadSize));
    m_blockHeadSize += count;
    if (m_blockHeadSize < ffmBlockHeadBytes)
        return count;
    if (auto begun = beginBlock(m_offset + count - ffmBlockHeadBytes); !begun) {
        if (m_damage == Damage::IsError)
            return tl::unexpected<Error>(begun.error());
        m_errors += m_synced ? 1 : 0;
        m_synced = false;
        dropFrame();
        const auto next = std::find(m_blockHead.begin() + 1, m_blockHead.end(), std::uint8_t{'f'});
        std::copy(next, m_blockHead.end(), m_blockHead.begin());
        m_blockHeadSize = static_cast<std::size_t>(m_blockHead.end() - next);
    }
    return count;
}

/// Reads m_blockHead, which began at `at`.
Result<void> FfmParser::beginBlock(std::uint64_t at)
{
    const std::span<const std::uint8_t> head(m_blockHead);
    if (head[0] != 'f' || head[1] != 'm')
        return ffmFault(at, "no block begins here");
    const auto fill = static_cast<std::size_t>(bigEndian(head.subspan(2, 2)));
    const auto frameOffset = static_cast<std::uint16_t>(bigEndian(head.subspan(12, 2)));
    const std::size_t first = frameOffset & ~ffmDiscontinuity;
    constexpr std::size_t payload = ffmBlockBytes - ffmBlockHeadBytes;
    if (fill > payload)
        return ffmFault(at, "a block with " + std::to_string(fill) + " bytes of nothing");
    const bool jumps = !m_synced || (frameOffset & ffmDiscontinuity) != 0;
    if (jumps && first != 0 && (first < ffmBlockHeadBytes || first > ffmBlockBytes - fill))
        return ffmFault(at, "a frame that begins outside its block, at " + std::to_string(first));
    m_fill = fill;
    m_payloadLeft = payload - fill;
    m_skip = 0;
    if (jumps) {
        dropFrame();
        m_synced = first != 0;
        m_skip = m_synced ? first - ffmBlockHeadBytes : m_payloadLeft;
    }
    return {};
}

std::size_t FfmParser::takeFrameHead(std::span<const std::uint8_t> bytes)
{
    std::size_t count = 0;
    while (count < bytes.size()) {
        m_frameHead[m_frameHeadSize++] = bytes[count++];
        const bool hasDts = m_frameHeadSize >= 2 && (m_frameHead[1] & ffmHasDts) != 0;
        if (m_frameHeadSize == ffmFrameHeadBytes + (hasDts ? 4 : 0)) {
            beginFrame();
            break;
        }
    }
    return count;
}

void FfmParser::beginFrame()
{
    m_frameHeadSize = 0;
    const std::span<const std::uint8_t> head(m_frameHead);
    const auto size = static_cast<std::size_t>(bigEndian(head.subspan(2, 3)));
    const auto pts = static_cast<std::int64_t>(bigEndian(head.subspan(8, 8)));
    const bool hasDts = (head[1] & ffmHasDts) != 0;
    const auto delay = static_cast<std::int64_t>(hasDts ? bigEndian(head.subspan(16, 4)) : 0);
    constexpr std::int64_t maxMicroseconds = std::int64_t{1} << 60;
    if (head[0] >= m_header->tracks.size() || pts < -maxMicroseconds || pts > maxMicroseconds) {
        ++m_errors;
        m_dropping = size;
        return;
    }
    if (size == 0)
        return;
    AVBufferRef *buffer = av_buffer_alloc(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!buffer)
        throw std::bad_alloc();
    m_frame.emplace(buffer, std::span<const std::uint8_t>(buffer->data, size));
    m_frame->track = head[0];
    m_frame->keyframe = (head[1] & ffmKeyframe) != 0;
    m_frame->pts = ffmTicks(pts);
    m_frame->dts = ffmTicks(pts - delay);
    m_frame->duration = ffmTicks(static_cast<std::int64_t>(bigEndian(head.subspan(5, 3))));
    m_dataTaken = 0;
}

/// Bytes of a frame's data.
std::size_t FfmParser::takeData(std::span<const std::uint8_t> bytes)
{
    if (!m_frame) {
        const std::size_t count = std::min(bytes.size(), m_dropping);
        m_dropping -= count;
        return count;
    }
    const std::size_t size = m_frame->data().size();
    const std::size_t count = std::min(bytes.size(), size - m_dataTaken);
    std::uint8_t *data = m_frame->buffer()->data;
    std::ranges::copy(bytes.first(count), data + m_dataTaken);
    m_dataTaken += count;
    if (m_dataTaken == size)
        std::memset(data + size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    return count;
}

void FfmParser::dropFrame()
{
    m_errors += m_frame ? 1 : 0;
    m_frame.reset();
    m_frameHeadSize = 0;
    m_dropping = 0;
}

Result<void> FfmParser::finish() const
{
    if (!m_header)
        return ffmFault(m_offset, "it ends within its header");
    if (m_blockHeadSize != 0 && m_damage == Damage::IsError)
        return ffmFault(m_offset, "it ends within a block");
    return {};
}

} // namespace aspersor::media
