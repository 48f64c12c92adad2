// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/streamreader.h"

#include "core/feed/packetsink.h"
#include "core/media/avptr.h"
#include "core/media/bytesource.h"
#include "core/media/demuxer.h"
#include "core/media/timeline.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

extern "C" {
#include <libavformat/avio.h>
}

namespace aspersor {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto firstRetry = 250ms;
constexpr auto longestRetry = 2000ms;
constexpr auto openTimeout = 5s;
constexpr auto silenceTimeout = 60s; // a viewer is kept waiting for 30 s while a feed is away

struct CloseIo {
    void operator()(AVIOContext *io) const noexcept { avio_close(io); }
};

/// The body of an HTTP answer, by libav's HTTP client.
class HttpSource final : public media::ByteSource
{
public:
    explicit HttpSource(std::stop_token stop) : m_stop(std::move(stop)) {}

    [[nodiscard]] Result<void> open(const std::string &url)
    {
        const AVIOInterruptCB interrupt{&HttpSource::interrupted, this};
        m_deadline = Clock::now() + openTimeout;
        AVDictionary *options = nullptr;
        av_dict_set(&options, "user_agent", "aspersor-preview", 0);
        av_dict_set(&options, "seekable", "0", 0); // a live stream: no range requests
        AVIOContext *raw = nullptr;
        const int code = avio_open2(&raw, url.c_str(), AVIO_FLAG_READ, &interrupt, &options);
        media::FreeDictionary{}(options);
        if (code < 0)
            return tl::unexpected<Error>(error("avio_open2", code));
        m_io.reset(raw);
        return {};
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override
    {
        m_deadline = Clock::now() + silenceTimeout;
        const int got = avio_read_partial(m_io.get(), into.data(), static_cast<int>(into.size()));
        if (got == AVERROR_EOF)
            return std::size_t{0};
        if (got < 0)
            return tl::unexpected<Error>(error("avio_read_partial", got));
        return static_cast<std::size_t>(got);
    }

private:
    static int interrupted(void *self)
    {
        const auto *source = static_cast<const HttpSource *>(self);
        return source->m_stop.stop_requested() || Clock::now() > source->m_deadline ? 1 : 0;
    }

    [[nodiscard]] Error error(const char *function, int code) const
    {
        if (m_stop.stop_requested())
            return {Error::Kind::Stopped, "asked to stop"};
        if (code == AVERROR_EXIT)
            return {Error::Kind::TimedOut, "the server does not answer"};
        return {Error::Kind::Io, media::avMessage(function, code)};
    }

    const std::stop_token m_stop;
    Clock::time_point m_deadline{};
    std::unique_ptr<AVIOContext, CloseIo> m_io;
};

/// Hands on one connection's packets until it ends. `received` says whether any came.
Result<void> play(HttpSource &source, PacketSink &sink, media::Timeline &timeline, bool &received)
{
    auto demuxer = media::Demuxer::open(source, {});
    if (!demuxer)
        return tl::unexpected<Error>(demuxer.error());
    timeline.newSource(Clock::now());
    std::optional<std::uint32_t> version;
    for (;;) {
        Result<std::optional<media::Packet>> next = (*demuxer)->next();
        if (!next)
            return tl::unexpected<Error>(next.error());
        if (!*next)
            return {};
        if (version != (*demuxer)->descriptionVersion()) {
            version = (*demuxer)->descriptionVersion();
            sink.onDescription((*demuxer)->description());
        }
        received = true;
        timeline.place(**next, Clock::now());
        sink.onPacket(std::make_shared<const media::Packet>(std::move(**next)));
    }
}

} // namespace

StreamReader::StreamReader(std::string url, std::shared_ptr<PacketSink> sink, Unreachable unreachable)
    : m_url(std::move(url)), m_sink(std::move(sink)), m_unreachable(std::move(unreachable)),
      m_thread([this](const std::stop_token &stop) { run(stop); })
{
}

StreamReader::~StreamReader()
{
    m_thread.request_stop();
}

void StreamReader::run(const std::stop_token &stop)
{
    avformat_network_init();
    media::Timeline timeline;
    std::chrono::milliseconds retry = firstRetry;
    while (!stop.stop_requested()) {
        bool received = false;
        HttpSource source(stop);
        Result<void> done = source.open(m_url);
        if (done)
            done = play(source, *m_sink, timeline, received);
        if (stop.stop_requested())
            break;
        if (received) {
            retry = firstRetry;
            m_sink->onAway();
        } else {
            m_unreachable(done ? "the stream ended before it began" : done.error().message);
        }
        std::unique_lock lock(m_mutex);
        m_retry.wait_for(lock, stop, retry, [] { return false; });
        retry = std::min(retry * 2, longestRetry);
    }
    avformat_network_deinit();
}

} // namespace aspersor
