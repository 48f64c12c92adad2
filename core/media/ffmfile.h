// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytesource.h"
#include "core/media/ffmheader.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <vector>

namespace aspersor::media {

/// A feed file of the original ffserver (a ring: behind its write index stands the oldest block) or an FFM
/// file of another program, read from the oldest block to the newest: its header, then blocks, as a feeder
/// would send them. Demux it with ffmFormat and Options::stored.
///
/// Used by one thread. What is written to the file after open() is not seen.
class FfmFile final : public ByteSource
{
public:
    /// Error::Io: cannot be read. Error::BadRequest: not FFM.
    [[nodiscard]] static Result<std::unique_ptr<FfmFile>> open(const std::filesystem::path &path);

    [[nodiscard]] const FfmHeader &header() const { return m_header; }
    /// Decoding times of the oldest and the newest frame that begins a block, in FFM's microseconds (of a
    /// live feed: since the Unix epoch); nothing without frames.
    struct Span {
        std::chrono::microseconds oldest;
        std::chrono::microseconds newest;
    };
    [[nodiscard]] std::optional<Span> span();
    /// The next read() begins with the header and goes on with the last block in which a frame begins that is
    /// not later than `dts`, or the oldest.
    void seek(std::chrono::microseconds dts);
    /// And with the oldest.
    void rewind();

    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override;

private:
    struct BlockHead {
        std::chrono::microseconds dts;
        bool frameBegins = false;
    };
    FfmFile() = default;
    [[nodiscard]] bool readAt(std::uint64_t offset, std::span<std::uint8_t> into);
    [[nodiscard]] std::uint64_t offsetOf(std::uint64_t block) const;
    [[nodiscard]] std::optional<BlockHead> blockHead(std::uint64_t block);

    std::ifstream m_file;
    std::string m_path;
    FfmHeader m_header;
    std::vector<std::uint8_t> m_headerBytes;
    std::uint64_t m_blocks = 0; // counted from the oldest
    std::uint64_t m_oldest = 0; // its offset in the file
    std::uint64_t m_end = 0;    // of the last block in the file
    std::size_t m_headerTaken = 0;
    std::uint64_t m_next = 0; // block
    std::size_t m_taken = 0;  // of it
};

} // namespace aspersor::media
