// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/upload.h"
#include "core/ingest/ingestoptions.h"

#include <QLoggingCategory>
#include <QTcpServer>
#include <list>
#include <memory>
#include <mutex>

namespace aspersor {

Q_DECLARE_LOGGING_CATEGORY(lcIngest) ///< "aspersor.ingest"

class FeedRegistry;
class IngestConnection;
class IngestListener;

/// The way back for connections from the feeds' threads; outlives the listener.
class ReturnBox
{
public:
    explicit ReturnBox(IngestListener *listener) : m_listener(listener) {}
    /// Any thread. When the ingest is gone, the answer is still tried and the connection closed.
    void post(UploadEnd end);
    void close();

private:
    std::mutex m_mutex;
    IngestListener *m_listener; // guarded by m_mutex
};

/// The listening socket and the connections that are not (yet) a feed. Lives on the ingest thread.
class IngestListener final : public QTcpServer
{
    Q_OBJECT

public:
    IngestListener(FeedRegistry &registry, const IngestOptions &options);
    ~IngestListener() override;

    [[nodiscard]] FeedRegistry &registry() const { return m_registry; }
    [[nodiscard]] const IngestOptions &options() const { return m_options; }
    [[nodiscard]] const std::shared_ptr<ReturnBox> &returnBox() const { return m_returnBox; }
    [[nodiscard]] int connectionCount() const { return static_cast<int>(m_connections.size()); }

    void setOptions(const IngestOptions &options) { m_options = options; }
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
    std::shared_ptr<ReturnBox> m_returnBox;
    std::list<std::unique_ptr<IngestConnection>> m_connections; // oldest first
};

} // namespace aspersor
