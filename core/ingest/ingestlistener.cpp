// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/ingestlistener.h"

#include "core/feed/feedregistry.h"
#include "core/ingest/ingestconnection.h"

#include <QTimer>
#include <algorithm>
#include <fcntl.h>
#include <sys/socket.h>

namespace aspersor {

Q_LOGGING_CATEGORY(lcIngest, "aspersor.ingest")

namespace {

constexpr int backlog = 256;
constexpr std::chrono::seconds acceptPause{1};

} // namespace

IngestListener::IngestListener(FeedRegistry &registry, const IngestOptions &options)
    : m_registry(registry), m_options(options), m_mailbox(std::make_shared<Mailbox>()),
      m_mail(m_mailbox->descriptor(), QSocketNotifier::Read, this)
{
    connect(&m_mail, &QSocketNotifier::activated, this, [this] { m_mailbox->run(); });
    setListenBacklogSize(backlog);
    connect(this, &QTcpServer::acceptError, this, [this](QAbstractSocket::SocketError) {
        // Out of descriptors, most likely; Qt stops accepting then.
        qCWarning(lcIngest).noquote() << "no connection can be accepted for now:" << errorString();
        QTimer::singleShot(acceptPause, this, [this] { resumeAccepting(); });
    });
}

IngestListener::~IngestListener()
{
    m_mailbox->close();
    m_connections.clear();
}

void IngestListener::incomingConnection(qintptr descriptor)
{
    net::Socket socket(static_cast<int>(descriptor));
    const int flags = ::fcntl(socket.descriptor(), F_GETFL);
    ::fcntl(socket.descriptor(), F_SETFL, flags | O_NONBLOCK);
    ::fcntl(socket.descriptor(), F_SETFD, FD_CLOEXEC);
    auto connection = std::make_unique<IngestConnection>(std::move(socket), *this);
    makeRoom(connection->address());
    IngestConnection *raw = connection.get();
    add(std::move(connection));
    raw->start();
}

std::function<void(UploadEnd)> IngestListener::returnPath()
{
    return [this, box = m_mailbox](UploadEnd end) {
        if (!end.socket.isOpen())
            return;
        auto shared = std::make_shared<UploadEnd>(std::move(end)); // a std::function must be copyable
        if (box->post([this, shared] { takeBack(std::move(*shared)); }))
            return;
        // The ingest is gone: the answer is still tried, and the connection closed.
        [[maybe_unused]] const auto sent = ::send(shared->socket.descriptor(), shared->answer.data(),
                                                  shared->answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    };
}

void IngestListener::takeBack(UploadEnd end)
{
    auto connection = std::make_unique<IngestConnection>(std::move(end.socket), *this);
    IngestConnection *raw = connection.get();
    add(std::move(connection));
    raw->resume(std::move(end.answer), std::move(end.unread), end.keepAlive);
}

void IngestListener::add(std::unique_ptr<IngestConnection> connection)
{
    m_connections.push_back(std::move(connection));
}

void IngestListener::forget(IngestConnection *connection)
{
    const auto found = std::find_if(m_connections.begin(), m_connections.end(),
                                    [connection](const auto &one) { return one.get() == connection; });
    if (found == m_connections.end())
        return;
    found->release()->deleteLater();
    m_connections.erase(found);
}

/// Silent strangers give way to whoever comes: half of the places at most for one address, so that a room
/// behind one NAT fits in and one address cannot take all.
void IngestListener::makeRoom(const QString &address)
{
    const auto most = static_cast<std::size_t>(std::max(m_options.maxConnections, 1));
    const auto ofAddress =
        std::count_if(m_connections.begin(), m_connections.end(),
                      [&address](const auto &connection) { return connection->address() == address; });
    if (static_cast<std::size_t>(ofAddress) >= std::max<std::size_t>(most / 2, 1))
        evict(address);
    if (m_connections.size() >= most)
        evict({});
}

bool IngestListener::evict(const QString &address)
{
    const auto matches = [&address](const IngestConnection &one) {
        return address.isEmpty() || one.address() == address;
    };
    for (const bool trusted : {false, true}) {
        const auto found = std::find_if(m_connections.begin(), m_connections.end(), [&](const auto &one) {
            return one->isTrusted() == trusted && matches(*one);
        });
        if (found != m_connections.end()) {
            (*found)->evict();
            return true;
        }
    }
    return false;
}

} // namespace aspersor
