// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/upload.h"

namespace aspersor {

std::string refusalAnswer(const Refusal &refusal, bool keepAlive)
{
    std::string fields;
    if (refusal.retryAfterSeconds > 0)
        fields = "Retry-After: " + std::to_string(refusal.retryAfterSeconds) + "\r\n";
    return net::response(refusal.status, "text/plain; charset=utf-8", refusal.reason + '\n', fields,
                         keepAlive);
}

} // namespace aspersor
