// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/players.h"

#include <QProcess>
#include <QStandardPaths>

namespace aspersor {

QList<Player> installedPlayers()
{
    const QList<Player> known{
        {QStringLiteral("mpv"),
         {},
         {QStringLiteral("--profile=low-latency"), QStringLiteral("--force-window=immediate")}},
        {QStringLiteral("VLC"), {}, {QStringLiteral("--network-caching=300")}},
        {QStringLiteral("ffplay"),
         {},
         {QStringLiteral("-loglevel"), QStringLiteral("error"), QStringLiteral("-fflags"),
          QStringLiteral("nobuffer")}},
    };
    QList<Player> found;
    for (Player player : known) {
        player.program = QStandardPaths::findExecutable(player.name.toLower());
        if (!player.program.isEmpty()) {
            found << player;
        }
    }
    return found;
}

bool play(const Player &player, const QString &url)
{
    return QProcess::startDetached(player.program, player.arguments + QStringList{url});
}

} // namespace aspersor
