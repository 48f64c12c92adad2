// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/upload.h"
#include "core/ingest/ingestoptions.h"
#include "core/ingest/mailbox.h"
#include "core/ingest/watchindex.h"

#include <QLoggingCategory>
#include <QSocketNotifier>
#include <QTcpServer>
#include <functional>
#include <list>
#include <memory>

namespace aspersor {

Q_DECLARE_LOGGING_CATEGORY(lcIngest) ///< "aspersor.ingest"

class FeedRegistry;
class IngestConnection;

/// The listening socket and the connections that are not (yet) a feed. Lives on the ingest thread.
class IngestListener final : public QTcpServer
{
    Q_OBJECT

public:
    IngestListener(FeedRegistry &registry, const IngestOptions &options);
    ~IngestListener() override;

    [[nodiscard]] FeedRegistry &registry() const { return m_registry; }
    [[nodiscard]] const IngestOptions &options() const { return m_options; }
    /// Work for this thread; outlives the listener.
    [[nodiscard]] const std::shared_ptr<Mailbox> &mailbox() const { return m_mailbox; }
    /// Takes a connection back from a feed's thread.
    [[nodiscard]] std::function<void(UploadEnd)> returnPath();
    [[nodiscard]] int connectionCount() const { return static_cast<int>(m_connections.size()); }

    void setOptions(const IngestOptions &options) { m_options = options; }
    [[nodiscard]] const WatchIndex &watchIndex() const { return m_watchIndex; }
    void setWatchIndex(const WatchIndex &index) { m_watchIndex = index; }
    /// A feed is through with this connection.
    void takeBack(UploadEnd end);
    /// The connection has closed its socket or given it away: it is deleted when its slot has returned.
    void forget(IngestConnection *connection);

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    void add(std::unique_ptr<IngestConnection> connection);
    void makeRoom(const QString &address);
    bool evict(const QString &address);

    FeedRegistry &m_registry;
    IngestOptions m_options;
    WatchIndex m_watchIndex;
    std::shared_ptr<Mailbox> m_mailbox;
    QSocketNotifier m_mail;
    std::list<std::unique_ptr<IngestConnection>> m_connections; // oldest first
};

} // namespace aspersor
