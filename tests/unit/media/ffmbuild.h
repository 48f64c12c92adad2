// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

/// FFM2 written down field by field, for tests: owes nothing to the muxer that it checks.
namespace ffmtest {

using Bytes = std::vector<std::uint8_t>;

class Builder
{
public:
    Builder &u8(std::uint64_t value) { return big(value, 1); }
    Builder &u16(std::uint64_t value) { return big(value, 2); }
    Builder &u24(std::uint64_t value) { return big(value, 3); }
    Builder &u32(std::uint64_t value) { return big(value, 4); }
    Builder &u64(std::uint64_t value) { return big(value, 8); }
    Builder &i64(std::int64_t value) { return big(static_cast<std::uint64_t>(value), 8); }
    Builder &text(std::string_view text)
    {
        out.insert(out.end(), text.begin(), text.end());
        return *this;
    }
    Builder &raw(std::span<const std::uint8_t> bytes)
    {
        out.insert(out.end(), bytes.begin(), bytes.end());
        return *this;
    }
    Builder &raw(std::initializer_list<std::uint8_t> bytes)
    {
        return raw(std::span(bytes.begin(), bytes.size()));
    }
    Builder &zeros(std::size_t count)
    {
        out.resize(out.size() + count);
        return *this;
    }
    Builder &padTo(std::size_t size)
    {
        out.resize(size);
        return *this;
    }
    /// `fill`, the frame offset with its flag, and the payload, which is padded to a block.
    Builder &block(std::uint16_t fill, std::int64_t dts, std::uint16_t offset,
                   std::span<const std::uint8_t> payload)
    {
        const std::size_t end = out.size() + 4096;
        return raw({0x66, 0x6d}).u16(fill).i64(dts).u16(offset).raw(payload).padTo(end);
    }

    Bytes out;

private:
    Builder &big(std::uint64_t value, int bytes)
    {
        for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8)
            out.push_back(static_cast<std::uint8_t>(value >> shift));
        return *this;
    }
};

/// SPS and PPS of 640x360, with start codes, as a recorded FFM file had them.
inline const Bytes dumpExtradata{0x00, 0x00, 0x00, 0x01, 0x09, 0xF0, 0x00, 0x00, 0x00, 0x01, 0x67,
                                 0x42, 0xC0, 0x1E, 0xDA, 0x02, 0x80, 0xBF, 0xE5, 0xC0, 0x44, 0x00,
                                 0x00, 0x03, 0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xC9, 0x80, 0x80,
                                 0x01, 0xB7, 0x74, 0x00, 0x0D, 0xBB, 0xB8, 0xA8, 0x80, 0x1E, 0x2C,
                                 0x5D, 0x40, 0x00, 0x00, 0x00, 0x01, 0x68, 0xCE, 0x3C, 0x80};
inline constexpr std::string_view dumpVideoText =
    "b=0,aspect=1/1,sar=1/1,profile=578,level=30,chroma_sample_location=1,field_order=1,codec_tag=27,"
    "bits_per_raw_sample=8,pixel_format=yuv420p,video_size=640x360";
inline constexpr std::string_view dumpAudioText =
    "b=132644,ab=132644,ar=44100,ac=2,frame_size=1024,profile=1,channel_layout=3,codec_tag=15";

/// The header block of that file: H.264 640x360 and AAC 44100 stereo in ADTS.
inline Bytes dumpHeader()
{
    Builder b;
    b.text("FFM2").u32(0x1000).u64(0);
    b.text("MAIN").u32(8).u32(2).u32(0x00020624);
    b.text("COMM")
        .u32(0x4f)
        .u32(0x1c)
        .u8(0)
        .u32(0)
        .u32(0x00400000)
        .u32(0)
        .u32(0)
        .u32(0x36)
        .raw(dumpExtradata);
    b.text("S2VI").u32(0x9e).text(dumpVideoText).u8(0);
    b.text("COMM").u32(0x15).u32(0x15002).u8(1).u32(0x20624).zeros(12);
    b.text("S2AU").u32(0x59).text(dumpAudioText).u8(0);
    return b.zeros(8).padTo(0x1000).out;
}

} // namespace ffmtest
