// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/settings/listenaddress.h"

#include <QHostAddress>

namespace aspersor {

namespace {

std::optional<quint16> parsePort(const QString &text)
{
    // toUShort() alone would take "+80" and " 80".
    if (text.isEmpty() || text.size() > 5)
        return {};
    for (const QChar c : text) {
        if (c < QLatin1Char('0') || c > QLatin1Char('9'))
            return {};
    }
    bool ok = false;
    const quint16 port = text.toUShort(&ok);
    return ok ? std::optional(port) : std::nullopt;
}

std::optional<QString> parseHost(const QString &text)
{
    if (text.isEmpty() || text == QLatin1String("*"))
        return QStringLiteral("0.0.0.0");
    if (text == QLatin1String("localhost"))
        return QStringLiteral("127.0.0.1");
    const bool bracketed = text.startsWith(QLatin1Char('[')) && text.endsWith(QLatin1Char(']'));
    const QHostAddress address(bracketed ? text.mid(1, text.size() - 2) : text);
    const auto wanted = bracketed ? QAbstractSocket::IPv6Protocol : QAbstractSocket::IPv4Protocol;
    if (address.protocol() != wanted)
        return {};
    return address.toString();
}

QString withPort(const QString &host, quint16 port)
{
    const bool v6 = host.contains(QLatin1Char(':'));
    return (v6 ? QLatin1Char('[') + host + QLatin1Char(']') : host) + QLatin1Char(':') +
           QString::number(port);
}

} // namespace

std::optional<ListenAddress> parseListenAddress(const QString &text)
{
    const QString trimmed = text.trimmed();
    const auto colon = trimmed.lastIndexOf(QLatin1Char(':'));
    const auto port = parsePort(trimmed.mid(colon + 1));
    const auto host = parseHost(colon < 0 ? QString() : trimmed.left(colon));
    if (!port || !host)
        return {};
    return ListenAddress{*host, *port};
}

QString toString(const ListenAddress &address)
{
    return withPort(address.host, address.port);
}

QString localUrl(const ListenAddress &address)
{
    QString host = address.host;
    if (host == QLatin1String("0.0.0.0") || host.isEmpty())
        host = QStringLiteral("127.0.0.1");
    else if (host == QLatin1String("::"))
        host = QStringLiteral("::1");
    return QStringLiteral("http://") + withPort(host, address.port);
}

} // namespace aspersor
