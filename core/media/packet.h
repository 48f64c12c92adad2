// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"

#include <memory>
#include <span>

struct AVBufferRef;

namespace aspersor::media {

/// One compressed access unit (a picture, an audio frame). The bytes are reference-counted and never
/// change; copying a Packet shares them.
///
/// At least AV_INPUT_BUFFER_PADDING_SIZE readable bytes follow data(), as libav's decoders demand.
class Packet
{
public:
    Packet() = default;
    /// Takes over the reference `owner`; `data` lies inside it.
    Packet(AVBufferRef *owner, std::span<const std::uint8_t> data);
    /// Copies `data` into a new padded buffer.
    [[nodiscard]] static Packet copyOf(std::span<const std::uint8_t> data);

    Packet(const Packet &other);
    Packet &operator=(const Packet &other);
    Packet(Packet &&other) noexcept;
    Packet &operator=(Packet &&other) noexcept;
    ~Packet();

    [[nodiscard]] std::span<const std::uint8_t> data() const { return m_data; }
    [[nodiscard]] AVBufferRef *buffer() const { return m_buffer; } ///< still owned by the packet

    int track = 0;         ///< index into StreamDescription::tracks
    bool keyframe = false; ///< decodable alone; true for every audio packet
    bool corrupt = false;  ///< bytes are known to be missing
    Ticks pts = noTicks;
    Ticks dts = noTicks;
    Ticks duration = 0; ///< 0: unknown

private:
    AVBufferRef *m_buffer = nullptr;
    std::span<const std::uint8_t> m_data;
};

/// How a packet travels to many sinks.
using PacketPtr = std::shared_ptr<const Packet>;

} // namespace aspersor::media
