// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/socket.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace aspersor::net {
namespace {

std::string errnoText(const char *what, int code)
{
    return std::string(what) + ": " + std::strerror(code);
}

Wait waitFor(int descriptor, short events, const Waker &waker, std::chrono::milliseconds timeout)
{
    using Clock = std::chrono::steady_clock;
    const bool forever = timeout < std::chrono::milliseconds::zero();
    const auto end = Clock::now() + timeout;
    std::array<pollfd, 2> fds{pollfd{descriptor, events, 0}, pollfd{waker.descriptor(), POLLIN, 0}};
    for (;;) {
        int wait = -1;
        if (!forever) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
            wait = static_cast<int>(std::clamp<long long>(left, 0, 60 * 60 * 1000));
        }
        const int ready = ::poll(fds.data(), fds.size(), wait);
        if (ready < 0 && errno != EINTR)
            return Wait::Ready; // the descriptor is beyond waiting: let the read or write say why
        if (ready > 0)
            return fds[1].revents != 0 ? Wait::Woken : Wait::Ready;
        if (!forever && Clock::now() >= end)
            return Wait::TimedOut;
    }
}

} // namespace

Socket::Socket(Socket &&other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

Socket &Socket::operator=(Socket &&other) noexcept
{
    if (this != &other) {
        close();
        m_descriptor = std::exchange(other.m_descriptor, -1);
    }
    return *this;
}

Socket::~Socket()
{
    close();
}

int Socket::release()
{
    return std::exchange(m_descriptor, -1);
}

void Socket::close()
{
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

namespace {

using AddressOf = int (*)(int, sockaddr *, socklen_t *);

/// As in a URL: IPv6 in brackets, IPv4 as such also when it came to an IPv6 socket. Empty: no IP address.
struct HostAndPort {
    std::string host;
    std::uint16_t port = 0;
};
HostAndPort addressOf(int descriptor, AddressOf which)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (which(descriptor, reinterpret_cast<sockaddr *>(&address), &size) != 0)
        return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family == AF_INET) {
        const auto &v4 = reinterpret_cast<const sockaddr_in &>(address);
        ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        return {text.data(), ntohs(v4.sin_port)};
    }
    if (address.ss_family == AF_INET6) {
        const auto &v6 = reinterpret_cast<const sockaddr_in6 &>(address);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
            ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
            return {text.data(), ntohs(v6.sin6_port)};
        }
        ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
        return {'[' + std::string(text.data()) + ']', ntohs(v6.sin6_port)};
    }
    return {};
}

} // namespace

std::string Socket::peerName() const
{
    const auto [host, port] = addressOf(m_descriptor, ::getpeername);
    return host.empty() ? host : host + ':' + std::to_string(port);
}

std::string Socket::localHost() const
{
    return addressOf(m_descriptor, ::getsockname).host;
}

Result<Socket> connectLocal(const std::string &path)
{
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return failure(Error::Kind::Io, "the socket path \"" + path + "\" is empty or longer than " +
                                            std::to_string(sizeof address.sun_path - 1) + " bytes");
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), address.sun_path);
    Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.isOpen())
        return failure(Error::Kind::Io, errnoText("socket", errno));
    int code = 0;
    do {
        code = ::connect(socket.descriptor(), reinterpret_cast<const sockaddr *>(&address), sizeof address);
    } while (code != 0 && errno == EINTR);
    if (code != 0)
        return failure(Error::Kind::Io, errnoText(("connect to " + path).c_str(), errno));
    return socket;
}

Result<Socket> connectTcp(const std::string &address, std::uint16_t port)
{
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    if (::inet_pton(AF_INET, address.c_str(), &to.sin_addr) != 1)
        return failure(Error::Kind::Io, "\"" + address + "\" is no IPv4 address");
    Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket.isOpen())
        return failure(Error::Kind::Io, errnoText("socket", errno));
    if (::connect(socket.descriptor(), reinterpret_cast<const sockaddr *>(&to), sizeof to) != 0 &&
        errno != EINPROGRESS && errno != EINTR) // interrupted, it goes on by itself
        return failure(Error::Kind::Io, errnoText(("connect to " + address).c_str(), errno));
    return socket;
}

Waker::Waker() : m_descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (m_descriptor < 0)
        throw std::runtime_error(errnoText("eventfd", errno)); // as std::thread does: no resources left
}

Waker::~Waker()
{
    ::close(m_descriptor);
}

void Waker::wake()
{
    const std::uint64_t one = 1;
    // It can only fail because the counter is full: then it is awake already.
    [[maybe_unused]] const auto written = ::write(m_descriptor, &one, sizeof one);
}

void Waker::clear()
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(m_descriptor, &count, sizeof count);
}

Wait waitReadable(int descriptor, const Waker &waker, std::chrono::milliseconds timeout)
{
    return waitFor(descriptor, POLLIN, waker, timeout);
}

Wait waitWritable(int descriptor, const Waker &waker, std::chrono::milliseconds timeout)
{
    return waitFor(descriptor, POLLOUT, waker, timeout);
}

} // namespace aspersor::net
