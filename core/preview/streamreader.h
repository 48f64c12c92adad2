// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace aspersor {

class PacketSink;

/// Opens a stream's address as a viewer does and hands its packets to a sink.
///
/// Owns the reading thread; the sink and `unreachable` are called on it. When the stream breaks off or cannot
/// be opened it tries again, at first after a quarter of a second, later every two. The destructor stops and
/// joins within a tenth of a second, whatever the network does (a host name instead of an address may take
/// the time of its look-up).
class StreamReader
{
public:
    using Unreachable = std::function<void(const std::string &reason)>;

    StreamReader(std::string url, std::shared_ptr<PacketSink> sink, Unreachable unreachable);
    StreamReader(const StreamReader &) = delete;
    StreamReader &operator=(const StreamReader &) = delete;
    ~StreamReader();

private:
    void run(const std::stop_token &stop);

    const std::string m_url;
    const std::shared_ptr<PacketSink> m_sink;
    const Unreachable m_unreachable;
    std::mutex m_mutex; // for m_retry only
    std::condition_variable_any m_retry;
    std::jthread m_thread; // last member: joins before the others go
};

} // namespace aspersor
