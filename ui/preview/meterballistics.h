// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace aspersor {

/// How one channel of a level meter moves: up at once, down 24 dB a second, its peak held for a while.
///
/// Pure: the caller passes the time.
class MeterBallistics
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr float floorDb = -60.0F; ///< what is quieter counts as silence

    /// `peak`: the largest sample since the last call, 0 to 1.
    void update(float peak, TimePoint now);
    void reset();

    [[nodiscard]] float levelDb() const { return m_levelDb; } ///< floorDb to 0
    [[nodiscard]] float heldDb() const { return m_heldDb; }   ///< floorDb to 0
    /// Anything that moves still: when false, nothing needs to be painted.
    [[nodiscard]] bool isMoving() const { return m_heldDb > floorDb; }

private:
    float m_levelDb = floorDb;
    float m_heldDb = floorDb;
    TimePoint m_updatedAt{};
    TimePoint m_heldAt{};
};

} // namespace aspersor
