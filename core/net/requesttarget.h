// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace aspersor::net {

/// A request target (RFC 9112 3.2) taken apart.
struct RequestTarget {
    std::string path;                         ///< percent-decoded; begins with '/', or is "*" for OPTIONS
    std::map<std::string, std::string> query; ///< decoded ('+' stays '+'); the first of equal names counts
};

/// Takes origin-form, absolute-form ("http://host/path") and, for OPTIONS, asterisk-form. The error is a
/// sentence for the peer. Pure.
[[nodiscard]] tl::expected<RequestTarget, std::string> parseTarget(std::string_view method,
                                                                   std::string_view target);

/// Undoes percent-encoding (RFC 3986 2.1); nothing when an escape is broken.
[[nodiscard]] std::optional<std::string> percentDecoded(std::string_view text);

} // namespace aspersor::net
