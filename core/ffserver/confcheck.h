// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/confreport.h"
#include "core/ffserver/ffserverprobe.h"
#include "core/settings/settings.h"

#include <QByteArray>
#include <QObject>
#include <QTimer>
#include <chrono>

class QProcess;

namespace aspersor {

/// Asks ffserver what it says of a configuration, without a file and without taking it up: "ffserver -n
/// --json". For an original, which cannot be asked, our own ffserver beside this program answers, and what
/// the original cannot serve is added.
///
/// Lives in the main thread, which it never blocks. Only the newest question is answered.
class ConfCheck final : public QObject
{
    Q_OBJECT

public:
    explicit ConfCheck(std::chrono::milliseconds patience = std::chrono::seconds(10),
                       QObject *parent = nullptr);
    ~ConfCheck() override; ///< kills what it has started

    /// `program` as findFfserver() takes it; `http` is where viewers connect, whatever the text says.
    /// checked() follows, always later.
    void check(int question, const QString &program, const ListenAddress &http, const QByteArray &text);

signals:
    void checked(const aspersor::ConfReport &report);

private:
    void run(const FfserverVerdict &checker);
    void read();
    void onEnd();
    void tell(const QString &problem = {});
    void drop();

    FfserverProbe m_probe;    // of the ffserver that it is for
    FfserverProbe m_ownProbe; // of ours, where that is another
    QTimer m_patience;
    QProcess *m_process = nullptr; // child of this
    QByteArray m_text;
    ListenAddress m_http;
    QByteArray m_said;      // findings, while it runs
    QByteArray m_complaint; // the beginning of its standard error
    QString m_trouble;      // the run was broken off for this
    ConfReport m_report;
};

} // namespace aspersor
