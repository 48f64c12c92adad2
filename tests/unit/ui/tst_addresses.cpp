// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/addresses.h"

#include <QTest>

using namespace aspersor;

class TestAddresses : public QObject
{
    Q_OBJECT

private slots:
    void oneAddressIsReachedUnderItself()
    {
        QCOMPARE(addresses::reachableHosts({QStringLiteral("192.168.7.7"), 80}),
                 QStringList{QStringLiteral("192.168.7.7")});
        QCOMPARE(addresses::reachableHosts({QStringLiteral("2001:db8::1"), 80}),
                 QStringList{QStringLiteral("[2001:db8::1]")});
        QCOMPARE(addresses::reachableHosts({QStringLiteral("localhost"), 80}),
                 QStringList{QStringLiteral("localhost")});
    }

    void anyAddressEndsWithLoopback()
    {
        const QStringList v4 = addresses::reachableHosts({QStringLiteral("0.0.0.0"), 80});
        QCOMPARE(v4.constLast(), QStringLiteral("127.0.0.1"));
        QCOMPARE(v4.count(QStringLiteral("127.0.0.1")), 1);
        QVERIFY(v4.filter(QStringLiteral("[")).isEmpty());
        QVERIFY(!addresses::reachableHosts({QString(), 80}).isEmpty());
    }

    void hostIsReplaced()
    {
        QCOMPARE(
            addresses::withHost(QStringLiteral("http://127.0.0.1:8090/cam1.ts"), QStringLiteral("10.0.0.5")),
            QStringLiteral("http://10.0.0.5:8090/cam1.ts"));
        QCOMPARE(
            addresses::withHost(QStringLiteral("http://127.0.0.1:8090"), QStringLiteral("[2001:db8::1]")),
            QStringLiteral("http://[2001:db8::1]:8090"));
        QCOMPARE(addresses::withHost(QString(), QStringLiteral("10.0.0.5")), QString());
    }

    void publishUrlCarriesTheKey()
    {
        const QString ingest = QStringLiteral("http://127.0.0.1:8088");
        const QString host = QStringLiteral("10.0.0.5");
        QCOMPARE(addresses::publishUrl(ingest, host, QStringLiteral("cam1"), QStringLiteral("abc123")),
                 QStringLiteral("http://10.0.0.5:8088/cam1?key=abc123"));
        QCOMPARE(addresses::publishUrl(ingest, host, QStringLiteral("cam1"), QString()),
                 QStringLiteral("http://10.0.0.5:8088/cam1"));
        QCOMPARE(addresses::publishUrl(ingest, host, QStringLiteral("cam1"), QStringLiteral("a&b=c%#+/")),
                 QStringLiteral("http://10.0.0.5:8088/cam1?key=a%26b%3Dc%25%23%2B%2F"));
    }

    void feedNames_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("good");
        QTest::newRow("plain") << QStringLiteral("cam1") << true;
        QTest::newRow("all signs") << QStringLiteral("A-b_c.9") << true;
        QTest::newRow("64") << QString(64, QLatin1Char('x')) << true;
        QTest::newRow("65") << QString(65, QLatin1Char('x')) << false;
        QTest::newRow("empty") << QString() << false;
        QTest::newRow("dot first") << QStringLiteral(".cam") << false;
        QTest::newRow("slash") << QStringLiteral("a/b") << false;
        QTest::newRow("space") << QStringLiteral("a b") << false;
        QTest::newRow("umlaut") << QStringLiteral("k\u00e4mera") << false;
        QTest::newRow("line feed at the end") << QStringLiteral("cam1\n") << false;
    }

    void feedNames()
    {
        QFETCH(QString, name);
        QFETCH(bool, good);
        QCOMPARE(addresses::isFeedName(name), good);
    }

    void proposesAFreeName()
    {
        QCOMPARE(addresses::freeFeedName({}), QStringLiteral("cam1"));
        QCOMPARE(
            addresses::freeFeedName({QStringLiteral("cam1"), QStringLiteral("cam2"), QStringLiteral("cam4")}),
            QStringLiteral("cam3"));
    }
};

QTEST_GUILESS_MAIN(TestAddresses)
#include "tst_addresses.moc"
