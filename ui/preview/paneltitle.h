// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QWidget>

namespace aspersor {

/// A name in bold and a word on its state, on one line that is never wider than its place: the state is
/// shortened first, then the name.
class PanelTitle final : public QWidget
{
    Q_OBJECT

public:
    explicit PanelTitle(QWidget *parent = nullptr);

    void setWords(const QString &name, const QString &status, const QColor &color);
    [[nodiscard]] QString status() const { return m_status; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    [[nodiscard]] QFont nameFont() const;

    QString m_name;
    QString m_status;
    QColor m_color;
};

} // namespace aspersor
