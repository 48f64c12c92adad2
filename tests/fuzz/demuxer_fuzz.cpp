// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever a phone (first byte even) or a feed link (odd) sends: demuxed, placed, muxed again. The timeline's
// promise is checked on the way.
#include "core/media/demuxer.h"
#include "core/media/linkformat.h"
#include "core/media/muxer.h"
#include "core/media/timeline.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

extern "C" {
#include <libavutil/log.h>
}

namespace {

using namespace aspersor;
using namespace aspersor::media;

class FuzzSource final : public ByteSource
{
public:
    FuzzSource(std::span<const std::uint8_t> bytes, std::size_t piece) : m_bytes(bytes), m_piece(piece) {}
    Result<std::size_t> read(std::span<std::uint8_t> into) override
    {
        const std::size_t count = std::min({into.size(), m_bytes.size(), m_piece});
        std::copy_n(m_bytes.begin(), count, into.begin());
        m_bytes = m_bytes.subspan(count);
        return count;
    }

private:
    std::span<const std::uint8_t> m_bytes;
    std::size_t m_piece;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    av_log_set_level(AV_LOG_QUIET);
    if (size < 2)
        return 0;
    FuzzSource source({data + 2, size - 2}, data[1] + std::size_t{1});
    auto demuxer = Demuxer::open(source, {.format = data[0] & 1 ? linkFormat : "mpegts"});
    if (!demuxer)
        return 0;
    Timeline timeline;
    std::unique_ptr<Muxer> muxer;
    std::uint32_t version = 0;
    std::vector<Ticks> lastDts;
    for (int i = 0; i < 10'000; ++i) {
        auto packet = (*demuxer)->next();
        if (!packet || !*packet)
            break;
        timeline.place(**packet, {});
        const auto track = static_cast<std::size_t>((*packet)->track);
        lastDts.resize(std::max(lastDts.size(), track + 1), noTicks);
        if (track >= (*demuxer)->description().tracks.size() || (*packet)->dts <= lastDts[track] ||
            (*packet)->pts < (*packet)->dts)
            std::abort();
        lastDts[track] = (*packet)->dts;
        if (!muxer || version != (*demuxer)->descriptionVersion()) {
            version = (*demuxer)->descriptionVersion();
            auto opened = Muxer::open("mpegts", (*demuxer)->description(), [](auto) {});
            if (!opened)
                continue;
            muxer = std::move(*opened);
        }
        (void)muxer->write(**packet);
        (void)muxer->flush();
    }
    return 0;
}
