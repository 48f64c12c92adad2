// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/arguments.h"

#include <QFile>
#include <QRegularExpression>
#include <QTest>

using namespace aspersor;
using namespace aspersor::app;

namespace {

Result<Arguments> parse(const char *line)
{
    return parseArguments(QString::fromLatin1("aspersor %1")
                              .arg(QLatin1String(line))
                              .split(QLatin1Char(' '), Qt::SkipEmptyParts));
}

const QStringList allOptions{
    QStringLiteral("headless"),      QStringLiteral("demo"),        QStringLiteral("ingest"),
    QStringLiteral("http"),          QStringLiteral("ffserver"),    QStringLiteral("conf"),
    QStringLiteral("config-dir"),    QStringLiteral("publish-key"), QStringLiteral("open"),
    QStringLiteral("max-feeds"),     QStringLiteral("help"),        QStringLiteral("version"),
    QStringLiteral("ffserver-slots")};

} // namespace

class TestArguments : public QObject
{
    Q_OBJECT

private slots:
    void withoutOptionsNothingChanges()
    {
        const auto arguments = parse("");
        QVERIFY(arguments.has_value());
        Settings settings;
        settings.open = true;
        settings.maxFeeds = 7;
        const Settings before = settings;
        arguments->applyTo(settings);
        QCOMPARE(settings, before);
        QVERIFY(!arguments->headless && !arguments->help && !arguments->version);
        QCOMPARE(arguments->demoFeeds, 0);
    }

    void everyOptionIsTaken()
    {
        const auto arguments =
            parse("--headless --ingest 127.0.0.1:1 --http [::1]:0 --ffserver /x/f --conf y.conf "
                  "--config-dir /z --publish-key K --max-feeds 5 --demo=3");
        QVERIFY(arguments.has_value());
        QVERIFY(arguments->headless);
        QCOMPARE(arguments->demoFeeds, 3);
        Settings settings;
        settings.open = true; // a key on the command line means that it is asked for
        arguments->applyTo(settings);
        Settings expected;
        expected.ingest = {QStringLiteral("127.0.0.1"), 1};
        expected.http = {QStringLiteral("::1"), 0};
        expected.ffserverPath = QStringLiteral("/x/f");
        expected.confFile = QStringLiteral("y.conf");
        expected.configDir = QStringLiteral("/z");
        expected.publishKey = QStringLiteral("K");
        expected.maxFeeds = 5;
        QCOMPARE(settings, expected);
    }

    void openOpens()
    {
        Settings settings;
        parse("--open").value().applyTo(settings);
        QVERIFY(settings.open);
    }

    void demo_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<int>("feeds"); // -1: refused
        QTest::newRow("alone") << "--demo" << 1;
        QTest::newRow("with a number") << "--demo=9" << 9;
        QTest::newRow("before another option") << "--demo --headless" << 1;
        QTest::newRow("most") << "--demo=64" << 64;
        QTest::newRow("none") << "--demo=0" << -1;
        QTest::newRow("too many") << "--demo=65" << -1;
        QTest::newRow("no number") << "--demo=x" << -1;
        QTest::newRow("empty") << "--demo=" << -1;
        QTest::newRow("number apart") << "--demo 4" << -1;
    }

    void demo()
    {
        QFETCH(QString, line);
        QFETCH(int, feeds);
        const auto arguments = parse(line.toLatin1().constData());
        QCOMPARE(arguments ? arguments->demoFeeds : -1, feeds);
    }

    void badUsageIsASentence_data()
    {
        QTest::addColumn<QString>("line");
        for (const char *line : {"--nonsense",
                                 "-x",
                                 "word",
                                 "--ingest",
                                 "--ingest nowhere",
                                 "--ingest 127.0.0.1:99999",
                                 "--http x",
                                 "--max-feeds 0",
                                 "--ffserver-slots 0",
                                 "--ffserver-slots 257",
                                 "--max-feeds -1",
                                 "--max-feeds 99999999999",
                                 "--max-feeds many",
                                 "--headless=yes",
                                 "--open --publish-key K",
                                 "--publish-key=",
                                 "--conf=",
                                 "--ffserver=",
                                 "--config-dir=",
                                 "--publish-key k\xc3\xa9y"})
            QTest::newRow(line) << QString::fromUtf8(line);
    }

    void badUsageIsASentence()
    {
        QFETCH(QString, line);
        const auto arguments = parse(line.toUtf8().constData());
        QVERIFY(!arguments.has_value());
        const QString reason = QString::fromStdString(arguments.error().message);
        QVERIFY2(reason.endsWith(QStringLiteral(". See aspersor --help.")), qPrintable(reason));
    }

    void helpAndManualNameEveryOptionAndNoOther()
    {
        QFile manual(QStringLiteral(ASPERSOR_SOURCE_DIR "/packaging/man/aspersor.1"));
        QVERIFY(manual.open(QIODevice::ReadOnly));
        const QString manualText = QString::fromUtf8(manual.readAll());
        compareOptions(helpText(), QStringLiteral("--([a-z-]+)"));
        compareOptions(manualText, QStringLiteral("(?:Fl|,) -([a-z-]+)"));
        for (const QString &name : allOptions) {
            const auto arguments = parseArguments({QStringLiteral("aspersor"), QStringLiteral("--") + name});
            if (!arguments) // it is one, but wants a value
                QVERIFY2(
                    !QString::fromStdString(arguments.error().message).contains(QStringLiteral("Unknown")),
                    qPrintable(name));
        }
        for (const QString &text : {helpText(), manualText}) {
            QVERIFY(text.contains(QStringLiteral("0.0.0.0:8088")));
            QVERIFY(text.contains(QStringLiteral("0.0.0.0:8090")));
            QVERIFY(text.contains(QStringLiteral("64")));
        }
        const auto lines = helpText().split(QLatin1Char('\n'));
        for (const QString &line : lines)
            QVERIFY2(line.size() <= 100 && !line.contains(QStringLiteral("%")), qPrintable(line));
    }

private:
    static void compareOptions(const QString &text, const QString &pattern)
    {
        QSet<QString> named;
        auto match = QRegularExpression(pattern).globalMatch(text);
        while (match.hasNext())
            named.insert(match.next().captured(1));
        QCOMPARE(named, QSet<QString>(allOptions.begin(), allOptions.end()));
    }
};

QTEST_GUILESS_MAIN(TestArguments)
#include "tst_arguments.moc"
