// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffmfile.h"

#include "core/media/ffm.h"
#include "core/media/ffmbytes.h"

#include <algorithm>
#include <array>

namespace aspersor::media {

using std::chrono::microseconds;

Result<std::unique_ptr<FfmFile>> FfmFile::open(const std::filesystem::path &path)
{
    std::unique_ptr<FfmFile> file(new FfmFile); // NOLINT: the constructor is private
    file->m_path = path.string();
    std::error_code error;
    const std::uint64_t size = std::filesystem::file_size(path, error);
    file->m_file.open(path, std::ios::binary);
    if (error || !file->m_file)
        return failure(Error::Kind::Io, file->m_path + " cannot be read");

    std::vector<std::uint8_t> &bytes = file->m_headerBytes;
    std::optional<FfmHeaderRead> read;
    while (!read) {
        const std::size_t had = bytes.size();
        bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(had + ffmBlockBytes, size)));
        if (bytes.size() == had || !file->readAt(had, std::span(bytes).subspan(had)))
            return failure(Error::Kind::BadRequest, file->m_path + " ends within its FFM header");
        auto result = readFfmHeader(bytes);
        if (!result)
            return failure(Error::Kind::BadRequest, file->m_path + ": " + result.error().message);
        read = std::move(*result);
    }
    if (read->size > size)
        return failure(Error::Kind::BadRequest, file->m_path + " ends within its FFM header");
    file->m_header = std::move(read->header);

    const std::uint64_t begin = read->size;
    file->m_blocks = (size - begin) / ffmBlockBytes;
    file->m_end = begin + file->m_blocks * ffmBlockBytes;
    file->m_oldest = begin;
    // An index that cannot be one belongs to no ring.
    const std::uint64_t index = file->m_header.writeIndex;
    if (index >= begin && index < file->m_end && (index - begin) % ffmBlockBytes == 0)
        file->m_oldest = index;
    return file;
}

bool FfmFile::readAt(std::uint64_t offset, std::span<std::uint8_t> into)
{
    m_file.clear();
    m_file.seekg(static_cast<std::streamoff>(offset));
    m_file.read(reinterpret_cast<char *>(into.data()), static_cast<std::streamsize>(into.size()));
    return static_cast<std::size_t>(m_file.gcount()) == into.size();
}

std::uint64_t FfmFile::offsetOf(std::uint64_t block) const
{
    const std::uint64_t offset = m_oldest + block * ffmBlockBytes;
    return offset < m_end ? offset : offset - m_blocks * ffmBlockBytes;
}

std::optional<FfmFile::BlockHead> FfmFile::blockHead(std::uint64_t block)
{
    std::array<std::uint8_t, ffmBlockHeadBytes> bytes{};
    const std::span<const std::uint8_t> head(bytes);
    if (block >= m_blocks || !readAt(offsetOf(block), bytes) || head[0] != 'f' || head[1] != 'm')
        return std::nullopt;
    const auto dts = static_cast<std::int64_t>(bigEndian(head.subspan(4, 8)));
    return BlockHead{microseconds(dts),
                     (bigEndian(head.subspan(12, 2)) & ~std::uint64_t{ffmDiscontinuity}) != 0};
}

std::optional<FfmFile::Span> FfmFile::span()
{
    std::optional<BlockHead> oldest;
    for (std::uint64_t block = 0; block < m_blocks && (!oldest || !oldest->frameBegins); ++block)
        oldest = blockHead(block);
    const auto newest = blockHead(m_blocks - 1); // without a frame of its own, that of one before
    if (!oldest || !oldest->frameBegins || !newest)
        return std::nullopt;
    return Span{oldest->dts, newest->dts};
}

void FfmFile::seek(microseconds dts)
{
    // Times grow as a rule; where a feeder began anew with others, this ends somewhere, and soon.
    std::uint64_t low = 0;
    std::uint64_t high = m_blocks;
    while (high - low > 1) {
        const std::uint64_t middle = low + (high - low) / 2;
        const auto head = blockHead(middle);
        (head && head->dts > dts ? high : low) = middle;
    }
    while (low > 0) {
        const auto head = blockHead(low);
        if (head && head->frameBegins)
            break;
        --low;
    }
    rewind();
    m_next = low;
}

void FfmFile::rewind()
{
    m_headerTaken = 0;
    m_next = 0;
    m_taken = 0;
}

Result<std::size_t> FfmFile::read(std::span<std::uint8_t> into)
{
    if (m_headerTaken < m_headerBytes.size()) {
        const std::size_t count = std::min(into.size(), m_headerBytes.size() - m_headerTaken);
        std::copy_n(m_headerBytes.begin() + static_cast<std::ptrdiff_t>(m_headerTaken), count, into.begin());
        m_headerTaken += count;
        return count;
    }
    if (m_next >= m_blocks)
        return std::size_t{0};
    const std::size_t count = std::min(into.size(), ffmBlockBytes - m_taken);
    if (!readAt(offsetOf(m_next) + m_taken, into.first(count)))
        return failure(Error::Kind::Io, m_path + " cannot be read to its end");
    m_taken += count;
    if (m_taken == ffmBlockBytes) {
        m_taken = 0;
        ++m_next;
    }
    return count;
}

} // namespace aspersor::media
