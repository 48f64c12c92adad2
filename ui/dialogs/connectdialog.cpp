// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/connectdialog.h"

#include "ui/addresses.h"
#include "ui/dialogs/copybutton.h"
#include "ui/dialogs/qrcode.h"
#include "ui/look/icons.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace aspersor {

namespace {

const QString hiddenKey = QStringLiteral("••••••••");

QHBoxLayout *beside(QWidget *field, QWidget *button)
{
    auto *row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(field, 1);
    row->addWidget(button);
    return row;
}

} // namespace

ConnectDialog::ConnectDialog(const Values &values, QWidget *parent) : QDialog(parent), m_values(values)
{
    setWindowTitle(tr("Connect a phone"));
    auto *intro =
        new QLabel(tr("Type this address into the phone's streaming app, or let the phone scan the code. "
                      "Phone and computer must be in the same network."));
    intro->setWordWrap(true);

    auto *form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);

    m_host = new QComboBox;
    m_host->setToolTip(tr("The network addresses of this computer"));
    for (const QString &host : values.hosts) {
        const bool local = host == QLatin1String("127.0.0.1") || host == QLatin1String("[::1]");
        m_host->addItem(local ? tr("%1 (this computer only)").arg(host) : host, host);
    }
    form->addRow(tr("&Computer:"), m_host);

    m_name = new QLineEdit(values.feedName);
    m_name->setMaxLength(64);
    m_name->setToolTip(tr("Letters, digits, dot, dash and underscore; each phone needs its own name"));
    form->addRow(tr("Feed &name:"), m_name);
    m_nameProblem =
        new QLabel(tr("Use 1 to 64 letters, digits, dots, dashes or underscores, not beginning with a dot."));
    m_nameProblem->setWordWrap(true);
    form->addRow(QString(), m_nameProblem);

    m_showKey = new QToolButton;
    m_showKey->setCheckable(true);
    m_showKey->setIcon(themedIcon(QStringLiteral("show")));
    m_showKey->setAutoRaise(true);
    m_showKey->setToolTip(tr("Show the key"));
    m_showKey->setAccessibleName(m_showKey->toolTip());
    if (values.key.isEmpty()) {
        auto *open = new QLabel(tr("Not needed: the settings let anyone publish."));
        form->addRow(tr("Key:"), open);
        m_showKey->setChecked(true);
        m_showKey->setParent(this);
        m_showKey->hide();
    } else {
        m_key = new QLineEdit(values.key);
        m_key->setReadOnly(true);
        auto *row = beside(m_key, m_showKey);
        row->addWidget(new CopyButton(tr("Copy the key"), [this] { return m_values.key; }));
        form->addRow(tr("&Key:"), row);
        static_cast<QLabel *>(form->labelForField(row))->setBuddy(m_key);
    }
    m_url =
        addField(*form, tr("&Address:"), tr("Copy the address with its key"), [this] { return url(true); });
    m_command = addField(*form, tr("With &ffmpeg:"), tr("Copy the command with the key"),
                         [this] { return command(true); });

    m_code = new QrCode;
    m_codeHidden = new QLabel(tr("Show the key to see the code: it holds the key."));
    m_codeHidden->setWordWrap(true);
    m_codeHidden->setAlignment(Qt::AlignCenter);
    m_codeHidden->setFixedSize(m_code->sizeHint());
    m_codeHidden->setFrameStyle(static_cast<int>(QFrame::StyledPanel) | static_cast<int>(QFrame::Plain));
    m_codeHidden->setMargin(12);
    m_codeHidden->setForegroundRole(QPalette::PlaceholderText);
    m_code->setFixedSize(m_code->sizeHint());

    auto *middle = new QHBoxLayout;
    middle->setSpacing(20);
    middle->addLayout(form, 1);
    middle->addWidget(m_code, 0, Qt::AlignTop);
    middle->addWidget(m_codeHidden, 0, Qt::AlignTop);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(18, 16, 18, 14);
    column->setSpacing(14);
    column->addWidget(intro);
    column->addLayout(middle);
    column->addStretch();
    column->addWidget(buttons);
    setMinimumWidth(720);

    connect(m_host, &QComboBox::currentIndexChanged, this, &ConnectDialog::showValues);
    connect(m_name, &QLineEdit::textChanged, this, &ConnectDialog::showValues);
    connect(m_showKey, &QToolButton::toggled, this, &ConnectDialog::showValues);
    showValues();
    m_name->setFocus();
    m_name->selectAll();
}

QLineEdit *ConnectDialog::addField(QFormLayout &form, const QString &label, const QString &name,
                                   const std::function<QString()> &copied)
{
    auto *field = new QLineEdit;
    field->setReadOnly(true);
    auto *row = beside(field, new CopyButton(name, copied));
    form.addRow(label, row);
    static_cast<QLabel *>(form.labelForField(row))->setBuddy(field);
    return field;
}

QString ConnectDialog::url(bool withKey) const
{
    const QString address = addresses::publishUrl(m_values.ingestUrl, m_host->currentData().toString(),
                                                  m_name->text(), withKey ? m_values.key : QString());
    return withKey || m_values.key.isEmpty() ? address : address + QStringLiteral("?key=") + hiddenKey;
}

QString ConnectDialog::command(bool withKey) const
{
    return QStringLiteral("ffmpeg -re -i video.mp4 -c copy -f mpegts \"%1\"").arg(url(withKey));
}

void ConnectDialog::showValues()
{
    const bool showKey = m_showKey->isChecked();
    const bool goodName = addresses::isFeedName(m_name->text());
    m_nameProblem->setVisible(!goodName);
    if (m_key) {
        m_key->setText(showKey ? m_values.key : hiddenKey);
        m_showKey->setIcon(themedIcon(showKey ? QStringLiteral("hide") : QStringLiteral("show")));
    }
    for (QLineEdit *field : {m_url, m_command}) {
        field->setEnabled(goodName);
    }
    m_url->setText(url(showKey));
    m_command->setText(command(showKey));
    m_url->setCursorPosition(0);
    m_command->setCursorPosition(0);
    m_code->setText(goodName ? url(true) : QString());
    m_code->setVisible(showKey);
    m_codeHidden->setVisible(!showKey);
}

} // namespace aspersor
