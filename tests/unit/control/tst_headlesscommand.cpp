// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/headlesscommand.h"
#include "app/aspersor/jsonline.h"

#include <QTest>

using namespace aspersor;
using namespace aspersor::app;

namespace {

/// JSON written with single quotes.
QByteArray json(QByteArray text)
{
    return text.replace('\'', '"');
}

} // namespace

class TestHeadlessCommand : public QObject
{
    Q_OBJECT

private slots:
    void commands()
    {
        const auto kick = parseHeadlessCommand(json("{'kick':'cam1'}"));
        QCOMPARE(std::get<KickCommand>(kick.value()).feed, QStringLiteral("cam1"));
        const auto ban = parseHeadlessCommand(json(" {'seconds': 600, 'ban': 'cam1'}\r"));
        QCOMPARE(std::get<BanCommand>(ban.value()).feed, QStringLiteral("cam1"));
        QCOMPARE(std::get<BanCommand>(ban.value()).seconds, 600);
        const auto back = parseHeadlessCommand(json("{'letBackIn':'cam1'}"));
        QCOMPARE(std::get<LetBackInCommand>(back.value()).feed, QStringLiteral("cam1"));
        QVERIFY(std::holds_alternative<QuitCommand>(parseHeadlessCommand(json("{'quit':true}")).value()));
    }

    void anythingElseIsRefusedWithASentence_data()
    {
        QTest::addColumn<QByteArray>("line");
        const QByteArray good = json("{'ban':'cam1','seconds':600}");
        for (qsizetype size = 0; size < good.size(); ++size)
            QTest::addRow("cut at %lld", static_cast<long long>(size)) << good.left(size);
        QTest::newRow("word") << QByteArray("quit");
        QTest::newRow("array") << json("['quit']");
        QTest::newRow("empty object") << QByteArray("{}");
        QTest::newRow("unknown") << json("{'jump':'cam1'}");
        QTest::newRow("two commands") << json("{'kick':'a','quit':true}");
        QTest::newRow("two lines in one") << json("{'quit':true}{'quit':true}");
        QTest::newRow("quit false") << json("{'quit':false}");
        QTest::newRow("quit text") << json("{'quit':'true'}");
        QTest::newRow("kick nobody") << json("{'kick':''}");
        QTest::newRow("kick a number") << json("{'kick':5}");
        QTest::newRow("ban without time") << json("{'ban':'cam1'}");
        QTest::newRow("ban for no time") << json("{'ban':'cam1','seconds':0}");
        QTest::newRow("ban backwards") << json("{'ban':'cam1','seconds':-5}");
        QTest::newRow("ban for text") << json("{'ban':'cam1','seconds':'600'}");
        QTest::newRow("ban for a fraction") << json("{'ban':'cam1','seconds':0.5}");
        QTest::newRow("ban for ever") << json("{'ban':'cam1','seconds':1e300}");
        QTest::newRow("binary") << QByteArray("\x00\xff{", 3);
        QTest::newRow("deep") << QByteArray(60'000, '{');
    }

    void anythingElseIsRefusedWithASentence()
    {
        QFETCH(QByteArray, line);
        const auto command = parseHeadlessCommand(line);
        QVERIFY(!command.has_value());
        QVERIFY(command.error().message.ends_with('.'));
    }

    void linesKeepTheirOrderAndEscapeWhatTheyMust()
    {
        JsonLine line{{"zero", 0},
                      {"a", QStringLiteral("say \"ñ\"\n")},
                      {"real", 29.9},
                      {"big", qint64{5'000'000'000}}};
        line.addArray("list", {JsonLine({{"x", true}}).text(), JsonLine().text()});
        line.addArray("none", {});
        QCOMPARE(line.text(),
                 QByteArray("{'zero':0,'a':'say "
                            "\\'ñ\\'\\n','real':29.9,'big':5000000000,'list':[{'x':true},{}],'none':[]}")
                     .replace('\'', '"'));
    }
};

QTEST_GUILESS_MAIN(TestHeadlessCommand)
#include "tst_headlesscommand.moc"
