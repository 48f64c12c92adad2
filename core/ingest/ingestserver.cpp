// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/ingestserver.h"

#include "core/ingest/ingestlistener.h"

#include <QHostAddress>
#include <future>

namespace aspersor {
namespace {

QHostAddress addressOf(const QString &host)
{
    if (host.isEmpty() || host == QLatin1String("*"))
        return QHostAddress(QHostAddress::Any);
    if (host.compare(QLatin1String("localhost"), Qt::CaseInsensitive) == 0)
        return QHostAddress(QHostAddress::LocalHost);
    return QHostAddress(host);
}

} // namespace

/// Runs `work` on the ingest thread and waits for what it returns: it answers within a turn of its event
/// loop.
template <typename T, typename F>
T IngestServer::onThread(F work) const
{
    const auto result = std::make_shared<std::promise<T>>();
    auto future = result->get_future();
    const bool posted = m_mailbox->post([result, work] { result->set_value(work()); });
    return posted ? future.get() : T();
}

IngestServer::IngestServer(FeedRegistry &registry, const IngestOptions &options)
    : m_listener(new IngestListener(registry, options)), m_mailbox(m_listener->mailbox())
{
    m_thread.setObjectName(QStringLiteral("ingest"));
    m_listener->moveToThread(&m_thread);
    // Sockets and timers are destroyed where they live, when the event loop is over.
    QObject::connect(&m_thread, &QThread::finished, m_listener, &QObject::deleteLater);
    m_thread.start();
}

IngestServer::~IngestServer()
{
    m_thread.quit();
    m_thread.wait();
}

Result<quint16> IngestServer::listen(const QString &host, quint16 port)
{
    const QHostAddress address = addressOf(host);
    if (address.isNull())
        return failure(Error::Kind::Io, QStringLiteral("The ingest address \"%1\" is not an IP address: name "
                                                       "one of this computer, or 0.0.0.0 for all.")
                                            .arg(host)
                                            .toStdString());
    struct Outcome {
        bool listening = false;
        quint16 port = 0;
        QString why;
    };
    const auto outcome = onThread<Outcome>([listener = m_listener, address, port] {
        listener->close();
        const bool listening = listener->listen(address, port);
        return Outcome{listening, listener->serverPort(), listener->errorString()};
    });
    if (!outcome.listening)
        return failure(
            Error::Kind::Io,
            QStringLiteral(
                "Phones cannot be taken in at %1 port %2 (%3): end the program that uses the port, or choose "
                "another with --ingest.")
                .arg(address.toString())
                .arg(port)
                .arg(outcome.why)
                .toStdString());
    return outcome.port;
}

void IngestServer::stopListening()
{
    (void)onThread<bool>([listener = m_listener] {
        listener->close();
        return true;
    });
}

void IngestServer::setOptions(const IngestOptions &options)
{
    (void)m_mailbox->post([listener = m_listener, options] { listener->setOptions(options); });
}

void IngestServer::setWatchIndex(const WatchIndex &index)
{
    (void)m_mailbox->post([listener = m_listener, index] { listener->setWatchIndex(index); });
}

int IngestServer::connectionCount() const
{
    return onThread<int>([listener = m_listener] { return listener->connectionCount(); });
}

} // namespace aspersor
