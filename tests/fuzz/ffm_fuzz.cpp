// SPDX-License-Identifier: GPL-3.0-or-later
// FFM as a feeder, or a feed file, may hold it: demuxed, placed, written again and read again.
// First byte: 1 a file (damage is skipped), 2 packed. Second byte and one: bytes at a time, times 32 with the
// first byte's 4. Packed: u16 size and so many bytes, filled up to a block, again and again; then short
// inputs reach deep.
#include "core/media/demuxer.h"
#include "core/media/ffm.h"
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

constexpr std::size_t maxBytes = 64 * ffmBlockBytes;

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

std::vector<std::uint8_t> unpacked(std::span<const std::uint8_t> packed)
{
    std::vector<std::uint8_t> bytes;
    while (packed.size() > 2 && bytes.size() < maxBytes) {
        const std::size_t announced = static_cast<std::size_t>(packed[0] << 8 | packed[1]);
        packed = packed.subspan(2);
        const std::size_t size = std::min({announced, packed.size(), maxBytes});
        bytes.insert(bytes.end(), packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size));
        bytes.resize((bytes.size() + ffmBlockBytes - 1) / ffmBlockBytes * ffmBlockBytes);
        packed = packed.subspan(size);
    }
    return bytes;
}

void require(bool held)
{
    if (!held)
        std::abort();
}

/// Reads all there is; writes it again where FFM can hold it. The number of packets.
std::size_t readAndWrite(Demuxer &demuxer, std::vector<std::uint8_t> *again)
{
    Timeline timeline;
    FfmMuxer muxer([again](auto block) { again->insert(again->end(), block.begin(), block.end()); });
    bool open = false;
    std::size_t packets = 0;
    while (packets < 10'000) {
        auto packet = demuxer.next();
        if (!packet || !*packet)
            break;
        ++packets;
        require(!(*packet)->data().empty());
        require((*packet)->track >= 0);
        require(static_cast<std::size_t>((*packet)->track) < demuxer.description().tracks.size());
        timeline.place(**packet, {});
        if (!again)
            continue;
        if (packets == 1)
            open = muxer.open(demuxer.description(), {}).has_value();
        if (open)
            static_cast<void>(muxer.write(**packet));
    }
    if (open)
        muxer.finish();
    return packets;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    av_log_set_level(AV_LOG_QUIET);
    if (size < 2)
        return 0;
    const Demuxer::Options options{.format = ffmFormat, .stored = (data[0] & 1) != 0};
    const std::span<const std::uint8_t> rest(data + 2, size - 2);
    const std::vector<std::uint8_t> bytes =
        data[0] & 2 ? unpacked(rest) : std::vector<std::uint8_t>(rest.begin(), rest.end());
    FuzzSource source(bytes, (data[1] + std::size_t{1}) * (data[0] & 4 ? 32 : 1));
    auto demuxer = Demuxer::open(source, options);
    if (!demuxer)
        return 0;
    std::vector<std::uint8_t> again;
    static_cast<void>(readAndWrite(**demuxer, &again));
    if (again.empty())
        return 0;
    FuzzSource written(again, ffmBlockBytes);
    auto reader = Demuxer::open(written, {.format = ffmFormat});
    require(reader.has_value() || reader.error().kind == Error::Kind::BadRequest);
    if (reader)
        static_cast<void>(readAndWrite(**reader, nullptr));
    return 0;
}
