// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLoggingCategory>

namespace aspersor {

Q_DECLARE_LOGGING_CATEGORY(lcFeed) ///< "aspersor.feed"

} // namespace aspersor
