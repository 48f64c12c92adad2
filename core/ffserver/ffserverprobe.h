// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/ffserverkind.h"

#include <QByteArray>
#include <QDateTime>
#include <QObject>
#include <QProcess>
#include <QTimer>
#include <chrono>

namespace aspersor {

/// Judges what a program that was asked for its version or help has said. Pure. Unknown, with a reason, when
/// it is neither ours nor an original of 2.0 or newer; `program` is left empty.
[[nodiscard]] FfserverVerdict judgeBanner(const QByteArray &said);

/// Finds out which ffserver a file is by running it, never by its name: "-version", then "-h". What it says
/// is believed only as far as the start: an original is ready when its status page answers, ours when it says
/// so.
///
/// Lives in the main thread, which it never blocks; one question at a time. A file that was asked before and
/// has not changed is answered at once, by the signal all the same.
class FfserverProbe final : public QObject
{
    Q_OBJECT

public:
    explicit FfserverProbe(std::chrono::milliseconds patience = std::chrono::seconds(5),
                           QObject *parent = nullptr);
    ~FfserverProbe() override; ///< kills what it has started

    /// `program` as findFfserver() takes it. judged() follows, always later.
    void ask(const QString &program);
    void cancel(); ///< no judged() for what was asked
    [[nodiscard]] bool isAsking() const { return m_asking; }

signals:
    void judged(const aspersor::FfserverVerdict &verdict);

private:
    void run(const QString &option);
    void onEnd();
    void tell(FfserverVerdict verdict);
    void drop();

    QProcess *m_process = nullptr; // child of this
    QTimer m_patience;
    QTimer m_answer; // for what is known already
    QString m_program;
    QString m_option;
    QByteArray m_said;
    QString m_trouble; // the run was broken off for this
    FfserverVerdict m_verdict;
    QDateTime m_fileTime; // of the program that m_verdict is about
    qint64 m_fileSize = -1;
    bool m_asking = false;
};

} // namespace aspersor
