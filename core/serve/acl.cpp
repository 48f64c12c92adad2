// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/acl.h"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace aspersor::serve {

namespace ip = boost::asio::ip;

ip::address plainAddress(const ip::address &address)
{
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

std::string peerName(const boost::asio::ip::tcp::endpoint &peer)
{
    const boost::asio::ip::address address = plainAddress(peer.address());
    return (address.is_v6() ? '[' + address.to_string() + ']' : address.to_string()) + ':' +
           std::to_string(peer.port());
}

bool isLoopback(const ip::address &address)
{
    return plainAddress(address).is_loopback();
}

bool Acl::allows(const ip::address &address) const
{
    if (rules.empty())
        return true;
    const ip::address plain = plainAddress(address);
    for (const AclRule &rule : rules) {
        if (rule.first.is_v4() == plain.is_v4() && rule.first <= plain && plain <= rule.last)
            return rule.allow;
    }
    return !rules.back().allow;
}

Acl Acl::loopbackOnly()
{
    Acl acl;
    acl.rules.push_back({true, ip::make_address("127.0.0.0"), ip::make_address("127.255.255.255")});
    acl.rules.push_back({true, ip::make_address("::1"), ip::make_address("::1")});
    return acl;
}

std::optional<AclRule> parseAclRange(std::string_view word)
{
    boost::system::error_code error;
    const std::string text(word);
    if (text.find_first_of(std::string_view("%\0", 2)) != std::string::npos)
        return std::nullopt; // an interface's name, which peers do not have
    if (text.find('/') == std::string::npos) {
        const ip::address address = plainAddress(ip::make_address(text, error));
        if (error)
            return std::nullopt;
        return AclRule{true, address, address};
    }
    if (const auto v4 = ip::make_network_v4(text, error); !error) {
        // network() is the address with the host bits cleared, broadcast() with them set.
        return AclRule{true, v4.network(), v4.prefix_length() == 32 ? v4.network() : v4.broadcast()};
    }
    const auto v6 = ip::make_network_v6(text, error);
    if (error)
        return std::nullopt;
    ip::address_v6::bytes_type last = v6.network().to_bytes();
    for (std::size_t bit = v6.prefix_length(); bit < 128; ++bit)
        last[bit / 8] = static_cast<unsigned char>(last[bit / 8] | (0x80U >> (bit % 8)));
    return AclRule{true, v6.network(), ip::address_v6(last)};
}

} // namespace aspersor::serve
