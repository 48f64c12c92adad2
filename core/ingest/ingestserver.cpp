// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/ingestserver.h"

#include "core/ingest/ingestlistener.h"

#include <QHostAddress>

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

IngestServer::IngestServer(FeedRegistry &registry, const IngestOptions &options)
    : m_listener(new IngestListener(registry, options))
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
    bool listening = false;
    quint16 taken = 0;
    QString why;
    QMetaObject::invokeMethod(
        m_listener,
        [&] {
            m_listener->close();
            listening = m_listener->listen(address, port);
            taken = m_listener->serverPort();
            why = m_listener->errorString();
        },
        Qt::BlockingQueuedConnection);
    if (!listening)
        return failure(
            Error::Kind::Io,
            QStringLiteral(
                "Phones cannot be taken in at %1 port %2 (%3): end the program that uses the port, or choose "
                "another with --ingest.")
                .arg(address.toString())
                .arg(port)
                .arg(why)
                .toStdString());
    return taken;
}

void IngestServer::stopListening()
{
    QMetaObject::invokeMethod(
        m_listener, [this] { m_listener->close(); }, Qt::BlockingQueuedConnection);
}

void IngestServer::setOptions(const IngestOptions &options)
{
    QMetaObject::invokeMethod(
        m_listener, [this, options] { m_listener->setOptions(options); }, Qt::QueuedConnection);
}

int IngestServer::connectionCount() const
{
    int count = 0;
    QMetaObject::invokeMethod(
        m_listener, [&] { count = m_listener->connectionCount(); }, Qt::BlockingQueuedConnection);
    return count;
}

} // namespace aspersor
