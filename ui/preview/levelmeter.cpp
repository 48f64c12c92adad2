// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/levelmeter.h"

#include "ui/look/colors.h"

#include <QPainter>
#include <array>

namespace aspersor {

namespace {

constexpr int barHeight = 5;
constexpr int barGap = 2;
constexpr int scaleGap = 2;
constexpr float loudDb = -12.0F;   // here speech should stay
constexpr float tooLoudDb = -3.0F; // here it is about to distort
constexpr std::array scaleDb = {-48, -36, -24, -12, -6, 0};

QFont scaleFont(const QWidget &widget)
{
    QFont font = widget.font();
    font.setPointSizeF(font.pointSizeF() * 0.75);
    return font;
}

} // namespace

LevelMeter::LevelMeter(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void LevelMeter::setPeaks(float left, float right, MeterBallistics::TimePoint now)
{
    const bool moved = m_left.isMoving() || m_right.isMoving();
    m_left.update(left, now);
    m_right.update(right, now);
    if (moved || m_left.isMoving() || m_right.isMoving())
        update();
}

void LevelMeter::reset()
{
    m_left.reset();
    m_right.reset();
    update();
}

QSize LevelMeter::sizeHint() const
{
    return {220, minimumSizeHint().height()};
}

QSize LevelMeter::minimumSizeHint() const
{
    return {110, 2 * barHeight + barGap + scaleGap + QFontMetrics(scaleFont(*this)).ascent() + 1};
}

int LevelMeter::xOf(float db) const
{
    const float part = 1.0F - db / MeterBallistics::floorDb;
    return qRound(part * static_cast<float>(width()));
}

void LevelMeter::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    paintBar(painter, QRect(0, 0, width(), barHeight), m_left);
    paintBar(painter, QRect(0, barHeight + barGap, width(), barHeight), m_right);
    paintScale(painter, 2 * barHeight + barGap + scaleGap);
}

void LevelMeter::paintBar(QPainter &painter, const QRect &bar, const MeterBallistics &channel) const
{
    const Colors colors = Colors::of(palette());
    painter.fillRect(bar, colors.line);
    struct Zone {
        float from;
        float to;
        QColor color;
    };
    const std::array zones = {Zone{MeterBallistics::floorDb, loudDb, colors.good},
                              Zone{loudDb, tooLoudDb, colors.waiting}, Zone{tooLoudDb, 0.0F, colors.bad}};
    for (const Zone &zone : zones) {
        const int left = xOf(zone.from);
        const int right = xOf(std::min(zone.to, channel.levelDb()));
        if (right > left)
            painter.fillRect(QRect(left, bar.top(), right - left, bar.height()), zone.color);
        if (channel.isMoving() && channel.heldDb() > zone.from && channel.heldDb() <= zone.to)
            painter.fillRect(QRect(std::max(0, xOf(channel.heldDb()) - 2), bar.top(), 2, bar.height()),
                             zone.color);
    }
}

void LevelMeter::paintScale(QPainter &painter, int top) const
{
    painter.setFont(scaleFont(*this));
    painter.setPen(Colors::of(palette()).muted);
    const QFontMetrics metrics = painter.fontMetrics();
    int freeFrom = 0;
    for (const int db : scaleDb) {
        const QString text = locale().toString(db);
        const int wide = metrics.horizontalAdvance(text);
        const int x = std::clamp(xOf(static_cast<float>(db)) - wide / 2, 0, std::max(0, width() - wide));
        if (x < freeFrom)
            continue;
        painter.drawText(x, top + metrics.ascent() - 1, text);
        freeFrom = x + wide + metrics.horizontalAdvance(QLatin1Char('0'));
    }
}

} // namespace aspersor
