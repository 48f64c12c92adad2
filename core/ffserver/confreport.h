// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/ffserverkind.h"

#include <QList>
#include <QMetaType>
#include <QString>

namespace aspersor {

/// One thing that ffserver says of a configuration.
struct ConfFinding {
    enum class Severity { Warning, Error };
    Severity severity = Severity::Error;
    int line = 0;       ///< from 1; 0: the file as a whole
    int column = 0;     ///< from 1, in bytes; 0: the line as a whole
    int length = 0;     ///< bytes from `column` on that are meant
    QString text;       ///< English sentences: what is wrong and what to do
    QString suggestion; ///< what may stand in the place of those bytes; empty: nothing is near

    bool operator==(const ConfFinding &) const = default;
};

/// What came of a check of a configuration that nobody has taken up yet.
struct ConfReport {
    int question = 0; ///< the number that was given to the check
    QList<ConfFinding> findings;
    QString problem;          ///< an English clause: why it could not be checked; empty: it was
    FfserverVerdict runs;     ///< the ffserver that the configuration is for
    QString checkedBy;        ///< the version of our ffserver that checked it
    bool isShortened = false; ///< there are more findings than are told
};

/// What ffserver did with a changed configuration.
struct ConfAnswer {
    enum class Outcome {
        Reloaded,      ///< it holds
        Refused,       ///< everything stays as it was
        Starting,      ///< ffserver did not run; it is being started with it
        RestartNeeded, ///< an original reads it at its start only
        NoAnswer,
    };
    Outcome outcome = Outcome::NoAnswer;
    bool restartNeeded = false; ///< Reloaded: addresses, sockets or threads are as they were
    QList<ConfFinding> findings;
    QString reason; ///< NoAnswer: an English clause
};

} // namespace aspersor

Q_DECLARE_METATYPE(aspersor::ConfReport)
Q_DECLARE_METATYPE(aspersor::ConfAnswer)
