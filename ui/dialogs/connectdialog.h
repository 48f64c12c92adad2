// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <functional>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QToolButton;

namespace aspersor {

class QrCode;

/// Says what to type into a phone: address, name, key; as one URL, as a QR code, as an ffmpeg command.
class ConnectDialog final : public QDialog
{
    Q_OBJECT

public:
    struct Values {
        QString ingestUrl; ///< with the port really taken
        QStringList hosts; ///< under which phones reach us, the likeliest first
        QString feedName;  ///< proposal
        QString key;       ///< empty: anyone may publish
    };

    explicit ConnectDialog(const Values &values, QWidget *parent = nullptr);

private:
    void showValues();
    [[nodiscard]] QString url(bool withKey) const;
    [[nodiscard]] QString command(bool withKey) const;
    QLineEdit *addField(QFormLayout &form, const QString &label, const QString &name,
                        const std::function<QString()> &copied);

    const Values m_values;
    QComboBox *m_host = nullptr;
    QLineEdit *m_name = nullptr;
    QLabel *m_nameProblem = nullptr;
    QLineEdit *m_key = nullptr;
    QToolButton *m_showKey = nullptr;
    QLineEdit *m_url = nullptr;
    QLineEdit *m_command = nullptr;
    QrCode *m_code = nullptr;
    QLabel *m_codeHidden = nullptr;
};

} // namespace aspersor
