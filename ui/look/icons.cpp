// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/look/icons.h"

#include <QFile>
#include <QGuiApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QPixmapCache>
#include <QSvgRenderer>

namespace aspersor {

namespace {

QString resourcePath(const QString &name)
{
    return QStringLiteral(":/icons/%1.svg").arg(name);
}

/// Draws an SVG whose lines are "#000" in a colour of the palette.
class ThemedIconEngine final : public QIconEngine
{
public:
    explicit ThemedIconEngine(QString name) : m_name(std::move(name)) {}

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override
    {
        const qreal ratio = painter->device()->devicePixelRatioF();
        painter->drawPixmap(rect, scaledPixmap(rect.size() * ratio, mode, state, ratio));
    }

    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override
    {
        return scaledPixmap(size, mode, state, 1.0);
    }

    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State /*state*/, qreal scale) override
    {
        const QColor color = colorFor(mode);
        const QString key =
            QStringLiteral("aspersor/%1/%2x%3/%4")
                .arg(m_name, QString::number(size.width()), QString::number(size.height()), color.name());
        QPixmap pixmap;
        if (!QPixmapCache::find(key, &pixmap)) {
            pixmap = drawn(size, color);
            QPixmapCache::insert(key, pixmap);
        }
        pixmap.setDevicePixelRatio(scale);
        return pixmap;
    }

    [[nodiscard]] QIconEngine *clone() const override { return new ThemedIconEngine(m_name); }
    [[nodiscard]] QString key() const override { return QStringLiteral("aspersor-themed"); }
    bool isNull() override { return !QFile::exists(resourcePath(m_name)); }

private:
    static QColor colorFor(QIcon::Mode mode)
    {
        const QPalette palette = QGuiApplication::palette();
        switch (mode) {
        case QIcon::Disabled:
            return palette.color(QPalette::Disabled, QPalette::ButtonText);
        case QIcon::Selected:
            return palette.color(QPalette::HighlightedText);
        case QIcon::Normal:
        case QIcon::Active:
            break;
        }
        return palette.color(QPalette::ButtonText);
    }

    [[nodiscard]] QPixmap drawn(const QSize &size, const QColor &color) const
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QFile file(resourcePath(m_name));
        if (file.open(QIODevice::ReadOnly)) {
            QSvgRenderer renderer(file.readAll().replace("#000", color.name().toLatin1()));
            QPainter painter(&pixmap);
            renderer.render(&painter);
        }
        return pixmap;
    }

    QString m_name;
};

} // namespace

QIcon themedIcon(const QString &name)
{
    return QIcon(new ThemedIconEngine(name)); // QIcon owns its engine
}

QIcon programIcon()
{
    return QIcon(resourcePath(QStringLiteral("aspersor")));
}

void paintDot(QPainter &painter, const QRectF &box, Dot dot, const QColor &color)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const qreal line = box.width() / 6;
    const QRectF ring = box.adjusted(line / 2, line / 2, -line / 2, -line / 2);
    painter.setPen(QPen(color, line));
    switch (dot) {
    case Dot::Full:
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawEllipse(box);
        break;
    case Dot::Half:
        painter.drawEllipse(ring);
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawPie(box, 90 * 16, 180 * 16);
        break;
    case Dot::Crossed: {
        painter.drawEllipse(ring);
        const qreal reach = ring.width() / 2 * 0.707;
        const QPointF c = box.center();
        painter.drawLine(c + QPointF(-reach, reach), c + QPointF(reach, -reach));
        break;
    }
    case Dot::Hollow:
        painter.drawEllipse(ring);
        break;
    }
    painter.restore();
}

} // namespace aspersor
