// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <QByteArray>
#include <QString>
#include <QTemporaryDir>
#include <memory>

namespace aspersor {

/// The ffserver to run: `wanted`, or the one beside this program, or the first in PATH. Error::Process, a
/// clause that says what is wrong with it and what to do.
[[nodiscard]] Result<QString> findFfserver(const QString &wanted);

/// The ffserver.conf that is written at the first start.
[[nodiscard]] QByteArray defaultConf();

/// Writes defaultConf() to `file` (and makes its folder) unless there is one. Error::Io.
[[nodiscard]] Result<void> ensureConf(const QString &file);

/// A folder of this process alone (mode 0700) for sockets, in $XDG_RUNTIME_DIR or the folder for temporary
/// files; removed with its owner. A socket in it with a name of up to 16 bytes fits into sun_path. Error::Io.
[[nodiscard]] Result<std::unique_ptr<QTemporaryDir>> makeRuntimeFolder();

} // namespace aspersor
