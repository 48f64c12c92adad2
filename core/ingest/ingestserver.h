// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ingest/ingestoptions.h"
#include "core/ingest/watchindex.h"
#include "core/media/result.h"

#include <QString>
#include <QThread>
#include <memory>

namespace aspersor {

class FeedRegistry;
class IngestListener;
class Mailbox;

/// Takes phones in: one thread with an event loop for all connections that are not (yet) a feed.
///
/// A handle for its owner's thread; every function is called there.
class IngestServer
{
public:
    /// `registry` must outlive the server.
    IngestServer(FeedRegistry &registry, const IngestOptions &options);
    IngestServer(const IngestServer &) = delete;
    IngestServer &operator=(const IngestServer &) = delete;
    ~IngestServer(); ///< closes everything and joins

    /// Opens the port (0: a free one) and returns the one taken. Error::Io with a whole sentence that says
    /// what to do.
    [[nodiscard]] Result<quint16> listen(const QString &host, quint16 port);
    /// Takes no more connections; those that are there go on.
    void stopListening();
    /// For requests from now on.
    void setOptions(const IngestOptions &options);
    /// What is shown at "/" from now on.
    void setWatchIndex(const WatchIndex &index);
    /// Connections that are not a feed, for statistics and tests.
    [[nodiscard]] int connectionCount() const;

private:
    template <typename T, typename F>
    T onThread(F work) const;

    QThread m_thread;
    IngestListener *m_listener; // lives in m_thread, deleted by its end
    std::shared_ptr<Mailbox> m_mailbox;
};

} // namespace aspersor
