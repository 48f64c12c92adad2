// SPDX-License-Identifier: GPL-3.0-or-later
// What the process says on its control line.
#include "core/ffserver/ffserverprocess.h"

namespace aspersor {

using State = FfserverStatus::State;

void FfserverProcess::onEvent(const FfserverReady &ready)
{
    m_streams = ready.streams;
    if (m_ready || m_status.state == State::Stopping)
        return;
    m_chosenPort = ready.port;
    nowReady(ready.httpUrl);
}

void FfserverProcess::onEvent(const FfserverFeedChange &change)
{
    emit logLine(LogLevel::Debug, QStringLiteral("feed %1 is %2").arg(change.name, change.state));
}

void FfserverProcess::onEvent(const FfserverStats &stats)
{
    if (m_status.state != State::Running)
        return;
    if (m_status.viewers == stats.viewers && m_status.viewersOfFeed == stats.viewersOfFeed)
        return;
    m_status.viewers = stats.viewers;
    m_status.viewersOfFeed = stats.viewersOfFeed;
    emit stateChanged(m_status);
}

void FfserverProcess::onEvent(const FfserverViewer &viewer)
{
    QString text = viewer.joined ? QStringLiteral("viewer %1 of %2 joined from %3")
                                 : QStringLiteral("viewer %1 of %2 from %3 left");
    text = text.arg(QString::number(viewer.id), viewer.stream, viewer.address);
    if (!viewer.reason.isEmpty())
        text += QStringLiteral(": ") + viewer.reason;
    emit logLine(LogLevel::Info, text);
}

void FfserverProcess::onEvent(const FfserverTrouble &trouble)
{
    if (m_ready)
        emit logLine(LogLevel::Warning, trouble.reason); // it goes on: a command that it did not understand
    else
        m_trouble = trouble.reason;
}

void FfserverProcess::onEvent(const FfserverReloaded &reloaded)
{
    m_streams = reloaded.streams;
    answerReload({ConfAnswer::Outcome::Reloaded, reloaded.restartNeeded, reloaded.findings, {}});
}

void FfserverProcess::onEvent(const FfserverRefused &refused)
{
    answerReload({ConfAnswer::Outcome::Refused, false, refused.findings, {}});
}

void FfserverProcess::onEvent(const FfserverOther &other)
{
    emit logLine(LogLevel::Debug,
                 QStringLiteral("an event of ffserver is not known here: %1").arg(other.event));
}

/// The answer to a SIGHUP, say, is nobody's.
void FfserverProcess::answerReload(const ConfAnswer &answer)
{
    if (!m_reloadTimer.isActive())
        return;
    m_reloadTimer.stop();
    emit reloadAnswered(answer);
}

} // namespace aspersor
