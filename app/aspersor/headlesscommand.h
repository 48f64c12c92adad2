// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <QByteArray>
#include <QString>
#include <variant>

namespace aspersor::app {

struct KickCommand {
    QString feed;
};
struct BanCommand {
    QString feed;
    int seconds = 0;
};
struct LetBackInCommand {
    QString feed;
};
struct QuitCommand {
};
using HeadlessCommand = std::variant<KickCommand, BanCommand, LetBackInCommand, QuitCommand>;

/// Reads a line of standard input. Error::BadRequest with a sentence for anything else than one command.
[[nodiscard]] Result<HeadlessCommand> parseHeadlessCommand(const QByteArray &line);

} // namespace aspersor::app
