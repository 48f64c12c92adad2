// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QStringList>
#include <string>
#include <string_view>

namespace aspersor {

/// Where viewers find the feeds, when that does not follow from their names: what the ingest shows at "/".
struct WatchIndex {
    struct Feed {
        QString name;
        QStringList files; ///< of its streams, "slot01.flv"

        bool operator==(const Feed &) const = default;
    };
    quint16 port = 0; ///< the viewers'; 0: nothing is shown
    QList<Feed> feeds;

    bool operator==(const WatchIndex &) const = default;
};

/// A web page with a link to each stream. `host`: under which whoever asks reaches this computer, with
/// brackets if it is IPv6.
[[nodiscard]] std::string watchIndexPage(const WatchIndex &index, std::string_view host);

} // namespace aspersor
