// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/addresses.h"

#include <QHostAddress>
#include <QNetworkInterface>
#include <QRegularExpression>
#include <QUrl>

namespace aspersor::addresses {

namespace {

QString forUrl(const QHostAddress &address)
{
    return address.protocol() == QAbstractSocket::IPv6Protocol
               ? QStringLiteral("[%1]").arg(address.toString())
               : address.toString();
}

/// Containers and virtual machines make bridges that no phone can reach.
bool isVirtual(const QNetworkInterface &interface)
{
    static const QRegularExpression names(QStringLiteral("^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|lxd)"));
    return names.match(interface.name()).hasMatch();
}

QStringList interfaceHosts()
{
    QStringList first;
    QStringList second; // IPv6
    QStringList third;  // virtual
    const auto interfaces = QNetworkInterface::allInterfaces();
    for (const QNetworkInterface &interface : interfaces) {
        const auto flags = interface.flags();
        if (!flags.testFlag(QNetworkInterface::IsUp) || flags.testFlag(QNetworkInterface::IsLoopBack)) {
            continue;
        }
        const auto entries = interface.addressEntries();
        for (const QNetworkAddressEntry &entry : entries) {
            const QHostAddress address = entry.ip();
            if (address.isLinkLocal()) {
                continue;
            }
            (isVirtual(interface)                                  ? third
             : address.protocol() == QAbstractSocket::IPv6Protocol ? second
                                                                   : first)
                << forUrl(address);
        }
    }
    return first + second + third;
}

} // namespace

QStringList reachableHosts(const ListenAddress &listen)
{
    const QHostAddress address(listen.host);
    const bool any = listen.host.isEmpty() || address == QHostAddress(QHostAddress::Any) ||
                     address == QHostAddress(QHostAddress::AnyIPv4) ||
                     address == QHostAddress(QHostAddress::AnyIPv6);
    if (!any) {
        return {address.isNull() ? listen.host : forUrl(address)};
    }
    QStringList hosts = interfaceHosts();
    if (address == QHostAddress(QHostAddress::AnyIPv4)) {
        hosts.removeIf([](const QString &host) { return host.startsWith(QLatin1Char('[')); });
    }
    return hosts << QStringLiteral("127.0.0.1");
}

QString withHost(const QString &url, const QString &host)
{
    QUrl changed(url);
    if (!changed.isValid() || url.isEmpty()) {
        return url;
    }
    QString bare = host;
    if (bare.startsWith(QLatin1Char('['))) {
        bare = bare.mid(1, bare.size() - 2);
    }
    changed.setHost(bare);
    return changed.toString();
}

QString publishUrl(const QString &ingestUrl, const QString &host, const QString &feed, const QString &key)
{
    QUrl url(withHost(ingestUrl, host));
    url.setPath(QLatin1Char('/') + feed);
    if (!key.isEmpty()) {
        url.setQuery(QStringLiteral("key=") + QString::fromLatin1(QUrl::toPercentEncoding(key)));
    }
    return url.toString(QUrl::FullyEncoded);
}

bool isFeedName(const QString &name)
{
    static const QRegularExpression rule(QStringLiteral("\\A[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}\\z"));
    return rule.match(name).hasMatch();
}

QString freeFeedName(const QStringList &taken)
{
    for (int number = 1;; ++number) {
        if (QString name = QStringLiteral("cam%1").arg(number); !taken.contains(name)) {
            return name;
        }
    }
}

} // namespace aspersor::addresses
