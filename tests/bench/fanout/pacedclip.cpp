// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/fanout/pacedclip.h"

#include "core/media/demuxer.h"
#include "core/media/muxer.h"
#include "core/media/timeline.h"
#include "core/media/trackparser.h"

#include <algorithm>
#include <ctime>
#include <fstream>

namespace aspersor::bench {

namespace {

class FileSource final : public media::ByteSource
{
public:
    explicit FileSource(const std::string &path) : m_file(path, std::ios::binary) {}
    Result<std::size_t> read(std::span<std::uint8_t> into) override
    {
        m_file.read(reinterpret_cast<char *>(into.data()), static_cast<std::streamsize>(into.size()));
        return static_cast<std::size_t>(m_file.gcount());
    }

private:
    std::ifstream m_file;
};

media::Packet withMarker(const media::Packet &picture)
{
    const auto data = picture.data();
    std::vector<std::uint8_t> bytes(data.begin(), data.end());
    std::vector<std::uint8_t> sei{0, 0, 0, 1, 6, 5, 32};
    sei.insert(sei.end(), PacedClip::marker.begin(), PacedClip::marker.end());
    sei.insert(sei.end(), 16, '0');
    sei.push_back(0x80);
    const auto at = static_cast<std::ptrdiff_t>(media::shapeOf(data, false, false).afterDelimiter);
    bytes.insert(bytes.begin() + at, sei.begin(), sei.end());
    media::Packet marked = media::Packet::copyOf(bytes);
    marked.track = picture.track;
    marked.keyframe = picture.keyframe;
    marked.pts = picture.pts;
    marked.dts = picture.dts;
    marked.duration = picture.duration;
    return marked;
}

} // namespace

std::int64_t nowNs()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

Result<PacedClip> PacedClip::load(const std::string &path)
{
    FileSource source(path);
    auto demuxer = media::Demuxer::open(source, {});
    if (!demuxer)
        return tl::unexpected<Error>(demuxer.error());
    PacedClip clip;
    media::Timeline timeline;
    std::unique_ptr<media::Muxer> muxer;
    media::Ticks first = media::noTicks;
    for (;;) {
        auto packet = (*demuxer)->next();
        if (!packet)
            return tl::unexpected<Error>(packet.error());
        if (!*packet)
            break;
        timeline.place(**packet, {});
        if (!muxer) {
            auto opened = media::Muxer::open(
                "mpegts", (*demuxer)->description(), [&](std::span<const std::uint8_t> bytes) {
                    clip.m_bytes.insert(clip.m_bytes.end(), bytes.begin(), bytes.end());
                });
            if (!opened)
                return tl::unexpected<Error>(opened.error());
            muxer = std::move(*opened);
            first = (*packet)->dts;
        }
        const bool video =
            (*demuxer)->description().tracks[static_cast<std::size_t>((*packet)->track)].kind ==
            media::TrackKind::Video;
        Piece piece{.offset = clip.m_bytes.size()};
        if (auto written = muxer->write(video ? withMarker(**packet) : **packet); !written)
            return tl::unexpected<Error>(written.error());
        if (auto flushed = muxer->flush(); !flushed)
            return tl::unexpected<Error>(flushed.error());
        piece.size = clip.m_bytes.size() - piece.offset;
        piece.dueNs = ((*packet)->dts - first) * 100'000 / 9;
        if (video) {
            const auto begin = clip.m_bytes.begin() + static_cast<std::ptrdiff_t>(piece.offset);
            const auto found = std::search(begin, clip.m_bytes.end(), marker.begin(), marker.end());
            if (found == clip.m_bytes.end())
                return failure(Error::Kind::Libav, "a picture lost its marker");
            piece.stampAt = static_cast<std::size_t>(found - clip.m_bytes.begin()) + marker.size();
        }
        clip.m_pieces.push_back(piece);
        clip.m_durationNs = std::max(clip.m_durationNs, piece.dueNs + (*packet)->duration * 100'000 / 9);
    }
    std::ranges::stable_sort(clip.m_pieces, {}, &Piece::dueNs);
    return clip;
}

std::span<const std::uint8_t> PacedClip::stamped(const Piece &piece, std::int64_t now)
{
    static constexpr char digits[] = "0123456789abcdef";
    if (piece.stampAt > 0) {
        for (std::size_t i = 0; i < 16; ++i)
            m_bytes[piece.stampAt + i] = static_cast<std::uint8_t>(digits[(now >> (60 - 4 * i)) & 15]);
    }
    return {m_bytes.data() + piece.offset, piece.size};
}

} // namespace aspersor::bench
