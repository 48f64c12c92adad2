// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/sniff.h"

#include "core/media/ffm.h"
#include "core/media/linkformat.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace aspersor::media {

namespace {

constexpr std::size_t tsPacket = 188;
constexpr std::uint8_t tsSync = 0x47; // ISO/IEC 13818-1, 2.4.3.3

bool isTransportStream(std::span<const std::uint8_t> bytes)
{
    for (std::size_t at = 0; at < tsPacket && at + 2 * tsPacket < bytes.size(); ++at) {
        if (bytes[at] == tsSync && bytes[at + tsPacket] == tsSync && bytes[at + 2 * tsPacket] == tsSync)
            return true;
    }
    return false;
}

struct Magic {
    std::string_view bytes;
    const char *format;
};
constexpr std::array<Magic, 6> magics{{
    {"FFM1", ffmFormat},
    {"FFM2", ffmFormat},
    {"ASPL", linkFormat},
    {"FLV\x01", "flv"},
    {"\x1a\x45\xdf\xa3", "matroska"}, // EBML, RFC 8794
    {"nut/multimedia container", "nut"},
}};

} // namespace

std::string sniffFormat(std::span<const std::uint8_t> begin)
{
    const std::string_view text(reinterpret_cast<const char *>(begin.data()), begin.size());
    for (const Magic &magic : magics) {
        if (text.starts_with(magic.bytes))
            return magic.format;
    }
    return isTransportStream(begin) ? "mpegts" : "";
}

Result<std::span<const std::uint8_t>> PeekedSource::peek(std::size_t count)
{
    std::array<std::uint8_t, sniffBytes> piece{};
    while (m_head.size() < count) {
        const std::size_t missing = std::min(count - m_head.size(), piece.size());
        auto got = m_source.read(std::span(piece).first(missing));
        if (!got)
            return tl::unexpected<Error>(got.error());
        if (*got == 0)
            break;
        m_head.insert(m_head.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*got));
    }
    return std::span<const std::uint8_t>(m_head);
}

Result<std::size_t> PeekedSource::read(std::span<std::uint8_t> into)
{
    if (m_next < m_head.size()) {
        const std::size_t count = std::min(into.size(), m_head.size() - m_next);
        std::copy_n(m_head.begin() + static_cast<std::ptrdiff_t>(m_next), count, into.begin());
        m_next += count;
        return count;
    }
    return m_source.read(into);
}

} // namespace aspersor::media
