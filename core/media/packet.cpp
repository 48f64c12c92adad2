// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/packet.h"

#include "core/media/avptr.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace aspersor::media {

Packet::Packet(AVBufferRef *owner, std::span<const std::uint8_t> data) : m_buffer(owner), m_data(data) {}

Packet Packet::copyOf(std::span<const std::uint8_t> data)
{
    AVBufferRef *buffer = av_buffer_alloc(data.size() + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!buffer)
        throw std::bad_alloc();
    std::copy(data.begin(), data.end(), buffer->data);
    std::memset(buffer->data + data.size(), 0, AV_INPUT_BUFFER_PADDING_SIZE);
    return {buffer, {buffer->data, data.size()}};
}

Packet::Packet(const Packet &other)
    : track(other.track), keyframe(other.keyframe), corrupt(other.corrupt), pts(other.pts), dts(other.dts),
      duration(other.duration), m_buffer(other.m_buffer ? av_buffer_ref(other.m_buffer) : nullptr),
      m_data(other.m_data)
{
    if (other.m_buffer && !m_buffer)
        throw std::bad_alloc();
}

Packet &Packet::operator=(const Packet &other)
{
    if (this != &other)
        *this = Packet(other);
    return *this;
}

Packet::Packet(Packet &&other) noexcept
    : track(other.track), keyframe(other.keyframe), corrupt(other.corrupt), pts(other.pts), dts(other.dts),
      duration(other.duration), m_buffer(std::exchange(other.m_buffer, nullptr)),
      m_data(std::exchange(other.m_data, {}))
{
}

Packet &Packet::operator=(Packet &&other) noexcept
{
    if (this != &other) {
        av_buffer_unref(&m_buffer);
        track = other.track;
        keyframe = other.keyframe;
        corrupt = other.corrupt;
        pts = other.pts;
        dts = other.dts;
        duration = other.duration;
        m_buffer = std::exchange(other.m_buffer, nullptr);
        m_data = std::exchange(other.m_data, {});
    }
    return *this;
}

Packet::~Packet()
{
    av_buffer_unref(&m_buffer);
}

} // namespace aspersor::media
