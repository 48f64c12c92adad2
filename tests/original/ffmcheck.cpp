// SPDX-License-Identifier: GPL-3.0-or-later
#include "ffmcheck.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>

extern "C" {
#include <libavcodec/codec_id.h>
}

namespace original {

namespace {

using aspersor::media::Packet;
using aspersor::media::TrackDescription;
using aspersor::media::TrackKind;
using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t blockBytes = 4096;
constexpr std::size_t headBytes = 14;

std::uint64_t number(Bytes bytes, std::size_t at, std::size_t size)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | bytes[at + i];
    return value;
}

std::int64_t nowMicroseconds()
{
    using namespace std::chrono;
    return duration_cast<microseconds>(system_clock::now().time_since_epoch()).count();
}

bool startsWithStartCode(Bytes bytes)
{
    static constexpr std::uint8_t code[]{0, 0, 0, 1};
    return (bytes.size() > 4 && std::memcmp(bytes.data(), code, 4) == 0) ||
           (bytes.size() > 3 && std::memcmp(bytes.data(), code + 1, 3) == 0);
}

int option(const std::string &text, const std::string &key)
{
    const auto at = (',' + text).find(',' + key + '=');
    return at == std::string::npos ? 0 : std::atoi(text.c_str() + at + key.size() + 1);
}

} // namespace

FfmCheck::FfmCheck(const std::vector<Definition> &wanted, std::map<int, std::int64_t> &newest,
                   Callbacks callbacks)
    : m_wanted(wanted), m_newest(newest), m_callbacks(std::move(callbacks))
{
}

bool FfmCheck::block(Bytes bytes)
{
    ++m_blocks;
    return m_blocks == 1 ? header(bytes) : packet(bytes);
}

bool FfmCheck::header(Bytes bytes)
{
    const auto fault = [this](const std::string &what) {
        m_callbacks.fault("header: " + what);
        return false;
    };
    if (std::memcmp(bytes.data(), "FFM2", 4) != 0)
        return fault("no magic");
    if (number(bytes, 4, 4) != blockBytes || number(bytes, 8, 8) != 0)
        return fault("packet size or write index");
    std::size_t at = 16;
    std::uint64_t declared = 0;
    TrackDescription *track = nullptr;
    while (at + 8 <= bytes.size() && number(bytes, at, 8) != 0) {
        const std::string id(reinterpret_cast<const char *>(bytes.data()) + at, 4);
        const std::size_t size = number(bytes, at + 4, 4);
        at += 8;
        if (size > bytes.size() - at)
            return fault("a chunk runs over the end");
        const Bytes body = bytes.subspan(at, size);
        at += size;
        if (id == "MAIN") {
            if (size != 8 || declared != 0)
                return fault("MAIN");
            declared = number(body, 0, 4);
        } else if (id == "COMM") {
            if (size < 21)
                return fault("COMM is too short");
            track = &m_description.tracks.emplace_back();
            track->kind = body[4] == 1 ? TrackKind::Audio : TrackKind::Video;
            track->codecId = number(body, 0, 4) == 28        ? AV_CODEC_ID_H264
                             : number(body, 0, 4) == 0x15002 ? AV_CODEC_ID_AAC
                                                             : 0;
            if (track->codecId == 0 || (track->codecId == AV_CODEC_ID_AAC) != (body[4] == 1))
                return fault("the codec's number");
            const bool hasExtradata = (number(body, 9, 4) & 0x00400000) != 0;
            if (hasExtradata) {
                if (size < 25 || number(body, 21, 4) != size - 25)
                    return fault("the extradata's size");
                track->extradata.assign(body.begin() + 25, body.end());
            }
            if (!hasExtradata || size != 25 + track->extradata.size())
                m_callbacks.fault("a track without extradata would inherit another's");
            else if (track->kind == TrackKind::Video && !startsWithStartCode(track->extradata))
                m_callbacks.fault("the picture's extradata is not Annex B");
            else if (track->kind == TrackKind::Audio && track->extradata.size() != 2 &&
                     track->extradata.size() != 5)
                m_callbacks.fault("the sound's extradata is no AudioSpecificConfig");
        } else if (id == "S2VI" || id == "S2AU") {
            if (!track || (id == "S2AU") != (track->kind == TrackKind::Audio) || size == 0 ||
                body.back() != 0)
                return fault(id);
            const std::string text(reinterpret_cast<const char *>(body.data()));
            if (text.size() + 1 != size)
                return fault(id + " has a NUL inside");
            if (text.find("codec_tag") != std::string::npos)
                m_callbacks.fault("codec_tag poisons the viewers' containers");
            track->sampleRate = option(text, "ar");
            track->channels = option(text, "ac");
            track->frameSize = option(text, "frame_size");
            if (const auto size2 = text.find("video_size="); size2 != std::string::npos) {
                track->width = std::atoi(text.c_str() + size2 + 11);
                track->height = std::atoi(text.c_str() + text.find('x', size2 + 11) + 1);
            }
        } else {
            m_callbacks.fault("unknown chunk " + id);
        }
    }
    if (at + 8 > bytes.size() || std::any_of(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(),
                                             [](std::uint8_t byte) { return byte != 0; }))
        return fault("no end, or more than zeros behind it");
    if (declared != m_description.tracks.size())
        return fault("MAIN says another number of streams");
    if (m_description.tracks.size() != m_wanted.size())
        return fault("the configuration has " + std::to_string(m_wanted.size()) + " streams, the upload " +
                     std::to_string(m_description.tracks.size()));
    for (std::size_t i = 0; i < m_wanted.size(); ++i)
        if (m_wanted[i].video != (m_description.tracks[i].kind == TrackKind::Video))
            m_callbacks.fault("the order of picture and sound is not the configuration's: the status page "
                              "would crash");
    return true;
}

bool FfmCheck::packet(Bytes bytes)
{
    if (bytes[0] != 'f' || bytes[1] != 'm') {
        m_callbacks.fault("a block does not begin with \"fm\"");
        return false;
    }
    if (m_lastFill != 0)
        m_callbacks.fault("a block with fill is not the last one");
    const auto fill = static_cast<std::size_t>(number(bytes, 2, 2));
    const auto dts = static_cast<std::int64_t>(number(bytes, 4, 8));
    const auto offset = static_cast<std::size_t>(number(bytes, 12, 2));
    if (((offset & 0x8000) != 0) != (m_blocks == 2))
        m_callbacks.fault("the mark of a muxer's first block");
    if (fill > blockBytes - headBytes) {
        m_callbacks.fault("more fill than payload");
        return true;
    }
    m_lastFill = static_cast<int>(fill);
    const std::size_t first = offset & 0x7fff;
    if (first != 0 && (first < headBytes || first >= blockBytes - fill))
        m_callbacks.fault("the frame offset points outside");
    else if (first != 0)
        m_promised.emplace_back(m_offset + m_stream.size() + first - headBytes, dts);
    else if (dts != m_repeatedDts)
        m_callbacks.fault("a block without a frame's start does not repeat the dts");
    m_repeatedDts = dts;
    m_stream.insert(m_stream.end(), bytes.begin() + headBytes,
                    bytes.begin() + static_cast<std::ptrdiff_t>(blockBytes - fill));
    if (std::any_of(bytes.end() - static_cast<std::ptrdiff_t>(fill), bytes.end(),
                    [](std::uint8_t byte) { return byte != 0; }))
        m_callbacks.fault("the fill is not of zeros");
    parseFrames();
    return true;
}

void FfmCheck::parseFrames()
{
    std::size_t at = 0;
    while (m_stream.size() - at >= 20) { // as it waits for
        const Bytes head(m_stream.data() + at, 20);
        const std::size_t headSize = (head[1] & 2) != 0 ? 20 : 16;
        const std::size_t size = number(head, 2, 3);
        if (m_stream.size() - at < headSize + size)
            break;
        frame(at, headSize, size);
        at += headSize + size;
    }
    m_offset += at;
    m_stream.erase(m_stream.begin(), m_stream.begin() + static_cast<std::ptrdiff_t>(at));
}

void FfmCheck::frame(std::size_t at, std::size_t headSize, std::size_t size)
{
    const Bytes head(m_stream.data() + at, headSize);
    const Bytes data(m_stream.data() + at + headSize, size);
    const int track = head[0];
    const auto pts = static_cast<std::int64_t>(number(head, 8, 8));
    const std::int64_t dts = headSize == 20 ? pts - static_cast<std::int64_t>(number(head, 16, 4)) : pts;
    if ((head[1] & ~3) != 0 || static_cast<std::size_t>(track) >= m_description.tracks.size()) {
        m_callbacks.fault("a frame's flags or stream");
        return;
    }
    while (!m_promised.empty() && m_promised.front().first <= m_offset + at) {
        if (m_promised.front() != std::pair(m_offset + at, dts))
            m_callbacks.fault("a block's frame offset or dts is not its first frame's");
        m_promised.erase(m_promised.begin());
    }
    const bool video = m_description.tracks[static_cast<std::size_t>(track)].kind == TrackKind::Video;
    if (video && !startsWithStartCode(data))
        m_callbacks.fault("a picture is not Annex B");
    if (!video && (size < 2 || (data[0] == 0xff && (data[1] & 0xf0) == 0xf0)))
        m_callbacks.fault("the sound is not raw AAC");
    if (!video && (head[1] & 1) == 0)
        m_callbacks.fault("sound without the key flag");
    if (m_newest.contains(track) && dts <= m_newest[track])
        m_callbacks.fault("time does not grow: " + std::to_string(m_newest[track]) + " to " +
                          std::to_string(dts));
    if (m_frames == 0 && std::abs(dts - nowMicroseconds()) > 10'000'000)
        m_callbacks.fault("time is not the wall clock");
    if (m_lastDts.contains(track))
        m_largestGap = std::max(m_largestGap, dts - m_lastDts[track]);
    m_lastDts[track] = dts;
    m_newest[track] = dts;
    m_newestDts = std::max(m_newestDts, dts);
    ++m_frames;
    m_pictures += video ? 1 : 0;

    Packet packet = Packet::copyOf(data);
    packet.track = track;
    packet.keyframe = (head[1] & 1) != 0;
    packet.pts = pts * 9 / 100;
    packet.dts = dts * 9 / 100;
    packet.duration = static_cast<aspersor::media::Ticks>(number(head, 5, 3)) * 9 / 100;
    m_callbacks.frame(packet);
}

void FfmCheck::end(bool regular)
{
    if (regular && !m_stream.empty() && m_stream.size() >= 16)
        m_callbacks.fault("the upload ends inside a frame");
}

} // namespace original
