// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

namespace aspersor {

/// Shows a text as a QR code: black on white in either appearance, as cameras want it.
class QrCode final : public QWidget
{
    Q_OBJECT

public:
    explicit QrCode(QWidget *parent = nullptr);

    void setText(const QString &text);

    /// One pixel a module, without the quiet zone; null when the text is too long or empty.
    [[nodiscard]] static QImage encoded(const QString &text);

    [[nodiscard]] QSize sizeHint() const override { return {196, 196}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {148, 148}; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QImage m_modules;
};

} // namespace aspersor
