// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/settings/settings.h"

#include <QString>
#include <QStringList>

namespace aspersor {

/// Addresses as people and phones type them.
namespace addresses {

/// The hosts under which others reach what listens on `listen`: that host, or, for "any address", those of
/// this machine's network interfaces. The likeliest first, loopback last. IPv6 in brackets, ready for a URL.
[[nodiscard]] QStringList reachableHosts(const ListenAddress &listen);

/// `url` with another host, everything else kept.
[[nodiscard]] QString withHost(const QString &url, const QString &host);

/// What a phone app is told: "http://HOST:8088/cam1?key=K"; without the query when `key` is empty.
[[nodiscard]] QString publishUrl(const QString &ingestUrl, const QString &host, const QString &feed,
                                 const QString &key);

/// 1 to 64 of A-Z a-z 0-9 . _ -, not starting with a dot.
[[nodiscard]] bool isFeedName(const QString &name);

/// "cam1", or the next one that `taken` does not have.
[[nodiscard]] QString freeFeedName(const QStringList &taken);

} // namespace addresses

} // namespace aspersor
