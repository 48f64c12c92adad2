// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/encoder.h"

#include <memory>
#include <mutex>
#include <vector>

namespace aspersor::serve {

/// Owns all encoders, so that nobody else ever waits for one to end. Thread-safe.
class EncoderPool
{
public:
    static constexpr std::size_t maxEncoders = 32; ///< each has a thread and pictures in memory

    /// 503 when there are too many.
    [[nodiscard]] tl::expected<std::shared_ptr<Encoder>, OpenError>
    start(EncoderSetup setup, StreamListener &listener, Observer &observer);
    /// Lets go of those that have ended.
    void tick();

private:
    std::mutex m_mutex;
    std::vector<std::shared_ptr<Encoder>> m_encoders; // guarded by m_mutex
};

} // namespace aspersor::serve
