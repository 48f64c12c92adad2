// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/bandialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QVBoxLayout>

namespace aspersor {

BanDialog::BanDialog(const QStringList &feeds, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(tr("Kick and ban"));
    auto *question = new QLabel(
        feeds.size() == 1
            ? tr("Throw %1 off and keep it away for:")
                  .arg(QStringLiteral("<b>%1</b>").arg(feeds.first().toHtmlEscaped()))
            : tr("Throw %n feed(s) off and keep them away for:", nullptr, static_cast<int>(feeds.size())));
    question->setWordWrap(true);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(18, 16, 18, 14);
    column->setSpacing(8);
    column->addWidget(question);
    column->addSpacing(4);

    const auto addFixed = [&](const QString &text, int seconds) {
        auto *button = new QRadioButton(text);
        column->addWidget(button);
        m_fixed.append({button, seconds});
    };
    addFixed(tr("1 &minute"), 60);
    addFixed(tr("1&0 minutes"), 600);
    addFixed(tr("1 &hour"), 3600);
    m_fixed.at(1).first->setChecked(true);

    m_custom = new QRadioButton(tr("&Another time:"));
    m_amount = new QSpinBox;
    m_amount->setRange(1, 999);
    m_amount->setValue(30);
    m_amount->setAccessibleName(tr("Amount of time"));
    m_unit = new QComboBox;
    m_unit->setAccessibleName(tr("Unit of time"));
    m_unit->addItem(tr("seconds"), 1);
    m_unit->addItem(tr("minutes"), 60);
    m_unit->addItem(tr("hours"), 3600);
    m_unit->setCurrentIndex(1);
    auto *row = new QHBoxLayout;
    row->addWidget(m_custom);
    row->addWidget(m_amount);
    row->addWidget(m_unit);
    row->addStretch();
    column->addLayout(row);
    m_amount->setEnabled(false);
    m_unit->setEnabled(false);
    connect(m_custom, &QRadioButton::toggled, m_amount, &QWidget::setEnabled);
    connect(m_custom, &QRadioButton::toggled, m_unit, &QWidget::setEnabled);

    auto *note = new QLabel(tr("You can let it back in at any time."));
    note->setForegroundRole(QPalette::PlaceholderText);
    column->addSpacing(4);
    column->addWidget(note);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    auto *ban = buttons->addButton(tr("&Kick and ban"), QDialogButtonBox::AcceptRole);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    column->addSpacing(8);
    column->addWidget(buttons);
    ban->setDefault(true); // in the dialog's layout only: before, Cancel would win
    layout()->setSizeConstraint(QLayout::SetFixedSize);
    m_fixed.at(1).first->setFocus();
}

int BanDialog::seconds() const
{
    for (const auto &[button, seconds] : m_fixed) {
        if (button->isChecked()) {
            return seconds;
        }
    }
    return m_amount->value() * m_unit->currentData().toInt();
}

} // namespace aspersor
