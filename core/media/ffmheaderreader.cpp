// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffm.h"
#include "core/media/ffmbytes.h"
#include "core/media/ffmcodecs.h"
#include "core/media/ffmheader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <tuple>

namespace aspersor::media {

namespace {

constexpr std::size_t fixedBytes = 16;     // magic, block size, write index
constexpr std::size_t chunkHeadBytes = 8;  // name, size
constexpr std::size_t oldVideoBytes = 174; // STVI without its text
constexpr std::size_t oldVideoTextAt = 29; // in STVI: a text that ends with a NUL
constexpr int maxPixels = 32768;           // a side
constexpr int maxSampleRate = 768'000;
constexpr int maxChannels = 64;
constexpr int maxFrameSize = 1 << 20;

/// Takes numbers off the front of a piece of the header; past the end they are zero, and short() is true.
class Cursor
{
public:
    Cursor(std::span<const std::uint8_t> bytes, std::size_t offset) : m_bytes(bytes), m_offset(offset) {}
    [[nodiscard]] std::uint64_t take(std::size_t size) { return bigEndian(takeBytes(size)); }
    [[nodiscard]] int takeLittle16()
    {
        const auto bytes = takeBytes(2);
        return bytes.empty() ? 0 : bytes[0] | bytes[1] << 8;
    }
    std::span<const std::uint8_t> takeBytes(std::size_t size)
    {
        if (m_short || size > m_bytes.size()) {
            m_short = true;
            return {};
        }
        const auto taken = m_bytes.first(size);
        m_bytes = m_bytes.subspan(size);
        m_offset += size;
        return taken;
    }
    /// Up to a NUL, which is taken too.
    void skipText()
    {
        const auto end = std::ranges::find(m_bytes, std::uint8_t{0});
        takeBytes(static_cast<std::size_t>(end - m_bytes.begin()) + 1);
    }
    [[nodiscard]] std::size_t offset() const { return m_offset; }
    [[nodiscard]] bool tooShort() const { return m_short; }

private:
    std::span<const std::uint8_t> m_bytes;
    std::size_t m_offset;
    bool m_short = false;
};

int number(std::string_view text, int least, int most, int otherwise)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && value >= least && value <= most ? value : otherwise;
}

/// The numbers on both sides of a mark ("640x360", "1/25"), or zeros.
std::pair<int, int> pairOf(std::string_view text, char mark, int most)
{
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos)
        return {0, 0};
    const int first = number(text.substr(0, at), 1, most, 0);
    const int second = number(text.substr(at + 1), 1, most, 0);
    return first > 0 && second > 0 ? std::pair(first, second) : std::pair(0, 0);
}

/// What a text says of the track; other keys, and values that cannot be, say nothing.
void applyText(std::string_view text, TrackDescription &track)
{
    for (const auto &[key, value] : ffmOptions(text)) {
        if (key == "video_size" && track.kind == TrackKind::Video) {
            std::tie(track.width, track.height) = pairOf(value, 'x', maxPixels);
        } else if (key == "time_base" && track.kind == TrackKind::Video) {
            const auto [numerator, denominator] = pairOf(value, '/', 1'000'000);
            track.frameRateNum = denominator;
            track.frameRateDen = std::max(numerator, 1);
        } else if (key == "ar" && track.kind == TrackKind::Audio) {
            track.sampleRate = number(value, 1, maxSampleRate, 0);
        } else if (key == "ac" && track.kind == TrackKind::Audio) {
            track.channels = number(value, 1, maxChannels, 0);
        } else if (key == "frame_size" && track.kind == TrackKind::Audio) {
            track.frameSize = number(value, 1, maxFrameSize, 0);
        } else if (key == "profile") {
            track.profile = number(value, 0, 0xffff, -99);
        } else if (key == "level") {
            track.level = number(value, 0, 0xffff, -99);
        } else if (key == "b" && track.bitRate == 0) {
            track.bitRate = number(value, 0, INT32_MAX, 0);
        }
    }
}

/// The first 21 bytes of a COMM.
Result<FfmTrack> readCommon(Cursor &cursor, bool &hasExtradata)
{
    FfmTrack track;
    const std::size_t idAt = cursor.offset();
    const auto id = static_cast<std::uint32_t>(cursor.take(4));
    const std::uint64_t type = cursor.take(1);
    track.description.bitRate = static_cast<std::int64_t>(cursor.take(4));
    hasExtradata = (cursor.take(4) & ffmHasExtradata) != 0;
    static_cast<void>(cursor.take(8));
    if (cursor.tooShort())
        return track; // the caller sees it, too
    const auto codec = ffmCodec(id);
    if (!codec)
        return ffmFault(idAt, "codec number " + std::to_string(id) + " is not known");
    if (type != (codec->kind == TrackKind::Audio ? ffmAudio : ffmVideo))
        return ffmFault(idAt + 4, "media type " + std::to_string(type) + " is not that of the codec");
    track.description.codecId = codec->codecId;
    track.description.kind = codec->kind;
    return track;
}

void readExtradata(Cursor &cursor, TrackDescription &track)
{
    const auto bytes = cursor.takeBytes(static_cast<std::size_t>(cursor.take(4)));
    track.extradata.assign(bytes.begin(), bytes.end());
}

void readOldAudio(Cursor &cursor, TrackDescription &track)
{
    track.sampleRate = static_cast<int>(std::min<std::uint64_t>(cursor.take(4), maxSampleRate));
    track.channels = std::min(cursor.takeLittle16(), maxChannels); // these two are little-endian
    track.frameSize = cursor.takeLittle16();
}

void readOldVideo(Cursor &cursor, TrackDescription &track)
{
    const auto numerator = static_cast<int>(std::min<std::uint64_t>(cursor.take(4), 1'000'000));
    const auto denominator = static_cast<int>(std::min<std::uint64_t>(cursor.take(4), 1'000'000));
    if (numerator > 0 && denominator > 0) {
        track.frameRateNum = denominator;
        track.frameRateDen = numerator;
    }
    track.width = static_cast<int>(std::min<std::uint64_t>(cursor.take(2), maxPixels));
    track.height = static_cast<int>(std::min<std::uint64_t>(cursor.take(2), maxPixels));
    cursor.takeBytes(oldVideoTextAt - 12); // how it was encoded: of no use to us
    cursor.skipText();
    cursor.takeBytes(oldVideoBytes - oldVideoTextAt);
}

/// FFM2's chunks after COMM, and which of them its track has had.
class Chunks
{
public:
    explicit Chunks(FfmHeader &header) : m_header(header) {}

    /// One chunk; `offset` is that of its head.
    [[nodiscard]] Result<void> take(std::string_view name, std::span<const std::uint8_t> body,
                                    std::size_t offset)
    {
        if (name == "MAIN")
            return std::exchange(m_main, true) ? ffmFault(offset, "a second MAIN") : Result<void>();
        if (name == "COMM")
            return takeCommon(body, offset);
        const bool video = name == "S2VI" || name == "STVI";
        const bool audio = name == "S2AU" || name == "STAU";
        if (!video && !audio && name != "CPRV")
            return {}; // not known, not needed
        if (m_header.tracks.empty())
            return ffmFault(offset, std::string(name) + " before any COMM");
        FfmTrack &track = m_header.tracks.back();
        if ((video || audio) && video != (track.description.kind == TrackKind::Video))
            return ffmFault(offset, std::string(name) + " for a track of the other kind");
        if (std::exchange(video || audio ? m_described : m_private, true))
            return ffmFault(offset, "a second " + std::string(name) + " for a track");
        if (name[1] == 'T')
            return takeOld(body, offset, track.description);
        if (body.empty())
            return ffmFault(offset + 4, "an empty " + std::string(name));
        const auto end = std::ranges::find(body, std::uint8_t{0});
        std::string &text = name == "CPRV" ? track.privateText : track.text;
        text.assign(body.begin(), end);
        if (name != "CPRV")
            applyText(text, track.description);
        return {};
    }

private:
    [[nodiscard]] Result<void> takeCommon(std::span<const std::uint8_t> body, std::size_t offset)
    {
        if (m_header.tracks.size() == ffmMaxTracks)
            return ffmFault(offset, "more than " + std::to_string(ffmMaxTracks) + " tracks");
        Cursor cursor(body, offset + chunkHeadBytes);
        bool hasExtradata = false;
        auto track = readCommon(cursor, hasExtradata);
        if (!track)
            return tl::unexpected<Error>(track.error());
        if (hasExtradata)
            readExtradata(cursor, track->description);
        if (cursor.tooShort())
            return ffmFault(cursor.offset(), "COMM is too short for what it announces");
        m_header.tracks.push_back(std::move(*track));
        m_described = m_private = false;
        return {};
    }
    [[nodiscard]] static Result<void> takeOld(std::span<const std::uint8_t> body, std::size_t offset,
                                              TrackDescription &track)
    {
        Cursor cursor(body, offset + chunkHeadBytes);
        if (track.kind == TrackKind::Audio)
            readOldAudio(cursor, track);
        else
            readOldVideo(cursor, track);
        return cursor.tooShort() ? ffmFault(cursor.offset(), "the description of a track is too short")
                                 : Result<void>();
    }

    FfmHeader &m_header;
    bool m_main = false;
    bool m_described = false; // the newest track: by S2xx or STxx
    bool m_private = false;   // by CPRV
};

std::size_t padded(std::size_t size)
{
    return (size + ffmBlockBytes - 1) / ffmBlockBytes * ffmBlockBytes;
}

using MaybeHeader = std::optional<FfmHeaderRead>;

Result<MaybeHeader> readFfm2(std::span<const std::uint8_t> bytes, FfmHeader header)
{
    Chunks chunks(header);
    for (std::size_t at = fixedBytes; at + chunkHeadBytes <= bytes.size();) {
        const auto name = bytes.subspan(at, 4);
        const std::uint64_t size = bigEndian(bytes.subspan(at + 4, 4));
        if (bigEndian(name) == 0)
            return MaybeHeader({std::move(header), padded(at + chunkHeadBytes)});
        if (size > ffmMaxHeaderBytes)
            return ffmFault(at + 4, "a piece of the header has " + std::to_string(size) + " bytes");
        if (at + chunkHeadBytes + size > bytes.size())
            break;
        const std::string_view text(reinterpret_cast<const char *>(name.data()), name.size());
        if (auto taken = chunks.take(text, bytes.subspan(at + chunkHeadBytes, size), at); !taken)
            return tl::unexpected<Error>(taken.error());
        at += chunkHeadBytes + size;
    }
    return MaybeHeader();
}

Result<MaybeHeader> readFfm1(std::span<const std::uint8_t> bytes, FfmHeader header)
{
    Cursor cursor(bytes.subspan(fixedBytes), fixedBytes);
    const std::uint64_t count = cursor.take(4);
    static_cast<void>(cursor.take(4)); // bit rate of all
    if (count > ffmMaxTracks)
        return ffmFault(fixedBytes, "more than " + std::to_string(ffmMaxTracks) + " tracks");
    for (std::uint64_t i = 0; i < count && !cursor.tooShort(); ++i) {
        bool hasExtradata = false;
        auto track = readCommon(cursor, hasExtradata);
        if (!track)
            return tl::unexpected<Error>(track.error());
        if (track->description.kind == TrackKind::Audio)
            readOldAudio(cursor, track->description);
        else
            readOldVideo(cursor, track->description);
        if (hasExtradata)
            readExtradata(cursor, track->description);
        header.tracks.push_back(std::move(*track));
    }
    if (cursor.tooShort())
        return MaybeHeader();
    return MaybeHeader({std::move(header), padded(cursor.offset())});
}

} // namespace

bool looksLikeFfm(std::span<const std::uint8_t> front)
{
    return front.size() >= 4 && std::memcmp(front.data(), "FFM", 3) == 0 &&
           (front[3] == '1' || front[3] == '2');
}

Result<std::optional<FfmHeaderRead>> readFfmHeader(std::span<const std::uint8_t> bytes)
{
    if (bytes.size() >= 4 && !looksLikeFfm(bytes))
        return ffmFault(0, "it does not begin with FFM2 or FFM1");
    if (bytes.size() >= 8 && bigEndian(bytes.subspan(4, 4)) != ffmBlockBytes)
        return ffmFault(4, "its blocks are not of 4096 bytes");
    MaybeHeader read;
    if (bytes.size() >= fixedBytes) {
        FfmHeader header;
        header.writeIndex = bigEndian(bytes.subspan(8, 8));
        auto result =
            bytes[3] == '1' ? readFfm1(bytes, std::move(header)) : readFfm2(bytes, std::move(header));
        if (!result)
            return result;
        read = std::move(*result);
    }
    if (!read && bytes.size() >= ffmMaxHeaderBytes)
        return ffmFault(bytes.size(), "its header is too large");
    return read;
}

} // namespace aspersor::media
