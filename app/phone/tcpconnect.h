// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/socket.h"

#include <chrono>
#include <string>

namespace aspersor::phone {

/// Connects to the first address of `host` that answers; the socket is non-blocking and sends at once.
/// Blocks for the look-up of a name, and up to `timeout` for each address; `waker` breaks the latter off
/// (Error::Stopped). The message of an Error is a clause: "connection refused".
[[nodiscard]] Result<net::Socket> connectTcp(const std::string &host, const std::string &port,
                                             const net::Waker &waker, std::chrono::milliseconds timeout);

} // namespace aspersor::phone
