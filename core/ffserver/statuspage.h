// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <optional>

namespace aspersor {

/// A connection in the table of an original ffserver's status page.
struct StatusConnection {
    QString stream;                      ///< "slot03.ts"
    QString address;                     ///< of the peer
    QString state;                       ///< "SEND_DATA"
    bool feeder = false;                 ///< it brings a feed
    [[nodiscard]] bool isViewer() const; ///< it is sent a stream, or waits for the next bytes of it

    bool operator==(const StatusConnection &) const = default;
};

/// Reads the connections off the page. Pure. Nothing when it is no such page.
///
/// That page is HTML in the manner of its time, cells are not closed, so no XML reader takes it; and all that
/// is wanted is a few words of a table's rows. So this looks at tags and cells only, trusts no position but
/// by the state's name, which is of a fixed set, and has a bound for everything.
[[nodiscard]] std::optional<QList<StatusConnection>> parseStatusPage(const QByteArray &html);

} // namespace aspersor
