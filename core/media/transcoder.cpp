// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/transcoder.h"

#include "core/media/trackdecoder.h"
#include "core/media/trackencoder.h"

#include <algorithm>
#include <utility>

namespace aspersor::media {

namespace {

constexpr Ticks longestHold = ticksPerSecond;
constexpr std::size_t mostHeld = 512; ///< packets

} // namespace

struct Transcoder::Path {
    int out = -1; // index of the output's track; -1: left out
    TrackKind kind = TrackKind::Other;
    std::unique_ptr<TrackDecoder> decoder;
    std::unique_ptr<TrackEncoder> encoder; // null: copied
    bool awaitsKeyframe = false;
    Ticks lastIn = noTicks;  // dts
    Ticks lastOut = noTicks; // dts
    Ticks reached = noTicks; // all up to here has been sent on
    std::uint64_t packetsOut = 0;

    [[nodiscard]] bool isEncoded() const { return encoder != nullptr; }
};

Transcoder::Transcoder(const Encoding &encoding, TranscoderOutput &output)
    : m_encoding(encoding), m_output(output)
{
}

Transcoder::~Transcoder() = default;

Result<std::unique_ptr<Transcoder>> Transcoder::open(const StreamDescription &input, const Encoding &encoding,
                                                     TranscoderOutput &output)
{
    std::unique_ptr<Transcoder> transcoder(new Transcoder(encoding, output));
    if (auto laid = transcoder->lay(input); !laid)
        return tl::unexpected<Error>(laid.error());
    output.described(transcoder->m_description);
    return transcoder;
}

/// Makes a path for each track; encoders that suit the new tracks are taken over from the old paths.
Result<void> Transcoder::lay(const StreamDescription &input)
{
    std::vector<Path> old = std::exchange(m_paths, {});
    m_description = {};
    bool encodes[2] = {false, false};
    Result<void> opened;
    for (const TrackDescription &track : input.tracks) {
        Path &path = m_paths.emplace_back();
        path.kind = track.kind;
        if (track.kind == TrackKind::Other || !opened)
            continue;
        const bool isVideo = track.kind == TrackKind::Video;
        const TrackEncoding &how = isVideo ? m_encoding.video : m_encoding.audio;
        if (how.leftOut || (!how.copies() && std::exchange(encodes[isVideo ? 0 : 1], true)))
            continue;
        if (how.copies()) {
            path.out = static_cast<int>(m_description.tracks.size());
            m_description.tracks.push_back(track);
            continue;
        }
        const auto before = std::ranges::find_if(
            old, [&](const Path &other) { return other.isEncoded() && other.kind == track.kind; });
        if (before != old.end()) {
            path.lastOut = before->lastOut;
            path.encoder = std::move(before->encoder);
            path.packetsOut = before->packetsOut;
            path.decoder = std::move(before->decoder);
        }
        opened = openPath(path, track);
    }
    for (Path &path : old) // tracks that are no more
        retire(path);
    if (opened && m_description.tracks.empty())
        return failure(Error::Kind::Libav, "nothing of the feed is left in this stream");
    return opened;
}

Result<void> Transcoder::openPath(Path &path, const TrackDescription &track)
{
    if (path.decoder)
        m_retired.errors += path.decoder->errors();
    auto decoder = TrackDecoder::open(track);
    if (!decoder)
        return tl::unexpected<Error>(decoder.error());
    path.decoder = std::move(*decoder);
    path.awaitsKeyframe = track.kind == TrackKind::Video;
    if (path.encoder && !path.encoder->suits(track))
        retire(path);
    if (!path.encoder) {
        const bool isVideo = track.kind == TrackKind::Video;
        auto encoder = openEncoder(isVideo ? m_encoding.video : m_encoding.audio, track);
        if (!encoder)
            return tl::unexpected<Error>(encoder.error());
        path.encoder = std::move(*encoder);
        path.packetsOut = 0;
    }
    path.out = static_cast<int>(m_description.tracks.size());
    m_description.tracks.push_back(path.encoder->description());
    return {};
}

/// The encoder has been finished before, see redescribe().
void Transcoder::retire(Path &path)
{
    if (path.encoder && path.kind == TrackKind::Video)
        m_retired.pictures += path.encoder->frames();
    path.encoder.reset();
}

Result<void> Transcoder::redescribe(const StreamDescription &input)
{
    if (auto drained = drainDecoders(); !drained)
        return drained;
    // An encoder that ends brings out what it holds while the old description is still true.
    for (std::size_t i = 0; i < m_paths.size(); ++i) {
        Path &path = m_paths[i];
        const TrackDescription *next = input.first(path.kind);
        if (!path.isEncoded() || (next && path.encoder->suits(*next)))
            continue;
        if (auto finished =
                path.encoder->finish([&](Packet packet) { emitEncoded(path, std::move(packet)); });
            !finished)
            return finished;
    }
    for (const Packet &packet : std::exchange(m_held, {}))
        m_output.made(packet);
    const StreamDescription before = m_description;
    if (auto laid = lay(input); !laid)
        return laid;
    if (m_description != before)
        m_output.described(m_description);
    return {};
}

Result<void> Transcoder::drainDecoders()
{
    for (Path &path : m_paths) {
        if (!path.isEncoded())
            continue;
        if (auto drained = decode(path, nullptr); !drained)
            return drained;
    }
    return {};
}

void Transcoder::forceKeyframe()
{
    for (Path &path : m_paths) {
        if (path.encoder)
            path.encoder->forceKeyframe();
    }
}

Result<void> Transcoder::send(const Packet &packet)
{
    const auto track = static_cast<std::size_t>(packet.track);
    if (packet.track < 0 || track >= m_paths.size() || m_paths[track].out < 0)
        return {};
    Path &path = m_paths[track];
    if (!path.isEncoded()) {
        if (m_beginAt == noTicks || packet.dts >= m_beginAt)
            copy(path, packet);
        return {};
    }
    if (path.awaitsKeyframe && !packet.keyframe)
        return {};
    path.awaitsKeyframe = false;
    path.lastIn = packet.dts;
    auto decoded = decode(path, &packet);
    releaseHeld();
    return decoded;
}

/// Without a packet: what the decoder still holds.
Result<void> Transcoder::decode(Path &path, const Packet *packet)
{
    Result<void> encoded;
    const auto take = [&](AVFrame &frame) {
        if (!encoded || (m_beginAt != noTicks && frame.pts < m_beginAt))
            return;
        const Ticks pts = frame.pts;
        encoded = path.encoder->encode(frame, [&](Packet made) { emitEncoded(path, std::move(made)); });
        if (path.encoder->frames() == path.packetsOut) // nothing is on its way
            path.reached = std::max(path.reached, pts);
    };
    if (packet)
        path.decoder->decode(*packet, take);
    else
        path.decoder->drain(take);
    return encoded;
}

void Transcoder::emitEncoded(Path &path, Packet packet)
{
    packet.track = path.out;
    if (path.lastOut != noTicks && packet.dts <= path.lastOut) { // a new encoder begins a little before
        packet.dts = path.lastOut + 1;
        packet.pts = std::max(packet.pts, packet.dts);
    }
    if (packet.duration == 0 && path.lastOut != noTicks)
        packet.duration = std::min(packet.dts - path.lastOut, longestHold);
    if (packet.duration == 0)
        packet.duration = path.encoder->usualDuration();
    path.lastOut = packet.dts;
    path.reached = std::max(path.reached, packet.dts);
    ++path.packetsOut;
    while (!m_held.empty() && m_held.front().dts <= packet.dts) {
        m_output.made(m_held.front());
        m_held.pop_front();
    }
    m_output.made(packet);
}

void Transcoder::copy(const Path &path, const Packet &packet)
{
    Packet copied = packet; // shares the bytes
    copied.track = path.out;
    m_held.push_back(std::move(copied));
    releaseHeld();
}

/// True while an encoded packet may still come that belongs before it.
bool Transcoder::mustWait(const Packet &packet) const
{
    return std::ranges::any_of(m_paths, [&](const Path &path) {
        return path.isEncoded() && path.lastIn != noTicks && path.reached < path.lastIn &&
               path.reached < packet.dts;
    });
}

void Transcoder::releaseHeld()
{
    while (!m_held.empty() &&
           (m_held.size() > mostHeld || m_held.back().dts - m_held.front().dts > longestHold ||
            !mustWait(m_held.front()))) {
        m_output.made(m_held.front());
        m_held.pop_front();
    }
}

Result<void> Transcoder::finish()
{
    if (auto drained = drainDecoders(); !drained)
        return drained;
    Result<void> finished;
    for (Path &path : m_paths) {
        if (path.isEncoded() && finished)
            finished = path.encoder->finish([&](Packet packet) { emitEncoded(path, std::move(packet)); });
    }
    for (const Packet &packet : std::exchange(m_held, {}))
        m_output.made(packet);
    return finished;
}

Transcoder::Counters Transcoder::counters() const
{
    Counters counters = m_retired;
    for (const Path &path : m_paths) {
        if (path.encoder) {
            counters.pictures += path.kind == TrackKind::Video ? path.encoder->frames() : 0;
            counters.errors += path.encoder->refused();
        }
        if (path.decoder)
            counters.errors += path.decoder->errors();
    }
    return counters;
}

} // namespace aspersor::media
