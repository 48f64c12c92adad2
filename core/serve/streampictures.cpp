// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/streampictures.h"

#include "core/serve/stream.h"

#include <charconv>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::string_view boundary = "--ffserver\r\n"; // as in the format's Content-Type
constexpr int qualityOfScale = 118;                     // "Qscale 1" as an encoder's global_quality
constexpr media::Ticks leastDistance = media::ticksPerSecond / 10; // of keyframes that are decoded

std::span<const std::uint8_t> bytesOf(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

void join(Bytes &to, std::span<const std::uint8_t> bytes)
{
    to.insert(to.end(), bytes.begin(), bytes.end());
}

} // namespace

media::JpegOptions jpegOptions(const StreamSpec &spec)
{
    media::JpegOptions options{.width = spec.encoding.video.width, .height = spec.encoding.video.height};
    for (const auto &[key, value] : spec.encoding.video.options) {
        int number = 0;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
        if (key == "global_quality" && read.ec == std::errc())
            options.quality = number / qualityOfScale;
    }
    return options;
}

std::optional<std::string> pictureMisfit(const StreamSpec &spec, const media::StreamDescription &description)
{
    const media::TrackDescription *track = description.first(media::TrackKind::Video);
    if (!track || spec.encoding.video.leftOut)
        return "the feed has no pictures for it";
    if (!media::canMakeJpeg(*track))
        return "this libav cannot decode " + track->codecName() + " pictures";
    return std::nullopt;
}

Result<void> Stream::startPictures(const media::StreamDescription &description)
{
    redescribePictures(description);
    if (m_format.name == "mpjpeg")
        m_ring.setHeader(std::make_shared<const Chunk>(bytesOf(boundary)), m_epoch);
    return {};
}

void Stream::redescribePictures(const media::StreamDescription &description)
{
    m_description = description;
    m_pictureTrack = -1;
    for (std::size_t i = 0; i < description.tracks.size() && m_pictureTrack < 0; ++i) {
        if (description.tracks[i].kind == media::TrackKind::Video)
            m_pictureTrack = static_cast<int>(i);
    }
    if (m_pictureTrack < 0 ||
        !media::canMakeJpeg(description.tracks[static_cast<std::size_t>(m_pictureTrack)]))
        end("the feed has no more pictures that can be sent as JPEG");
}

/// Every picture of a feed that is JPEGs already; else the keyframes, as fast as they are decoded.
void Stream::writePicture(const media::Packet &packet)
{
    if (packet.track != m_pictureTrack)
        return;
    const media::TrackDescription &track = m_description.tracks[static_cast<std::size_t>(m_pictureTrack)];
    if (track.codecName() == "mjpeg") {
        appendPicture(packet.data(), packet.dts);
        return;
    }
    if (!packet.keyframe || (m_lastStart != media::noTicks && packet.dts - m_lastStart < leastDistance) ||
        m_pictureDue.exchange(true))
        return;
    m_lastStart = packet.dts;
    const bool taken =
        m_listener.pictureWanted({m_feed, packet.dts, track, packet}, m_jpegOptions,
                                 [weak = weak_from_this(), time = packet.dts](const Result<JpegPtr> &jpeg) {
                                     if (const auto self = weak.lock())
                                         self->pictureMade(jpeg, time);
                                 });
    if (!taken)
        m_pictureDue = false;
}

void Stream::pictureMade(const Result<JpegPtr> &jpeg, media::Ticks time)
{
    // What cannot be decoded is damaged: libav has told the log, and the next keyframe comes.
    if (jpeg)
        appendPicture(**jpeg, time);
    m_pictureDue = false;
}

/// Behind each picture comes the border to the next: browsers show a picture when they see its end.
void Stream::appendPicture(std::span<const std::uint8_t> jpeg, media::Ticks time)
{
    Bytes block;
    if (m_format.name == "mpjpeg") {
        join(block, bytesOf("Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(jpeg.size()) +
                            "\r\n\r\n"));
        join(block, jpeg);
        join(block, bytesOf("\r\n"));
        join(block, bytesOf(boundary));
    } else {
        join(block, jpeg);
    }
    append({.data = Chunk(block), .time = time, .start = true});
    notify(true);
}

} // namespace aspersor::serve
