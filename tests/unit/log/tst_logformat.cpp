// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/logformat.h"

#include <QTest>

using namespace aspersor;

class TestLogFormat : public QObject
{
    Q_OBJECT

private slots:
    void categoriesLoseOurPrefix()
    {
        QCOMPARE(shortCategory(u"aspersor.ingest"), QStringLiteral("ingest"));
        QCOMPARE(shortCategory(u"qt.network.ssl"), QStringLiteral("qt.network.ssl"));
        QCOMPARE(shortCategory(u"default"), QStringLiteral("app"));
        QCOMPARE(shortCategory(u""), QStringLiteral("app"));
    }

    void linesCannotBeForged_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("line");
        QTest::newRow("plain") << "cam1 connected"
                               << "cam1 connected";
        QTest::newRow("end of line") << "text\r\n"
                                     << "text";
        QTest::newRow("two lines") << "a\nb"
                                   << "a b";
        QTest::newRow("carriage return") << "a\rb" << QStringLiteral("a\ufffdb");
        QTest::newRow("escape") << QStringLiteral("a\u001b[31mb") << QStringLiteral("a\ufffd[31mb");
        QTest::newRow("line separator") << QStringLiteral("a\u2028b") << QStringLiteral("a\ufffdb");
        QTest::newRow("right to left") << QStringLiteral("a\u202eb") << QStringLiteral("a\ufffdb");
        QTest::newRow("other letters") << QStringLiteral("señal ñ 信号") << QStringLiteral("señal ñ 信号");
        QTest::newRow("long") << QString(5000, QLatin1Char('x'))
                              << QString(2000, QLatin1Char('x')) + QChar(0x2026);
    }

    void linesCannotBeForged()
    {
        QFETCH(QString, text);
        QFETCH(QString, line);
        QCOMPARE(oneLine(text), line);
    }

    void feedNamesAreFound_data()
    {
        QTest::addColumn<QString>("category");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("feed");
        QTest::addColumn<QString>("rest");
        QTest::newRow("feed") << "feed"
                              << "cam1: lost sync"
                              << "cam1"
                              << "lost sync";
        QTest::newRow("ingest") << "ingest"
                                << "My_cam-2.x: refused"
                                << "My_cam-2.x"
                                << "refused";
        QTest::newRow("other category") << "ffserver"
                                        << "error: no such file"
                                        << ""
                                        << "error: no such file";
        QTest::newRow("no name") << "feed"
                                 << "The port is taken: try another"
                                 << ""
                                 << "The port is taken: try another";
        QTest::newRow("address") << "ingest"
                                 << "1.2.3.4:5678 gone"
                                 << ""
                                 << "1.2.3.4:5678 gone";
        QTest::newRow("dot first") << "feed"
                                   << ".cam: x"
                                   << ""
                                   << ".cam: x";
        QTest::newRow("too long") << "feed" << QString(65, QLatin1Char('a')) + QStringLiteral(": x") << ""
                                  << QString(65, QLatin1Char('a')) + QStringLiteral(": x");
        QTest::newRow("empty") << "feed"
                               << ""
                               << ""
                               << "";
        QTest::newRow("only colon") << "feed"
                                    << ": x"
                                    << ""
                                    << ": x";
    }

    void feedNamesAreFound()
    {
        QFETCH(QString, category);
        QFETCH(QString, text);
        QFETCH(QString, feed);
        QFETCH(QString, rest);
        LogEntry entry{{}, LogLevel::Info, category, {}, text};
        splitFeedName(entry);
        QCOMPARE(entry.feed, feed);
        QCOMPARE(entry.text, rest);
    }

    void aLineOfTheFile()
    {
        const LogEntry entry{QDateTime(QDate(2026, 11, 23), QTime(4, 19, 10, 123), Qt::UTC),
                             LogLevel::Warning, QStringLiteral("feed"), QStringLiteral("cam1"),
                             QStringLiteral("lost sync")};
        QCOMPARE(logLine(entry), QByteArray("2026-11-23T04:19:10.123Z WARNING feed: cam1: lost sync\n"));
        QCOMPARE(logLine(entry, false), QByteArray("WARNING feed: cam1: lost sync\n"));
    }
};

QTEST_GUILESS_MAIN(TestLogFormat)
#include "tst_logformat.moc"
