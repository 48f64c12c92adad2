// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

namespace aspersor {

/// How long to wait before a program that died is started again: not at all the first time, then longer and
/// longer.
class RestartBackoff
{
public:
    [[nodiscard]] std::chrono::milliseconds next()
    {
        const auto delay = delays[m_step];
        if (m_step + 1 < delays.size())
            ++m_step;
        return delay;
    }
    /// The next delay is no longer than 2 s.
    [[nodiscard]] bool isShort() const { return delays[m_step] <= std::chrono::seconds(2); }
    /// After a good run, or when a person asks.
    void reset() { m_step = 0; }

private:
    static constexpr std::array<std::chrono::milliseconds, 6> delays{{
        std::chrono::milliseconds(0),
        std::chrono::milliseconds(500),
        std::chrono::milliseconds(1000),
        std::chrono::milliseconds(2000),
        std::chrono::milliseconds(5000),
        std::chrono::milliseconds(10'000),
    }};
    std::size_t m_step = 0;
};

} // namespace aspersor
