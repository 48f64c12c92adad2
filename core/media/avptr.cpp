// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/avptr.h"

#include <array>

namespace aspersor::media {

std::string avMessage(const std::string &function, int code)
{
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(code, text.data(), text.size());
    return function + ": " + text.data();
}

} // namespace aspersor::media
