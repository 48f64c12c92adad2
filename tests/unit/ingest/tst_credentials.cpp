// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/credentials.h"

#include <QTest>

using namespace aspersor;

class TestCredentials : public QObject
{
    Q_OBJECT

private slots:
    void requests_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QByteArray>("authorization");
        QTest::addColumn<bool>("expected");
        const auto basic = [](const QByteArray &pair) { return "Basic " + pair.toBase64(); };
        QTest::newRow("nothing") << QByteArray() << QByteArray() << false;
        QTest::newRow("query") << QByteArray("secret") << QByteArray() << true;
        QTest::newRow("wrong query") << QByteArray("secreT") << QByteArray() << false;
        QTest::newRow("longer query") << QByteArray("secret1") << QByteArray() << false;
        QTest::newRow("shorter query") << QByteArray("secre") << QByteArray() << false;
        QTest::newRow("bearer") << QByteArray() << QByteArray("Bearer secret") << true;
        QTest::newRow("bearer, any case") << QByteArray() << QByteArray("bEARER  secret") << true;
        QTest::newRow("wrong bearer") << QByteArray() << QByteArray("Bearer other") << false;
        QTest::newRow("no scheme") << QByteArray() << QByteArray("secret") << false;
        QTest::newRow("other scheme") << QByteArray() << QByteArray("Digest secret") << false;
        QTest::newRow("basic") << QByteArray() << basic("phone:secret") << true;
        QTest::newRow("basic, no user") << QByteArray() << basic(":secret") << true;
        QTest::newRow("basic, key as the user") << QByteArray() << basic("secret:") << false;
        QTest::newRow("basic, no colon") << QByteArray() << basic("secret") << false;
        QTest::newRow("basic, not base64") << QByteArray() << QByteArray("Basic !!!!") << false;
        QTest::newRow("wrong query, right bearer") << QByteArray("x") << QByteArray("Bearer secret") << true;
    }
    void requests()
    {
        QFETCH(QByteArray, query);
        QFETCH(QByteArray, authorization);
        QFETCH(bool, expected);
        net::RequestHead head;
        if (!query.isEmpty())
            head.query["key"] = query.toStdString();
        if (!authorization.isEmpty())
            head.fields["authorization"] = authorization.toStdString();
        QCOMPARE(showsKey(head, "secret"), expected);
        QVERIFY(!showsKey(head, {})); // without a key nobody can show it
    }
    void anEmptyKeyIsNeverShown()
    {
        net::RequestHead head;
        head.query["key"] = "";
        QVERIFY(!showsKey(head, {}));
    }
    void equality()
    {
        QVERIFY(equalInConstantTime("a", "a"));
        QVERIFY(equalInConstantTime({}, {}));
        QVERIFY(!equalInConstantTime("a", "b"));
        QVERIFY(!equalInConstantTime("a", "aa"));
    }
};

QTEST_GUILESS_MAIN(TestCredentials)
#include "tst_credentials.moc"
