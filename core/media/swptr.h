// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

extern "C" {
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

/// RAII over libswscale's and libswresample's handles. Include from .cpp files only.
namespace aspersor {

struct FreeScaler {
    void operator()(SwsContext *context) const noexcept { sws_freeContext(context); }
};
struct FreeResampler {
    void operator()(SwrContext *context) const noexcept { swr_free(&context); }
};
using Scaler = std::unique_ptr<SwsContext, FreeScaler>;
using Resampler = std::unique_ptr<SwrContext, FreeResampler>;

} // namespace aspersor
