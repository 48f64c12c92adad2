// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/preview/meterballistics.h"

#include <QWidget>

namespace aspersor {

/// Two bars, left over right, on a scale of decibels below full scale, with held peaks.
class LevelMeter final : public QWidget
{
    Q_OBJECT

public:
    explicit LevelMeter(QWidget *parent = nullptr);

    /// Peaks since the last call, 0 to 1. Call 20 to 30 times a second while there is a feed.
    void setPeaks(float left, float right, MeterBallistics::TimePoint now);
    /// No feed: empty bars.
    void reset();

    [[nodiscard]] const MeterBallistics &left() const { return m_left; }
    [[nodiscard]] const MeterBallistics &right() const { return m_right; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] int xOf(float db) const;
    void paintBar(QPainter &painter, const QRect &bar, const MeterBallistics &channel) const;
    void paintScale(QPainter &painter, int top) const;

    MeterBallistics m_left;
    MeterBallistics m_right;
};

} // namespace aspersor
