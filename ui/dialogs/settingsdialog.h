// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/ffserverkind.h"
#include "core/settings/settings.h"

#include <QDialog>
#include <QStringList>
#include <QTimer>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTabWidget;

namespace aspersor {

/// Everything that the command line sets. Nothing is changed before Save, and Save says beforehand what it
/// will interrupt.
class SettingsDialog final : public QDialog
{
    Q_OBJECT

public:
    explicit SettingsDialog(const Settings &settings, QWidget *parent = nullptr);

    [[nodiscard]] Settings settings() const; ///< as the fields stand; valid after Save

    void setConfEditable(bool on); ///< false: an editor is open already

public slots:
    /// The answer to probeRequested().
    void showVerdict(const aspersor::FfserverVerdict &verdict);

signals:
    /// Which ffserver is this? Empty: the one that is taken when none is named. Once when the dialog comes,
    /// and when the field was changed.
    void probeRequested(const QString &program);
    /// The configuration is to be edited; empty: the one in the configuration folder.
    void editConfRequested(const QString &path);

protected:
    void showEvent(QShowEvent *event) override;

private:
    struct ListenFields {
        QComboBox *host = nullptr;
        QSpinBox *port = nullptr;
        [[nodiscard]] ListenAddress address() const;
    };

    QWidget *makePhonesPage();
    QWidget *makeViewersPage();
    QWidget *makeProgramPage();
    ListenFields addListenFields(QFormLayout &form, const ListenAddress &address);
    QLineEdit *addPathField(QFormLayout &form, const QString &label, const QString &path,
                            const QString &placeholder, const QString &toolTip, QWidget *beside = nullptr);
    QSpinBox *addNumber(QFormLayout &form, const QString &label, int value, int least, int most,
                        const QString &toolTip);
    void check();
    /// What is wrong, as whole sentences, with the field that must be corrected.
    [[nodiscard]] QList<std::pair<QWidget *, QString>> problems() const;
    /// What Save will do beyond taking the values.
    [[nodiscard]] QStringList effects() const;

    const Settings m_before;
    QTabWidget *m_tabs = nullptr;
    ListenFields m_ingest;
    ListenFields m_http;
    QLineEdit *m_key = nullptr;
    QCheckBox *m_open = nullptr;
    QSpinBox *m_maxFeeds = nullptr;
    QSpinBox *m_maxConnections = nullptr;
    QSpinBox *m_silence = nullptr; // seconds
    QSpinBox *m_grace = nullptr;   // seconds
    QLineEdit *m_ffserver = nullptr;
    QLabel *m_verdict = nullptr;
    QSpinBox *m_places = nullptr; // of an original
    QTimer m_probeTimer;          // until the operator has typed the path
    QLineEdit *m_conf = nullptr;
    QPushButton *m_editConf = nullptr;
    QComboBox *m_language = nullptr;
    QLabel *m_notice = nullptr;
    QPushButton *m_save = nullptr;
};

} // namespace aspersor
