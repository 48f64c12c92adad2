// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/demuxer.h"

#include "core/media/ffm.h"
#include "core/media/ffmdemuxer.h"
#include "core/media/linkformat.h"
#include "core/media/probedemuxer.h"
#include "core/media/tsdemuxer.h"

namespace aspersor::media {

namespace {

template <typename T>
Result<std::unique_ptr<Demuxer>> opened(std::unique_ptr<T> demuxer)
{
    if (auto open = demuxer->open(); !open)
        return tl::unexpected<Error>(open.error());
    return std::unique_ptr<Demuxer>(std::move(demuxer));
}

} // namespace

Result<std::unique_ptr<Demuxer>> Demuxer::open(ByteSource &source, const Options &options)
{
    if (options.format == "mpegts")
        return opened(std::make_unique<TsDemuxer>(source, options));
    if (options.format == linkFormat)
        return opened(std::make_unique<LinkDemuxer>(source));
    const FfmParser::Damage damage =
        options.stored ? FfmParser::Damage::IsSkipped : FfmParser::Damage::IsError;
    if (options.format == ffmFormat)
        return opened(std::make_unique<FfmDemuxer>(source, damage));
    return opened(std::make_unique<ProbeDemuxer>(source, options));
}

} // namespace aspersor::media
