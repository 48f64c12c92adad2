// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/requestparser.h"

#include <QByteArray>

namespace aspersor {

/// Whether a request shows the publish key: "?key=KEY", "Authorization: Bearer KEY" (RFC 6750) or the
/// password of "Authorization: Basic" (RFC 7617). Every one that is given is compared, in constant time.
/// Pure.
[[nodiscard]] bool showsKey(const net::RequestHead &head, const QByteArray &key);

/// Equality whose time depends on neither content nor on where the difference lies.
[[nodiscard]] bool equalInConstantTime(const QByteArray &a, const QByteArray &b);

} // namespace aspersor
