// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/settings/settings.h"

#include <QString>
#include <optional>

namespace aspersor {

/// Reads "ADDR:PORT", "[V6]:PORT", ":PORT" and "PORT"; without an address, and for "*", all IPv4 addresses
/// ("0.0.0.0") are meant. Only numeric addresses and "localhost": nothing here asks a name server.
/// Nothing when the text is none of these.
[[nodiscard]] std::optional<ListenAddress> parseListenAddress(const QString &text);

/// "0.0.0.0:8088", "[::]:8088": what parseListenAddress() reads.
[[nodiscard]] QString toString(const ListenAddress &address);

/// "http://127.0.0.1:8088": where a client on this machine finds a server on `address`. "All addresses" is
/// shown as the loopback address.
[[nodiscard]] QString localUrl(const ListenAddress &address);

} // namespace aspersor
