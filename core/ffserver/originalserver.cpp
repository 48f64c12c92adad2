// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/originalserver.h"

#include "core/ffserver/ffserverfiles.h"
#include "core/ffserver/statuspage.h"
#include "core/settings/listenaddress.h"
#include "core/settings/settingsstore.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHostAddress>
#include <QNetworkProxy>
#include <QNetworkReply>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTemporaryDir>

namespace aspersor {

namespace {

constexpr qint64 largestConf = 4'194'304;             // bytes of the operator's file
constexpr qint64 largestPage = 16'777'216;            // bytes: 65 535 connections, 250 bytes each
constexpr std::chrono::milliseconds lookForReady{50}; // until it is ready
constexpr std::chrono::milliseconds lookTimeout{3000};
constexpr int missedUntilTold = 5;

tl::unexpected<Error> processFailure(const QString &reason)
{
    return failure(Error::Kind::Process, reason.toStdString());
}

/// Which IPv4 address it listens on: it knows no other.
Result<QString> ipv4(const QString &host)
{
    if (host.isEmpty() || host == QLatin1String("::"))
        return QStringLiteral("0.0.0.0");
    if (host == QLatin1String("localhost"))
        return QStringLiteral("127.0.0.1");
    if (QHostAddress(host).protocol() != QAbstractSocket::IPv4Protocol)
        return processFailure(
            QStringLiteral("an original ffserver listens on IPv4 addresses only, not on %1; "
                           "choose another address for viewers")
                .arg(host));
    return host;
}

/// Opens the port as ffserver will, to know now what it could only say by an exit code.
Result<quint16> tryPort(const QString &host, quint16 port)
{
    QTcpServer server;
    if (!server.listen(QHostAddress(host), port))
        return processFailure(server.serverError() == QAbstractSocket::AddressInUseError
                                  ? QStringLiteral("the port %1 is taken by another program").arg(port)
                                  : QStringLiteral("%1:%2 cannot be opened: %3")
                                        .arg(host, QString::number(port), server.errorString()));
    return server.serverPort();
}

QString secretPage()
{
    QString name = QStringLiteral("aspersor-");
    for (int i = 0; i < 4; ++i)
        name += QStringLiteral("%1").arg(QRandomGenerator::system()->generate(), 8, 16, QLatin1Char('0'));
    return name + QStringLiteral(".html");
}

} // namespace

OriginalServer::OriginalServer(QObject *parent) : QObject(parent)
{
    m_network.setProxy(QNetworkProxy::NoProxy);
    m_network.setTransferTimeout(static_cast<int>(lookTimeout.count()));
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &OriginalServer::look);
}

OriginalServer::~OriginalServer()
{
    ended();
}

Result<QStringList> OriginalServer::prepare(const Options &options)
{
    ended();
    if (options.http != m_options.http)
        m_keptPort = 0;
    m_options = options;
    m_complaint.clear();
    m_conf = {};

    QFile file(options.confFile);
    if (!file.open(QIODevice::ReadOnly))
        return processFailure(QStringLiteral("the configuration %1 cannot be read: %2")
                                  .arg(options.confFile, file.errorString()));
    const QByteArray text = file.read(largestConf);

    const auto host = ipv4(options.http.host);
    if (!host)
        return tl::unexpected(host.error());
    // It knows no port 0. A port that was free before is tried first, so that viewers' addresses stay.
    const quint16 wanted = options.http.port != 0 ? options.http.port : m_keptPort;
    auto port = tryPort(*host, wanted);
    if (!port && options.http.port == 0)
        port = tryPort(*host, 0);
    if (!port)
        return tl::unexpected(port.error());
    m_port = *port;
    if (options.http.port == 0)
        m_keptPort = m_port;
    m_address = *host == QLatin1String("0.0.0.0") ? QStringLiteral("127.0.0.1") : *host;

    if (!m_folder) {
        auto made = makeRuntimeFolder();
        if (!made)
            return tl::unexpected(made.error());
        m_folder = std::move(*made);
    }
    auto conf = makeOriginalConf(text, {*host, m_port, options.places, m_folder->path(), secretPage()});
    if (!conf)
        return tl::unexpected(conf.error());
    m_conf = std::move(*conf);
    m_confFile = m_folder->filePath(QStringLiteral("ffserver.conf"));
    if (const auto written = writePrivateFile(m_confFile, m_conf.text); !written)
        return tl::unexpected(written.error());

    QStringList told;
    for (const auto &[name, reason] : std::as_const(m_conf.leftOut))
        told += QStringLiteral("the stream %1 is left out: %2").arg(name, reason);
    if (std::exchange(m_leftOutTold, told) != told)
        for (const QString &sentence : std::as_const(told))
            emit trouble(sentence);
    return QStringList{QStringLiteral("-f"), m_confFile};
}

QString OriginalServer::httpUrl() const
{
    return localUrl({m_address, m_port});
}

void OriginalServer::started()
{
    m_ready = false;
    m_missed = 0;
    m_timer.start(lookForReady);
}

void OriginalServer::ended()
{
    m_timer.stop();
    if (QNetworkReply *reply = std::exchange(m_reply, nullptr)) {
        reply->disconnect(this);
        reply->abort();
        reply->deleteLater();
    }
}

void OriginalServer::look()
{
    QNetworkRequest request(QUrl(httpUrl() + QLatin1Char('/') + m_conf.page));
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    m_reply = m_network.get(request);
    connect(m_reply, &QNetworkReply::finished, this, &OriginalServer::looked);
    connect(m_reply, &QNetworkReply::downloadProgress, this, [this](qint64 received) {
        if (received > largestPage)
            m_reply->abort();
    });
}

void OriginalServer::looked()
{
    QNetworkReply *reply = std::exchange(m_reply, nullptr);
    reply->deleteLater();
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    m_timer.start(m_ready ? m_options.look : lookForReady);
    // Nobody else knows the page's name, so it is ours that answers, and not another one on that port.
    const bool answered = status == (m_conf.hasStatusPage ? 200 : 301);
    if (!answered) {
        if (m_ready && ++m_missed == missedUntilTold)
            emit trouble(QStringLiteral("ffserver does not show its status page (%1), so the viewers are not "
                                        "counted")
                             .arg(status != 0 ? QString::number(status) : reply->errorString()));
        return;
    }
    m_missed = 0;
    if (!std::exchange(m_ready, true)) {
        emit ready();
        if (!m_conf.hasStatusPage)
            emit trouble(QStringLiteral("the viewers are not counted: the status page would crash this "
                                        "ffserver, because its configuration has video without "
                                        "VideoFrameRate"));
    }
    if (!m_conf.hasStatusPage)
        m_timer.stop(); // there is nothing to be seen
    else
        count(reply->read(largestPage));
}

void OriginalServer::count(const QByteArray &html)
{
    const auto connections = parseStatusPage(html);
    if (!connections) {
        if (++m_missed == missedUntilTold)
            emit trouble(QStringLiteral("ffserver's status page is not as expected, so the viewers are not "
                                        "counted"));
        return;
    }
    int viewers = 0;
    QHash<QString, int> ofFeed;
    for (const StatusConnection &connection : *connections) {
        if (!connection.isViewer())
            continue;
        if (const QString feed = feedOfStream(connection.stream); !feed.isEmpty()) {
            ++viewers;
            ++ofFeed[feed];
        }
    }
    emit viewersCounted(viewers, ofFeed);
}

QString OriginalServer::feedOfStream(const QString &stream) const
{
    for (const StreamTemplate &known : m_conf.streams) {
        if (!m_conf.pool) {
            if (known.name == stream)
                return known.feed;
            continue;
        }
        const QString before = known.name.section(QLatin1Char('*'), 0, 0);
        const QString behind = known.name.section(QLatin1Char('*'), 1);
        if (stream.size() > before.size() + behind.size() && stream.startsWith(before) &&
            stream.endsWith(behind))
            return stream.mid(before.size(), stream.size() - before.size() - behind.size());
    }
    return {};
}

std::optional<FfserverLogLine> OriginalServer::read(const QByteArray &line)
{
    if (line.contains(m_conf.page.toLatin1()))
        return std::nullopt; // our own looks
    QString text = QString::fromUtf8(line).trimmed();
    if (text.isEmpty())
        return std::nullopt;
    // "FILE:LINE: what is wrong": the operator's lines are at the same place, unless all of it was made here.
    if (text.startsWith(m_confFile + QLatin1Char(':'))) {
        text.remove(0, m_confFile.size() + 1);
        const QString number = text.section(QLatin1Char(':'), 0, 0);
        const QString said = text.section(QLatin1Char(':'), 1).trimmed();
        text = m_conf.pool ? QStringLiteral("the generated configuration, line %1: %2").arg(number, said)
                           : QStringLiteral("%1 line %2: %3")
                                 .arg(QFileInfo(m_options.confFile).fileName(), number, said);
        if (m_complaint.isEmpty() || m_complaint.contains(QLatin1String("warning"), Qt::CaseInsensitive))
            m_complaint = text;
        return FfserverLogLine{LogLevel::Warning, text};
    }
    static const QRegularExpression bad(QStringLiteral("error|fail|invalid|desync|cannot|could not|in use|"
                                                       "corrupt|mismatch"),
                                        QRegularExpression::CaseInsensitiveOption);
    if (text.contains(QLatin1String("Address already in use")))
        m_complaint = QStringLiteral("the port %1 is taken by another program").arg(m_port);
    return FfserverLogLine{bad.match(text).hasMatch() ? LogLevel::Warning : LogLevel::Debug, text};
}

QString OriginalServer::reasonOfEnd(int code, bool wasReady) const
{
    if (wasReady)
        return {};
    static const QRegularExpression codec(QStringLiteral("codec.*?(\\w+)\\W*$"),
                                          QRegularExpression::CaseInsensitiveOption);
    if (const auto match = codec.match(m_complaint); match.hasMatch() && m_conf.pool)
        return QStringLiteral("it was built without the encoder \"%1\", which its configuration must name; "
                              "take another ffserver (it said: %2)")
            .arg(match.captured(1), m_complaint);
    if (!m_complaint.isEmpty())
        return m_complaint;
    return QStringLiteral("it ended at once with exit code %1 and did not say why; that is how an original "
                          "ffserver takes it when the port %2 is in use or it cannot write to %3")
        .arg(QString::number(code), QString::number(m_port), m_folder ? m_folder->path() : QString());
}

} // namespace aspersor
