// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QRadioButton;
class QSpinBox;
class QComboBox;

namespace aspersor {

/// Asks for how long feeds are to be kept away after the kick.
class BanDialog final : public QDialog
{
    Q_OBJECT

public:
    explicit BanDialog(const QStringList &feeds, QWidget *parent = nullptr);

    [[nodiscard]] int seconds() const;

private:
    QList<std::pair<QRadioButton *, int>> m_fixed; // with their seconds
    QRadioButton *m_custom = nullptr;
    QSpinBox *m_amount = nullptr;
    QComboBox *m_unit = nullptr; // its data: seconds in one
};

} // namespace aspersor
