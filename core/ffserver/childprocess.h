// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

class QObject;
class QProcess;

namespace aspersor {

/// For QProcess::setChildProcessModifier(): the child gets SIGTERM when the thread that starts it ends,
/// however that ends (start it from the main thread); and a Ctrl-C in our terminal is not for it: we end it
/// in good order.
[[nodiscard]] std::function<void()> endsWithParent();

/// Ends a child without ceremony and without another word to `listener`; `process` is null afterwards, and
/// may be before.
void abandon(QProcess *&process, const QObject *listener);

} // namespace aspersor
