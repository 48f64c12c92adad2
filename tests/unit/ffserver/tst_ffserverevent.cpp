// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/ffserverevent.h"

#include <QTest>

using namespace aspersor;

namespace {

/// JSON written with single quotes (moc of Qt 6.4 stumbles over raw strings).
QByteArray json(QByteArray text)
{
    return text.replace('\'', '"');
}

} // namespace

class TestFfserverEvent : public QObject
{
    Q_OBJECT

private slots:
    void ready()
    {
        const auto event = parseFfserverEvent(
            json("{'event':'ready','pid':7,'http':'http://127.0.0.1:8090','address':'0.0.0.0','port':8090,"
                 "'feedSocket':'/run/x','streams':[{'name':'*.ts','feed':'*','format':'mpegts'},5,{}]}"));
        QVERIFY(event.has_value());
        const auto &ready = std::get<FfserverReady>(*event);
        QCOMPARE(ready.httpUrl, QStringLiteral("http://127.0.0.1:8090"));
        QCOMPARE(ready.port, quint16{8090});
        QCOMPARE(ready.feedSocket, QStringLiteral("/run/x"));
        QCOMPARE(ready.streams.size(), 1);
        QCOMPARE(ready.streams[0],
                 (StreamTemplate{QStringLiteral("*.ts"), QStringLiteral("*"), QStringLiteral("mpegts")}));
    }

    void stats()
    {
        const auto event = parseFfserverEvent(json("{'event':'stats','viewers':4,'feeds':[{'name':'a','"
                                                   "viewers':3},{'name':'b','viewers':-1},{'viewers':9}]}"));
        const auto &stats = std::get<FfserverStats>(event.value());
        QCOMPARE(stats.viewers, 4);
        QCOMPARE(stats.viewersOfFeed,
                 (QHash<QString, int>{{QStringLiteral("a"), 3}, {QStringLiteral("b"), 0}}));
    }

    void viewer()
    {
        const auto event = parseFfserverEvent(json("{'event':'viewer','state':'left','id':12,'stream':'cam1."
                                                   "ts','address':'1.2.3.4:5','reason':'too slow'}"));
        const auto &viewer = std::get<FfserverViewer>(event.value());
        QCOMPARE(viewer.id, 12);
        QVERIFY(!viewer.joined);
        QCOMPARE(viewer.stream, QStringLiteral("cam1.ts"));
        QCOMPARE(viewer.address, QStringLiteral("1.2.3.4:5"));
        QCOMPARE(viewer.reason, QStringLiteral("too slow"));
    }

    void theAnswersToAReload()
    {
        const auto event =
            parseFfserverEvent(json("{'event':'reloaded','restartNeeded':true,'streams':[{'name':'a.ts','"
                                    "feed':'a','format':'mpegts'}],"
                                    "'findings':[{'line':3,'column':2,'length':5,'severity':'warning','text':"
                                    "'No.','suggestion':'Yes'},"
                                    "{'severity':'grave','text':'x'},{'severity':'error'},7]}"));
        const auto &reloaded = std::get<FfserverReloaded>(event.value());
        QVERIFY(reloaded.restartNeeded);
        QCOMPARE(reloaded.streams.size(), 1);
        QCOMPARE(reloaded.findings, (QList{ConfFinding{ConfFinding::Severity::Warning, 3, 2, 5,
                                                       QStringLiteral("No."), QStringLiteral("Yes")}}));
        const auto refused =
            parseFfserverEvent(json("{'event':'refused','findings':[{'line':-1,'column':1e99,"
                                    "'severity':'error','text':'Bad.'}]}"));
        QCOMPARE(std::get<FfserverRefused>(refused.value()).findings,
                 (QList{ConfFinding{ConfFinding::Severity::Error, 0, 0, 0, QStringLiteral("Bad."), {}}}));
    }

    void troubleNamesTheLineOnce_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("reason");
        QTest::newRow("plain") << json("{'event':'error','reason':'port taken'}") << "port taken";
        QTest::newRow("with line")
            << json("{'event':'error','reason':'what','file':'/x/ffserver.conf','line':12}")
            << "ffserver.conf line 12: what";
        QTest::newRow("named already") << json("{'event':'error','reason':'ffserver.conf line 12: "
                                               "what','file':'ffserver.conf','line':12}")
                                       << "ffserver.conf line 12: what";
    }

    void troubleNamesTheLineOnce()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, reason);
        QCOMPARE(std::get<FfserverTrouble>(parseFfserverEvent(line).value()).reason, reason);
    }

    void anUnknownEventIsNoError()
    {
        const auto event = parseFfserverEvent(json("{'event':'news','x':[1,2]}"));
        QCOMPARE(std::get<FfserverOther>(event.value()).event, QStringLiteral("news"));
    }

    void hostileLinesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("line");
        const QByteArray good = json("{'event':'feed','name':'cam1','state':'live'}");
        for (qsizetype size = 0; size < good.size(); ++size)
            QTest::addRow("cut at %lld", static_cast<long long>(size)) << good.left(size);
        QTest::newRow("array") << QByteArray("[1]");
        QTest::newRow("number") << QByteArray("5");
        QTest::newRow("two objects") << good + good;
        QTest::newRow("event is a number") << json("{'event':5}");
        QTest::newRow("no event") << json("{'name':'x'}");
        QTest::newRow("feed without state") << json("{'event':'feed','name':'x'}");
        QTest::newRow("feed without name") << json("{'event':'feed','state':'live'}");
        QTest::newRow("ready without address") << json("{'event':'ready','port':1}");
        QTest::newRow("ready without port") << json("{'event':'ready','http':'http://x'}");
        QTest::newRow("ready, port too high") << json("{'event':'ready','http':'http://x','port':70000}");
        QTest::newRow("viewer without state") << json("{'event':'viewer','id':1}");
        QTest::newRow("error without reason") << json("{'event':'error'}");
        QTest::newRow("binary") << QByteArray("\x00\xff\xfe{", 4);
        QTest::newRow("deep") << QByteArray(100'000, '[');
    }

    void hostileLinesAreRefused()
    {
        QFETCH(QByteArray, line);
        const auto event = parseFfserverEvent(line);
        QVERIFY(!event.has_value());
        QCOMPARE(event.error().kind, Error::Kind::BadRequest);
    }

    void logLines_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<int>("level");
        QTest::addColumn<QString>("text");
        QTest::newRow("info") << QByteArray("[info] a b") << int(LogLevel::Info) << "a b";
        QTest::newRow("warning") << QByteArray("[warning] w") << int(LogLevel::Warning) << "w";
        QTest::newRow("error") << QByteArray("[error] e") << int(LogLevel::Error) << "e";
        QTest::newRow("debug") << QByteArray("[debug] d") << int(LogLevel::Debug) << "d";
        QTest::newRow("none") << QByteArray("terminate called") << int(LogLevel::Info) << "terminate called";
        QTest::newRow("unknown") << QByteArray("[other] x") << int(LogLevel::Info) << "[other] x";
        QTest::newRow("empty") << QByteArray() << int(LogLevel::Info) << "";
    }

    void logLines()
    {
        QFETCH(QByteArray, line);
        QFETCH(int, level);
        QFETCH(QString, text);
        const FfserverLogLine parsed = parseFfserverLogLine(line);
        QCOMPARE(int(parsed.level), level);
        QCOMPARE(parsed.text, text);
    }
};

QTEST_GUILESS_MAIN(TestFfserverEvent)
#include "tst_ffserverevent.moc"
