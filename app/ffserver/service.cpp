// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ffserver/service.h"

#include <chrono>
#include <string>
#include <systemd/sd-daemon.h>

namespace aspersor {

namespace {

void tell(const std::string &state)
{
    // Nobody listens to whether it arrived.
    static_cast<void>(::sd_notify(0, state.c_str()));
}

} // namespace

void tellServiceReady()
{
    tell("READY=1");
}

void tellServiceReloading()
{
    // The same clock as the manager's: it tells this reload from the ones before.
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    tell("RELOADING=1\nMONOTONIC_USEC=" +
         std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count()));
}

void tellServiceStopping()
{
    tell("STOPPING=1");
}

} // namespace aspersor
