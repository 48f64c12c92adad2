// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf.h"

#include "core/media/packet.h"

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace original {

/// Reads the blocks of one upload and finds everything that is not as the format and the original have it.
/// Written from the format's description, not with the muxer under test.
class FfmCheck
{
public:
    struct Callbacks {
        std::function<void(const std::string &what)> fault;
        std::function<void(const aspersor::media::Packet &packet)> frame; // track: the FFM stream's number
    };
    /// `newest`: per stream, the newest dts of the uploads before; it goes on to be kept.
    FfmCheck(const std::vector<Definition> &wanted, std::map<int, std::int64_t> &newest, Callbacks callbacks);

    /// One block of 4096 bytes. False: the original would close the connection now.
    bool block(std::span<const std::uint8_t> bytes);
    void end(bool regular); ///< the upload is over

    [[nodiscard]] const aspersor::media::StreamDescription &description() const { return m_description; }
    [[nodiscard]] int blocks() const { return m_blocks; }
    [[nodiscard]] int frames() const { return m_frames; }
    [[nodiscard]] int pictures() const { return m_pictures; }
    [[nodiscard]] std::int64_t newestDts() const { return m_newestDts; }
    [[nodiscard]] std::int64_t largestGap() const
    {
        return m_largestGap;
    } // us between two frames of a stream

private:
    bool header(std::span<const std::uint8_t> bytes);
    bool packet(std::span<const std::uint8_t> bytes);
    void parseFrames();
    void frame(std::size_t at, std::size_t headSize, std::size_t size);

    const std::vector<Definition> &m_wanted;
    std::map<int, std::int64_t> &m_newest;
    Callbacks m_callbacks;
    aspersor::media::StreamDescription m_description;
    std::vector<std::uint8_t> m_stream; // payloads that are not yet frames
    int m_blocks = 0;
    int m_frames = 0;
    int m_pictures = 0;
    int m_lastFill = 0;
    std::int64_t m_newestDts = 0;
    std::int64_t m_largestGap = 0;
    std::map<int, std::int64_t> m_lastDts; // of this upload
    std::int64_t m_expectedDts = -1;       // said by the block's head, for the next frame that starts at ...
    std::int64_t m_repeatedDts = 0;
    std::vector<std::pair<std::uint64_t, std::int64_t>> m_promised; // stream offset -> dts
    std::uint64_t m_offset = 0; // in the payload stream, of m_stream's first byte
};

} // namespace original
