// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/tcpconnect.h"

#include <cerrno>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>

namespace aspersor::phone {

namespace {

struct FreeAddresses {
    void operator()(addrinfo *list) const noexcept { freeaddrinfo(list); }
};

std::string words(int code)
{
    std::string text = std::generic_category().message(code);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

Result<net::Socket> connectTo(const addrinfo &address, const net::Waker &waker,
                              std::chrono::milliseconds timeout)
{
    net::Socket socket(
        ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol));
    if (!socket.isOpen())
        return failure(Error::Kind::Io, words(errno));
    const int yes = 1;
    ::setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(socket.descriptor(), address.ai_addr, address.ai_addrlen) == 0)
        return socket;
    if (errno != EINPROGRESS)
        return failure(Error::Kind::Io, words(errno));
    switch (net::waitWritable(socket.descriptor(), waker, timeout)) {
    case net::Wait::Woken:
        return failure(Error::Kind::Stopped, "stopped");
    case net::Wait::TimedOut:
        return failure(Error::Kind::TimedOut, "no answer");
    case net::Wait::Ready:
        break;
    }
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.descriptor(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0)
        return failure(Error::Kind::Io, words(error));
    return socket;
}

} // namespace

Result<net::Socket> connectTcp(const std::string &host, const std::string &port, const net::Waker &waker,
                               std::chrono::milliseconds timeout)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *raw = nullptr;
    if (const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &raw); code != 0)
        return failure(Error::Kind::Io, "the name is not known (" + std::string(gai_strerror(code)) + ')');
    const std::unique_ptr<addrinfo, FreeAddresses> addresses(raw);

    Result<net::Socket> result = failure(Error::Kind::Io, "the name has no address");
    for (const addrinfo *address = addresses.get(); address; address = address->ai_next) {
        result = connectTo(*address, waker, timeout);
        if (result || result.error().kind == Error::Kind::Stopped)
            break;
    }
    return result;
}

} // namespace aspersor::phone
