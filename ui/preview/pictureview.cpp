// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/pictureview.h"

#include "ui/look/colors.h"

#include <QMouseEvent>
#include <QPainter>
#include <cstdint>

namespace aspersor {

namespace {

constexpr int lineAlignment = 64; // bytes; libswscale's fast ways want aligned lines
constexpr int cursorHiddenAfterMs = 2000;
constexpr int dimming = 150; // of 255
constexpr int margin = 16;   // pixels around the words

QFont headlineFont(const QWidget &widget)
{
    QFont font = widget.font();
    font.setPointSizeF(font.pointSizeF() * 1.25);
    font.setWeight(QFont::DemiBold);
    return font;
}

} // namespace

PictureView::PictureView(QWidget *parent) : QWidget(parent)
{
    setAttribute(Qt::WA_OpaquePaintEvent);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    m_cursorTimer.setSingleShot(true);
    m_cursorTimer.setInterval(cursorHiddenAfterMs);
    connect(&m_cursorTimer, &QTimer::timeout, this, [this] { setCursor(Qt::BlankCursor); });
}

PictureView::~PictureView() = default;

void PictureView::setPicture(PreviewPicture picture)
{
    m_picture = std::move(picture);
    m_scaled = {};
    update();
}

void PictureView::clearPicture()
{
    m_picture.reset();
    m_scaled = {};
    update();
}

void PictureView::setMessage(const QString &headline, const QString &more)
{
    if (m_headline == headline && m_more == more)
        return;
    m_headline = headline;
    m_more = more;
    update();
}

void PictureView::setHidesCursor(bool hides)
{
    setMouseTracking(hides);
    if (hides) {
        m_cursorTimer.start();
        return;
    }
    m_cursorTimer.stop();
    unsetCursor();
}

QRect PictureView::pictureRect() const
{
    if (!m_picture)
        return {};
    QSizeF size(m_picture->aspectNum, m_picture->aspectDen);
    size.scale(this->size(), Qt::KeepAspectRatio);
    QRect rect(QPoint(), size.toSize().expandedTo({1, 1}));
    rect.moveCenter(this->rect().center());
    return rect;
}

QSize PictureView::sizeHint() const
{
    return {480, 270};
}

QSize PictureView::minimumSizeHint() const
{
    return {240, 135};
}

void PictureView::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    if (!m_picture) {
        painter.fillRect(rect(), palette().color(QPalette::Base));
        paintMessage(painter, false);
        return;
    }
    const QRect target = pictureRect();
    const QRegion bars = QRegion(rect()).subtracted(target);
    for (const QRect &bar : bars)
        painter.fillRect(bar, Qt::black);
    scale((QSizeF(target.size()) * devicePixelRatioF()).toSize());
    if (m_scaled.isNull())
        painter.fillRect(target, Qt::black);
    else
        painter.drawImage(target, m_scaled);
    if (!m_headline.isEmpty()) {
        painter.fillRect(rect(), QColor(0, 0, 0, dimming));
        paintMessage(painter, true);
    }
}

void PictureView::scale(const QSize &deviceSize)
{
    if (m_scaled.size() == deviceSize)
        return;
    const int lineSize = (deviceSize.width() * 4 + lineAlignment - 1) / lineAlignment * lineAlignment;
    m_pixels.resize(static_cast<std::size_t>(lineSize) * static_cast<std::size_t>(deviceSize.height()) +
                    lineAlignment);
    const auto address = reinterpret_cast<std::uintptr_t>(m_pixels.data());
    quint8 *to = m_pixels.data() + (lineAlignment - address % lineAlignment) % lineAlignment;
    m_scaled = {};
    if (m_scaler.toRgb32(*m_picture, to, deviceSize.width(), deviceSize.height(), lineSize))
        m_scaled = QImage(to, deviceSize.width(), deviceSize.height(), lineSize, QImage::Format_RGB32);
}

void PictureView::paintMessage(QPainter &painter, bool overPicture) const
{
    if (m_headline.isEmpty())
        return;
    const QFont big = headlineFont(*this);
    const int wide = std::max(0, width() - 2 * margin);
    constexpr int flags = Qt::AlignHCenter | Qt::TextWordWrap;
    const QRect first = QFontMetrics(big).boundingRect(0, 0, wide, height(), flags, m_headline);
    const QRect second =
        m_more.isEmpty() ? QRect() : QFontMetrics(font()).boundingRect(0, 0, wide, height(), flags, m_more);
    const int gap = m_more.isEmpty() ? 0 : QFontMetrics(font()).height() / 3;
    const int top = std::max(0, (height() - first.height() - gap - second.height()) / 2);

    painter.setFont(big);
    painter.setPen(overPicture ? QColor(Qt::white) : palette().color(QPalette::Text));
    painter.drawText(QRect(margin, top, wide, first.height()), flags, m_headline);
    painter.setFont(font());
    painter.setPen(overPicture ? QColor(220, 224, 228) : Colors::of(palette()).muted);
    painter.drawText(QRect(margin, top + first.height() + gap, wide, second.height()), flags, m_more);
}

void PictureView::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton)
        emit doubleClicked();
}

void PictureView::mouseMoveEvent(QMouseEvent * /*event*/)
{
    if (!hasMouseTracking())
        return;
    unsetCursor();
    m_cursorTimer.start();
}

} // namespace aspersor
