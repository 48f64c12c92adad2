// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/aspersor/linechannel.h"
#include "core/feed/feedtypes.h"
#include "core/ffserver/ffserverstatus.h"

#include <QHash>
#include <QObject>
#include <QTimer>

namespace aspersor {
class ControlRoom;
}

namespace aspersor::app {

/// The control room for programs: events as JSON lines on standard output, commands on standard input.
///
/// Lives in the main thread.
class Headless final : public QObject
{
    Q_OBJECT

public:
    /// Make it before ControlRoom::start(), so that no event is missed. `room` must outlive it.
    explicit Headless(ControlRoom &room, QObject *parent = nullptr);

signals:
    void quitRequested();

private:
    void onFeed(const FeedStats &feed);
    void onFfserver(const FfserverStatus &status);
    void onLine(const QByteArray &line);
    void sayReadyOnce();
    void sayStats();
    void sayError(const QString &reason);

    ControlRoom &m_room;
    LineOutput m_output;
    LineInput m_input;
    QTimer m_statsTimer;
    QHash<QString, FeedStats> m_told; ///< what was last said of each feed that is not over
    FfserverStatus m_toldFfserver;
    bool m_started = false; ///< the ingest listens
    bool m_ready = false;
};

} // namespace aspersor::app
