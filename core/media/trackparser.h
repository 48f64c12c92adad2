// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

#include <memory>
#include <vector>

namespace aspersor::media {

/// Turns the payloads of one elementary stream (PES) into access units and learns the track's parameters on
/// the way.
///
/// Video: one PES is taken as one access unit, which is checked; a track where it is not so is split by
/// libav's parser from then on (at the price of a picture of delay). H.264/HEVC keyframes leave with their
/// parameter sets in band even where the phone sent those only once or in a PES of their own. Audio: a PES is
/// split into frames; AAC loses its ADTS headers.
class TrackParser
{
public:
    TrackParser(TrackKind kind, int codecId);
    /// What is told of a track by its container.
    enum class Payload {
        Parsed, ///< as above: what `known` says is a beginning. AAC is in ADTS, H.264/HEVC in Annex B.
        Whole,  ///< a payload is an access unit and `known` is all of the truth: nothing is learned
    };
    TrackParser(const TrackDescription &known, Payload payload);
    ~TrackParser();
    TrackParser(TrackParser &&) noexcept;
    TrackParser &operator=(TrackParser &&) noexcept;

    /// Appends what `payload` completes to `out`; `payload.track` and its timestamps are passed on.
    void parse(Packet payload, std::vector<Packet> &out);
    /// What is still gathered, at the end of the source.
    void finish(std::vector<Packet> &out);

    [[nodiscard]] const TrackDescription &description() const;
    [[nodiscard]] bool complete() const;         ///< enough is known for a decoder or muxer
    [[nodiscard]] std::uint32_t version() const; ///< grows with each change of description()
    [[nodiscard]] std::uint64_t errors() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// What the NAL units of a piece of an Annex B stream (H.264 or HEVC) say about picture borders.
struct AccessUnitShape {
    bool startsUnit = false;        ///< begins with what may begin an access unit
    int pictures = 0;               ///< first slices of a picture (first_mb_in_slice == 0) found
    bool hasParameterSets = false;  ///< an SPS is in band
    std::size_t afterDelimiter = 0; ///< bytes of an access unit delimiter at the very front, 0: none
};

/// True when an AAC payload begins with an ADTS header (ISO/IEC 14496-3, 1.A.2.2); a raw one cannot look so.
[[nodiscard]] bool beginsWithAdts(std::span<const std::uint8_t> payload);
/// The AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1) of plain AAC; empty where there is none for it.
[[nodiscard]] std::vector<std::uint8_t> aacConfig(int objectType, int sampleRate, int channels);

/// Pure. `whole`: look at every NAL unit; else stop at the first slice. ITU-T H.264 7.4.1.2.3,
/// H.265 7.4.2.4.4.
[[nodiscard]] AccessUnitShape shapeOf(std::span<const std::uint8_t> annexB, bool hevc, bool whole);

} // namespace aspersor::media
