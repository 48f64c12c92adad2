// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <QString>

namespace aspersor {

/// A new publish key: 128 random bits as 26 lower-case letters and digits that need no escaping in a URL and
/// are not mistaken for one another (Crockford's base 32: no i, l, o, u).
[[nodiscard]] QString makePublishKey();

/// True for what can serve as a key: 1 to 128 printable ASCII characters without spaces.
[[nodiscard]] bool isUsablePublishKey(const QString &key);

/// The file that keeps the key in a configuration folder.
[[nodiscard]] QString publishKeyFile(const QString &folder);

/// Reads the key of the folder; makes folder (0700), file (0600) and key at the first start. A key file that
/// others may read is made private. Error::Io, with a whole sentence, when that cannot be done or the file
/// holds no usable key.
[[nodiscard]] Result<QString> loadPublishKey(const QString &folder);

/// Replaces the key of the folder. Error::Io.
[[nodiscard]] Result<void> savePublishKey(const QString &folder, const QString &key);

} // namespace aspersor
