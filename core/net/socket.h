// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace aspersor::net {

/// An owned socket descriptor; closed with its owner. POSIX.
class Socket
{
public:
    Socket() = default;
    explicit Socket(int descriptor) : m_descriptor(descriptor) {}
    Socket(const Socket &) = delete;
    Socket &operator=(const Socket &) = delete;
    Socket(Socket &&other) noexcept;
    Socket &operator=(Socket &&other) noexcept;
    ~Socket();

    [[nodiscard]] int descriptor() const { return m_descriptor; }
    [[nodiscard]] bool isOpen() const { return m_descriptor >= 0; }
    [[nodiscard]] int release();
    void close();
    /// "ADDRESS:PORT" of the peer, "[v6]:PORT" for IPv6; "" for a Unix socket.
    [[nodiscard]] std::string peerName() const;
    /// The address that the peer has connected to, as it stands in a URL; "" for a Unix socket.
    [[nodiscard]] std::string localHost() const;

private:
    int m_descriptor = -1;
};

/// Connects to a Unix-domain stream socket (sun_path: at most 107 bytes). Never waits: the socket is
/// non-blocking, and a listener whose backlog is full is an error.
[[nodiscard]] Result<Socket> connectLocal(const std::string &path);
/// Begins to connect to a numeric IPv4 address. Never waits: the socket is non-blocking, and what came of it
/// is said by the first write that is not refused with EAGAIN.
[[nodiscard]] Result<Socket> connectTcp(const std::string &address, std::uint16_t port);

/// Wakes a thread that waits in waitReadable()/waitWritable(): an eventfd. wake() may be called from any
/// thread and stays in force until cleared.
class Waker
{
public:
    Waker();
    Waker(const Waker &) = delete;
    Waker &operator=(const Waker &) = delete;
    ~Waker();
    void wake();
    void clear();
    [[nodiscard]] int descriptor() const { return m_descriptor; }

private:
    int m_descriptor = -1;
};

enum class Wait { Ready, TimedOut, Woken };
/// poll() on a descriptor and a waker; Woken wins when both are so. A negative timeout waits for ever, a
/// descriptor of -1 for the waker only; an error or hang-up of the descriptor counts as Ready: the read or
/// write says what it was.
[[nodiscard]] Wait waitReadable(int descriptor, const Waker &waker, std::chrono::milliseconds timeout);
[[nodiscard]] Wait waitWritable(int descriptor, const Waker &waker, std::chrono::milliseconds timeout);

} // namespace aspersor::net
