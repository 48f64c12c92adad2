// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/settings/listenaddress.h"

#include <QTest>

using namespace aspersor;

class TestListenAddress : public QObject
{
    Q_OBJECT

private slots:
    void reads_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("printed"); // empty: refused
        QTest::newRow("address and port") << "192.168.1.5:8088"
                                          << "192.168.1.5:8088";
        QTest::newRow("all") << "0.0.0.0:8088"
                             << "0.0.0.0:8088";
        QTest::newRow("port only") << "8088"
                                   << "0.0.0.0:8088";
        QTest::newRow("colon and port") << ":8088"
                                        << "0.0.0.0:8088";
        QTest::newRow("star") << "*:80"
                              << "0.0.0.0:80";
        QTest::newRow("localhost") << "localhost:1"
                                   << "127.0.0.1:1";
        QTest::newRow("free port") << "127.0.0.1:0"
                                   << "127.0.0.1:0";
        QTest::newRow("highest port") << "127.0.0.1:65535"
                                      << "127.0.0.1:65535";
        QTest::newRow("all IPv6") << "[::]:8088"
                                  << "[::]:8088";
        QTest::newRow("IPv6") << "[2001:db8::1]:443"
                              << "[2001:db8::1]:443";
        QTest::newRow("spaces around") << " 127.0.0.1:5 "
                                       << "127.0.0.1:5";
        QTest::newRow("empty") << ""
                               << "";
        QTest::newRow("colon") << ":"
                               << "";
        QTest::newRow("no port") << "127.0.0.1:"
                                 << "";
        QTest::newRow("address alone") << "127.0.0.1"
                                       << "";
        QTest::newRow("port too high") << "127.0.0.1:65536"
                                       << "";
        QTest::newRow("port far too high") << "99999999999999999999"
                                           << "";
        QTest::newRow("negative") << "-1"
                                  << "";
        QTest::newRow("plus") << "127.0.0.1:+80"
                              << "";
        QTest::newRow("inner space") << "127.0.0.1: 80"
                                     << "";
        QTest::newRow("hexadecimal") << "127.0.0.1:0x50"
                                     << "";
        QTest::newRow("name") << "example.org:80"
                              << "";
        QTest::newRow("IPv6 without brackets") << "::1:80"
                                               << "";
        QTest::newRow("IPv4 in brackets") << "[127.0.0.1]:80"
                                          << "";
        QTest::newRow("open bracket") << "[::1:80"
                                      << "";
        QTest::newRow("bad number") << "300.1.1.1:80"
                                    << "";
        QTest::newRow("URL") << "http://127.0.0.1:80"
                             << "";
    }

    void reads()
    {
        QFETCH(QString, text);
        QFETCH(QString, printed);
        const auto address = parseListenAddress(text);
        QCOMPARE(address.has_value(), !printed.isEmpty());
        if (address) {
            QCOMPARE(toString(*address), printed);
            QCOMPARE(parseListenAddress(toString(*address)), address);
        }
    }

    void allAddressesAreShownAsLoopback()
    {
        QCOMPARE(localUrl({QStringLiteral("0.0.0.0"), 8088}), QStringLiteral("http://127.0.0.1:8088"));
        QCOMPARE(localUrl({QStringLiteral("::"), 8088}), QStringLiteral("http://[::1]:8088"));
        QCOMPARE(localUrl({QStringLiteral("10.0.0.7"), 80}), QStringLiteral("http://10.0.0.7:80"));
    }
};

QTEST_GUILESS_MAIN(TestListenAddress)
#include "tst_listenaddress.moc"
