// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/meterballistics.h"

#include <algorithm>
#include <cmath>

namespace aspersor {

namespace {

using namespace std::chrono_literals;

constexpr float fallDbPerSecond = 24.0F;
constexpr auto hold = 1500ms;

} // namespace

void MeterBallistics::update(float peak, TimePoint now)
{
    const float db = peak > 0.0F ? std::clamp(20.0F * std::log10(peak), floorDb, 0.0F) : floorDb;
    const float elapsed = std::chrono::duration<float>(now - m_updatedAt).count();
    const float fallen = m_updatedAt == TimePoint{} ? floorDb : m_levelDb - fallDbPerSecond * elapsed;
    m_updatedAt = now;
    m_levelDb = std::max({db, fallen, floorDb});
    if (m_levelDb >= m_heldDb) {
        m_heldDb = m_levelDb;
        m_heldAt = now;
    } else if (now - m_heldAt > hold) {
        m_heldDb = std::max(m_levelDb, m_heldDb - fallDbPerSecond * elapsed);
    }
}

void MeterBallistics::reset()
{
    *this = {};
}

} // namespace aspersor
