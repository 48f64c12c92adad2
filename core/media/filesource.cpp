// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/filesource.h"

#include "core/media/ffm.h"
#include "core/media/ffmfile.h"
#include "core/media/sniff.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

namespace aspersor::media {

namespace {

constexpr std::size_t probeBytes = std::size_t{5} * 1024 * 1024; // nobody waits for a file

} // namespace

Result<std::unique_ptr<FileSource>> FileSource::open(const std::string &path)
{
    std::FILE *file = std::fopen(path.c_str(), "rbe");
    if (!file)
        return failure(Error::Kind::Io, std::strerror(errno));
    struct stat there {
    };
    std::unique_ptr<FileSource> source(new FileSource(file, 0));
    if (::fstat(::fileno(file), &there) != 0 || !S_ISREG(there.st_mode))
        return failure(Error::Kind::Io, "it is no plain file");
    source->m_size = there.st_size;
    return source;
}

Result<std::size_t> FileSource::read(std::span<std::uint8_t> into)
{
    const std::size_t got = std::fread(into.data(), 1, into.size(), m_file.get());
    if (got == 0 && std::ferror(m_file.get()))
        return failure(Error::Kind::Io, "the file cannot be read");
    return got;
}

bool FileSource::seekTo(std::int64_t offset)
{
    std::clearerr(m_file.get());
    return ::fseeko(m_file.get(), offset, SEEK_SET) == 0;
}

namespace {

Result<Recording> openFfm(const std::string &path, std::optional<std::chrono::milliseconds> from)
{
    auto file = FfmFile::open(path);
    if (!file)
        return tl::unexpected<Error>(file.error());
    if (from)
        (*file)->seek(*from);
    auto demuxer = Demuxer::open(**file, {.format = ffmFormat, .stored = true});
    if (!demuxer)
        return tl::unexpected<Error>(demuxer.error());
    return Recording{std::move(*file), std::move(*demuxer)};
}

} // namespace

Result<Recording> openRecording(const std::string &path, const std::string &format,
                                std::optional<std::chrono::milliseconds> from)
{
    auto source = FileSource::open(path);
    if (!source)
        return tl::unexpected<Error>(source.error());
    Demuxer::Options options{.format = format, .probeBytes = probeBytes, .stored = true};
    if (format.empty()) {
        std::array<std::uint8_t, sniffBytes> begin{};
        const auto got = (*source)->read(begin);
        if (!got)
            return tl::unexpected<Error>(got.error());
        options.format = sniffFormat(std::span(begin).first(*got));
        if (!(*source)->seekTo(0))
            return failure(Error::Kind::Io, "the file cannot be read again");
    }
    if (options.format == ffmFormat)
        return openFfm(path, from);
    auto demuxer = Demuxer::open(**source, options);
    if (!demuxer)
        return tl::unexpected<Error>(demuxer.error());
    return Recording{std::move(*source), std::move(*demuxer)};
}

} // namespace aspersor::media
