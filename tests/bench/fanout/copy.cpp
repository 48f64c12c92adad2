// SPDX-License-Identifier: GPL-3.0-or-later
// The floor of the way in: a bare libav loop that reads MPEG-TS from a socket and muxes it as MPEG-TS into
// nothing. A thread per feed, one process.
#include "tests/bench/fanout/commands.h"

#include "core/media/avptr.h"

#include <arpa/inet.h>
#include <cstdio>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace aspersor::bench {

namespace {

constexpr int bufferBytes = 64 * 1024;

int readSocket(void *descriptor, std::uint8_t *into, int size)
{
    const ssize_t got = recv(*static_cast<int *>(descriptor), into, static_cast<std::size_t>(size), 0);
    return got > 0 ? static_cast<int>(got) : AVERROR_EOF;
}

#if LIBAVFORMAT_VERSION_MAJOR >= 61
int writeNowhere(void *, const std::uint8_t *, int size)
#else
int writeNowhere(void *, std::uint8_t *, int size)
#endif
{
    return size;
}

void copyOne(int descriptor)
{
    using namespace media;
    IoContext in(avio_alloc_context(static_cast<std::uint8_t *>(av_malloc(bufferBytes)), bufferBytes, 0,
                                    &descriptor, readSocket, nullptr, nullptr));
    AVFormatContext *raw = avformat_alloc_context();
    raw->pb = in.get();
    if (avformat_open_input(&raw, "", av_find_input_format("mpegts"), nullptr) < 0)
        return;
    const InputContext input(raw);
    if (avformat_find_stream_info(raw, nullptr) < 0)
        return;
    IoContext out(avio_alloc_context(static_cast<std::uint8_t *>(av_malloc(bufferBytes)), bufferBytes, 1,
                                     nullptr, nullptr, writeNowhere, nullptr));
    AVFormatContext *rawOutput = nullptr;
    if (avformat_alloc_output_context2(&rawOutput, nullptr, "mpegts", nullptr) < 0)
        return;
    const OutputContext output(rawOutput);
    output->pb = out.get();
    for (unsigned i = 0; i < input->nb_streams; ++i) {
        AVStream *stream = avformat_new_stream(output.get(), nullptr);
        if (!stream || avcodec_parameters_copy(stream->codecpar, input->streams[i]->codecpar) < 0)
            return;
    }
    if (avformat_write_header(output.get(), nullptr) < 0)
        return;
    const AvPacket packet(av_packet_alloc());
    while (av_read_frame(input.get(), packet.get()) >= 0) {
        const auto index = static_cast<unsigned>(packet->stream_index);
        if (index < output->nb_streams) {
            av_packet_rescale_ts(packet.get(), input->streams[index]->time_base,
                                 output->streams[index]->time_base);
            (void)av_write_frame(output.get(), packet.get());
        }
        av_packet_unref(packet.get());
    }
    (void)av_write_trailer(output.get());
}

} // namespace

int copyLoop(const Arguments &arguments)
{
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 ||
        listen(listener, 256) != 0)
        return 1;
    socklen_t length = sizeof address;
    getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length);
    std::printf("{\"event\":\"ready\",\"port\":%d}\n", ntohs(address.sin_port));
    std::fflush(stdout);
    std::vector<std::jthread> threads;
    for (int i = 0; i < arguments.number("feeds", 1); ++i) {
        const int descriptor = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (descriptor < 0)
            return 1;
        threads.emplace_back([descriptor] {
            copyOne(descriptor);
            close(descriptor);
        });
    }
    close(listener);
    return 0; // the threads end with their feeds
}

} // namespace aspersor::bench
