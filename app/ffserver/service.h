// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace aspersor {

/// Tells the service manager (systemd: Type=notify) how far the program is. Without one they do
/// nothing.
void tellServiceReady();
void tellServiceReloading(); ///< tellServiceReady() follows
void tellServiceStopping();

} // namespace aspersor
