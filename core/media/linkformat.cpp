// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/linkformat.h"

#include "core/media/avptr.h"

#include <algorithm>
#include <cstring>

namespace aspersor::media {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::uint8_t descriptionRecord = 1;
constexpr std::uint8_t packetRecord = 2;
constexpr std::size_t packetHeadBytes = 28;
constexpr std::uint32_t maxPacketBytes = 16 * 1024 * 1024;
constexpr std::uint32_t maxDescriptionBytes = 1024 * 1024;
constexpr std::uint8_t maxTracks = 32;

template <typename T>
void append(std::vector<std::uint8_t> &out, T value)
{
    for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(static_cast<std::make_unsigned_t<T>>(value) >> shift));
}

/// Takes big-endian numbers from the front; reading past the end yields zeros and sets `short_`.
class Reader
{
public:
    explicit Reader(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}
    template <typename T>
    T take()
    {
        std::make_unsigned_t<T> value = 0;
        const auto bytes = takeBytes(sizeof(T));
        for (const std::uint8_t byte : bytes)
            value = static_cast<std::make_unsigned_t<T>>((static_cast<std::uint64_t>(value) << 8) | byte);
        return static_cast<T>(value);
    }
    std::span<const std::uint8_t> takeBytes(std::size_t count)
    {
        if (count > m_bytes.size()) {
            m_short = true;
            return {};
        }
        const auto taken = m_bytes.first(count);
        m_bytes = m_bytes.subspan(count);
        return taken;
    }
    [[nodiscard]] bool tooShort() const { return m_short; }

private:
    std::span<const std::uint8_t> m_bytes;
    bool m_short = false;
};

} // namespace

void appendLinkHeader(std::vector<std::uint8_t> &out)
{
    out.insert(out.end(), {'A', 'S', 'P', 'L', version});
}

void appendLinkDescription(const StreamDescription &description, std::vector<std::uint8_t> &out)
{
    out.push_back(descriptionRecord);
    const std::size_t sizeAt = out.size();
    append<std::uint32_t>(out, 0);
    append(out, static_cast<std::uint8_t>(description.tracks.size()));
    for (const TrackDescription &track : description.tracks) {
        append(out, static_cast<std::uint8_t>(track.kind));
        append(out, static_cast<std::uint32_t>(track.codecId));
        for (const int number :
             {track.profile, track.level, track.width, track.height, track.sampleRate, track.channels})
            append(out, static_cast<std::int32_t>(number));
        append(out, track.bitRate);
        for (const int number : {track.frameRateNum, track.frameRateDen, track.frameSize})
            append(out, static_cast<std::int32_t>(number));
        append(out, static_cast<std::uint32_t>(track.extradata.size()));
        out.insert(out.end(), track.extradata.begin(), track.extradata.end());
    }
    const std::size_t size = out.size() - sizeAt - 4;
    for (std::size_t i = 0; i < 4; ++i)
        out[sizeAt + i] = static_cast<std::uint8_t>(size >> (24 - 8 * i));
}

void appendLinkPacket(const Packet &packet, std::vector<std::uint8_t> &out)
{
    out.reserve(out.size() + packetHeadBytes + packet.data().size());
    out.push_back(packetRecord);
    append(out, static_cast<std::uint8_t>(packet.track));
    append(out, static_cast<std::uint8_t>((packet.keyframe ? 1 : 0) | (packet.corrupt ? 2 : 0)));
    append(out, static_cast<std::uint32_t>(packet.data().size()));
    append(out, packet.pts);
    append(out, packet.dts);
    append(out, static_cast<std::uint32_t>(std::clamp<Ticks>(packet.duration, 0, UINT32_MAX)));
    out.push_back(0);
    out.insert(out.end(), packet.data().begin(), packet.data().end());
}

// For heads of records and what comes with them in one read: a packet's bytes are read straight into it.
constexpr std::size_t headsBytes = 2 * 1024;

LinkDemuxer::LinkDemuxer(ByteSource &source) : m_source(source), m_buffer(headsBytes) {}

/// Makes `needed` bytes available at m_begin; false when the source ends before the first of them.
Result<bool> LinkDemuxer::fill(std::size_t needed)
{
    if (m_buffer.size() < needed)
        m_buffer.resize(needed);
    if (m_begin + needed > m_buffer.size()) {
        std::memmove(m_buffer.data(), m_buffer.data() + m_begin, m_end - m_begin);
        m_end -= m_begin;
        m_begin = 0;
    }
    while (m_end - m_begin < needed) {
        auto got = m_source.read(std::span(m_buffer).subspan(m_end));
        if (!got)
            return tl::unexpected<Error>(got.error());
        if (*got == 0) {
            if (m_end == m_begin)
                return false;
            return failure(Error::Kind::BadRequest, "the feed link ended within a record");
        }
        m_end += *got;
    }
    return true;
}

Result<void> LinkDemuxer::open()
{
    auto ready = fill(5);
    if (!ready)
        return tl::unexpected<Error>(ready.error());
    static constexpr std::uint8_t magic[] = {'A', 'S', 'P', 'L', version};
    if (!*ready || std::memcmp(m_buffer.data() + m_begin, magic, sizeof magic) != 0)
        return failure(Error::Kind::BadRequest, "not a feed link, or one of another version");
    m_begin += sizeof magic;
    return {};
}

Result<std::optional<Packet>> LinkDemuxer::next()
{
    for (;;) {
        auto more = fill(1);
        if (!more)
            return tl::unexpected<Error>(more.error());
        if (!*more)
            return std::optional<Packet>();
        switch (m_buffer[m_begin]) {
        case descriptionRecord: {
            auto read = readDescription();
            if (!read)
                return tl::unexpected<Error>(read.error());
            break;
        }
        case packetRecord: {
            auto packet = readPacket();
            if (!packet)
                return tl::unexpected<Error>(packet.error());
            return std::move(*packet);
        }
        default:
            return failure(Error::Kind::BadRequest, "unknown record in a feed link");
        }
    }
}

Result<void> LinkDemuxer::readDescription()
{
    if (auto ready = fill(5); !ready)
        return tl::unexpected<Error>(ready.error());
    const auto size = Reader({m_buffer.data() + m_begin + 1, 4}).take<std::uint32_t>();
    if (size > maxDescriptionBytes)
        return failure(Error::Kind::BadRequest, "the description in a feed link is too large");
    if (auto ready = fill(5 + size); !ready)
        return tl::unexpected<Error>(ready.error());
    Reader reader({m_buffer.data() + m_begin + 5, size});
    m_begin += 5 + size;

    StreamDescription description;
    const auto count = reader.take<std::uint8_t>();
    for (int i = 0; i < count && i < maxTracks; ++i) {
        TrackDescription track;
        const auto kind = reader.take<std::uint8_t>();
        track.kind = kind <= static_cast<std::uint8_t>(TrackKind::Other) ? static_cast<TrackKind>(kind)
                                                                         : TrackKind::Other;
        track.codecId = static_cast<int>(reader.take<std::uint32_t>());
        for (int *number :
             {&track.profile, &track.level, &track.width, &track.height, &track.sampleRate, &track.channels})
            *number = reader.take<std::int32_t>();
        track.bitRate = reader.take<std::int64_t>();
        for (int *number : {&track.frameRateNum, &track.frameRateDen, &track.frameSize})
            *number = reader.take<std::int32_t>();
        const auto extradata = reader.takeBytes(reader.take<std::uint32_t>());
        track.extradata.assign(extradata.begin(), extradata.end());
        description.tracks.push_back(std::move(track));
    }
    if (reader.tooShort() || count > maxTracks)
        return failure(Error::Kind::BadRequest, "broken description in a feed link");
    m_description = std::move(description);
    ++m_version;
    return {};
}

Result<Packet> LinkDemuxer::readPacket()
{
    if (auto ready = fill(packetHeadBytes); !ready)
        return tl::unexpected<Error>(ready.error());
    Reader reader({m_buffer.data() + m_begin + 1, packetHeadBytes - 1});
    m_begin += packetHeadBytes;
    const auto track = reader.take<std::uint8_t>();
    const auto flags = reader.take<std::uint8_t>();
    const auto size = reader.take<std::uint32_t>();
    if (size > maxPacketBytes || track >= m_description.tracks.size())
        return failure(Error::Kind::BadRequest, "broken packet in a feed link");
    AVBufferRef *buffer = av_buffer_alloc(size + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!buffer)
        return failure(Error::Kind::Libav, "no memory for a packet");
    Packet packet(buffer, {buffer->data, size});
    std::memset(buffer->data + size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    packet.track = track;
    packet.keyframe = flags & 1;
    packet.corrupt = flags & 2;
    packet.pts = reader.take<std::int64_t>();
    packet.dts = reader.take<std::int64_t>();
    packet.duration = reader.take<std::uint32_t>();
    if (auto read = readExact({buffer->data, size}); !read)
        return tl::unexpected<Error>(read.error());
    return packet;
}

Result<bool> LinkDemuxer::readExact(std::span<std::uint8_t> into)
{
    const std::size_t buffered = std::min(into.size(), m_end - m_begin);
    std::copy_n(m_buffer.data() + m_begin, buffered, into.data());
    m_begin += buffered;
    into = into.subspan(buffered);
    while (!into.empty()) {
        auto got = m_source.read(into);
        if (!got)
            return tl::unexpected<Error>(got.error());
        if (*got == 0)
            return failure(Error::Kind::BadRequest, "the feed link ended within a packet");
        into = into.subspan(*got);
    }
    return true;
}

} // namespace aspersor::media
