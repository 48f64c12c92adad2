// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/bytesource.h"
#include "core/media/demuxer.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace aspersor::media {

/// A file that a demuxer may also seek in.
class FileSource final : public ByteSource
{
public:
    [[nodiscard]] static Result<std::unique_ptr<FileSource>> open(const std::string &path);

    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override;
    [[nodiscard]] bool seekTo(std::int64_t offset) override;
    [[nodiscard]] std::int64_t size() const override { return m_size; }

private:
    struct Close {
        void operator()(std::FILE *file) const { std::fclose(file); }
    };
    FileSource(std::FILE *file, std::int64_t size) : m_file(file), m_size(size) {}

    std::unique_ptr<std::FILE, Close> m_file;
    std::int64_t m_size;
};

/// A recording's demuxer and what it reads from.
struct Recording {
    std::unique_ptr<ByteSource> source; ///< must outlive the demuxer
    std::unique_ptr<Demuxer> demuxer;
};

/// Opens a recording of any container that Demuxer reads. `format`: its name there; "" looks for itself. A
/// feed file of the original begins with its oldest block, or with what was sent at `from` (since 1970).
[[nodiscard]] Result<Recording> openRecording(const std::string &path, const std::string &format,
                                              std::optional<std::chrono::milliseconds> from = {});

} // namespace aspersor::media
