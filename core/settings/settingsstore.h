// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"
#include "core/settings/settings.h"

#include <QString>
#include <QStringList>

namespace aspersor {

/// The folder that holds aspersor.ini, ffserver.conf and publish-key: `settings.configDir`, or
/// $XDG_CONFIG_HOME/aspersor. Absolute.
[[nodiscard]] QString configDir(const Settings &settings);
/// The ffserver.conf in force: `settings.confFile`, or the one in configDir(). Absolute.
[[nodiscard]] QString confFile(const Settings &settings);
/// $XDG_STATE_HOME/aspersor (or ~/.local/state/aspersor): where the log goes.
[[nodiscard]] QString stateDir();

/// Makes `folder` with mode 0700 if it is not there. Error::Io otherwise, with a whole sentence.
[[nodiscard]] Result<void> makePrivateFolder(const QString &folder);
/// Replaces `file` in one step with mode 0600: a crash leaves the old or the new content. Error::Io.
[[nodiscard]] Result<void> writePrivateFile(const QString &file, const QByteArray &content);

struct LoadedSettings {
    Settings settings;    ///< publishKey is not in it: see loadPublishKey()
    QStringList warnings; ///< whole sentences: each a value that was not understood and is the default now
};

/// Reads aspersor.ini in `folder` ("": the XDG folder). A missing file or value is the default.
[[nodiscard]] LoadedSettings loadSettings(const QString &folder);
/// Writes aspersor.ini (mode 0600) in the folder of `settings`; the publish key is kept apart. Error::Io.
[[nodiscard]] Result<void> saveSettings(const Settings &settings);

/// `stored` with each field that differs between `before` and `after` taken from `after`. So a change made in
/// a dialog is kept, and what only the command line had set for this run is not.
[[nodiscard]] Settings withChanges(const Settings &stored, const Settings &before, const Settings &after);

} // namespace aspersor
