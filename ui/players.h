// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace aspersor {

/// A media player of this machine that can open a stream's address.
struct Player {
    QString name;          ///< "mpv"
    QString program;       ///< full path
    QStringList arguments; ///< before the address
};

/// Those found in PATH, best for live first.
[[nodiscard]] QList<Player> installedPlayers();

/// Starts it detached from us. False when it could not be started.
[[nodiscard]] bool play(const Player &player, const QString &url);

} // namespace aspersor
