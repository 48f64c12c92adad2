// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/qrcode.h"

#include <QPainter>
#include <algorithm>
#include <memory>
#include <qrencode.h>

namespace aspersor {

namespace {

constexpr int quietZone = 4; // modules, ISO/IEC 18004

struct FreeCode {
    void operator()(QRcode *code) const noexcept { QRcode_free(code); }
};

} // namespace

QrCode::QrCode(QWidget *parent) : QWidget(parent)
{
    setAccessibleName(tr("QR code of the address"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void QrCode::setText(const QString &text)
{
    m_modules = encoded(text);
    update();
}

QImage QrCode::encoded(const QString &text)
{
    const std::unique_ptr<QRcode, FreeCode> code(
        QRcode_encodeString8bit(text.toUtf8().constData(), 0, QR_ECLEVEL_M));
    if (!code) {
        return {};
    }
    QImage image(code->width, code->width, QImage::Format_Grayscale8);
    for (int y = 0; y < code->width; ++y) {
        for (int x = 0; x < code->width; ++x) {
            const bool black = (code->data[y * code->width + x] & 1U) != 0;
            image.scanLine(y)[x] = black ? 0 : 255;
        }
    }
    return image;
}

void QrCode::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    painter.fillRect(rect(), Qt::white);
    if (m_modules.isNull()) {
        return;
    }
    // Whole pixels for each module: a scaled code is hard to read.
    const int modules = m_modules.width() + 2 * quietZone;
    const int size = std::max(1, std::min(width(), height()) / modules);
    const int side = m_modules.width() * size;
    const QRect box((width() - side) / 2, (height() - side) / 2, side, side);
    painter.drawImage(box, m_modules);
}

} // namespace aspersor
