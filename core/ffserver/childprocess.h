// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

namespace aspersor {

/// For QProcess::setChildProcessModifier(): the child gets SIGTERM when the thread that starts it ends,
/// however that ends (start it from the main thread); and a Ctrl-C in our terminal is not for it: we end it
/// in good order.
[[nodiscard]] std::function<void()> endsWithParent();

} // namespace aspersor
