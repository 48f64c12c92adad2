// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace aspersor {

/// Loads the texts of `language` ("en", "es"; empty: the system's) and makes its number formats the default.
/// Call once, after the QApplication and before the first widget. An unknown language gives English.
void installLanguage(const QString &language);

} // namespace aspersor
