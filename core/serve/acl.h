// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aspersor::serve {

/// A peer's address in the form that rules are written in: IPv4-mapped IPv6 becomes IPv4.
[[nodiscard]] boost::asio::ip::address plainAddress(const boost::asio::ip::address &address);
/// "192.168.0.7:1234", "[::1]:1234"
[[nodiscard]] std::string peerName(const boost::asio::ip::tcp::endpoint &peer);
[[nodiscard]] bool isLoopback(const boost::asio::ip::address &address);

/// One "ACL allow|deny FIRST [LAST]" line; both ends of the range are in it and of the same family.
struct AclRule {
    bool allow = true;
    boost::asio::ip::address first;
    boost::asio::ip::address last;

    bool operator==(const AclRule &) const = default;
};

/// The rules of a section, evaluated in order as the original ffserver did: the first that matches wins; when
/// none matches, the opposite of the last rule's action; without rules everybody is allowed.
struct Acl {
    std::vector<AclRule> rules;

    [[nodiscard]] bool allows(const boost::asio::ip::address &address) const;
    bool operator==(const Acl &) const = default;

    /// This machine only: what a status page gets when its section has no rule.
    [[nodiscard]] static Acl loopbackOnly();
};

/// "192.168.0.7", "::1" or, an extension, "192.168.0.0/16": the first and last address of it.
[[nodiscard]] std::optional<AclRule> parseAclRange(std::string_view word);

} // namespace aspersor::serve
