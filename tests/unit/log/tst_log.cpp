// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/feedlog.h"
#include "core/log/log.h"

#include <QFile>
#include <QLoggingCategory>
#include <QTemporaryDir>
#include <QTest>
#include <thread>

using namespace aspersor;

Q_LOGGING_CATEGORY(lcTest, "aspersor.test")
Q_LOGGING_CATEGORY(lcFeed, "aspersor.feed")

namespace {

LogEntry entry(const QString &text, const QString &category = QStringLiteral("x"))
{
    return {QDateTime::currentDateTimeUtc(), LogLevel::Info, category, {}, text};
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestLog : public QObject
{
    Q_OBJECT

private slots:
    void qtMessagesBecomeEntries()
    {
        Log log({});
        log.capture();
        const auto entries = collect(log);
        qCWarning(lcTest).noquote() << "number" << 5;
        qCInfo(lcFeed).noquote() << QStringLiteral("cam1: connected");
        logFeed(lcTest(), LogLevel::Error, QStringLiteral("cam2"), QStringLiteral("lost\nsync"));
        qCDebug(lcTest) << "not shown";
        qWarning("plain");
        QTRY_COMPARE(entries->size(), 4);
        check(entries->at(0), LogLevel::Warning, "test", "", "number 5");
        check(entries->at(1), LogLevel::Info, "feed", "cam1", "connected");
        check(entries->at(2), LogLevel::Error, "test", "cam2", "lost sync");
        check(entries->at(3), LogLevel::Warning, "app", "", "plain");
        QVERIFY(qAbs(entries->at(0).at.secsTo(QDateTime::currentDateTimeUtc())) < 10);
    }

    void everyLineComesOnceToWhoReadsRecentAndConnects()
    {
        Log log({});
        log.write(entry(QStringLiteral("one")));
        QTRY_COMPARE(log.recent().size(), 1);
        log.write(entry(QStringLiteral("two"))); // not announced yet
        const auto entries = collect(log);
        const QList<LogEntry> before = log.recent();
        QCOMPARE(before.size(), 1);
        QTRY_COMPARE(entries->size(), 1);
        QCOMPARE(entries->at(0).text, QStringLiteral("two"));
    }

    void memoryIsBounded()
    {
        Log::Options options;
        options.keptLines = 50;
        Log log(options);
        for (int i = 0; i < 120; ++i)
            log.write(entry(QString::number(i), QString::number(i))); // each its own source: no limiting
        QTRY_VERIFY(!log.recent().isEmpty());
        QCOMPARE(log.recent().size(), 50);
        QCOMPARE(log.recent().last().text, QStringLiteral("119"));
    }

    void aFloodIsSummarised()
    {
        QTemporaryDir folder;
        Log::Options options;
        options.file = folder.filePath(QStringLiteral("new/x.log"));
        Log log(options);
        const auto entries = collect(log);
        for (int i = 0; i < 5000; ++i)
            log.write(entry(QStringLiteral("again")));
        QTRY_VERIFY_WITH_TIMEOUT(contentOf(options.file).contains("lines suppressed"), 10'000);
        QVERIFY(contentOf(options.file).count('\n') < 1000);
        const auto accountedFor = [&] {
            qint64 lines = 0;
            for (const LogEntry &one : *entries)
                lines += one.text.endsWith(QStringLiteral("lines suppressed"))
                             ? one.text.section(QLatin1Char(' '), 0, 0).toLongLong()
                             : 1;
            return lines;
        };
        QTRY_COMPARE(accountedFor(), 5000);
        QCOMPARE(entries->last().category, QStringLiteral("x"));
    }

    void linesAreInTheFileAtTheEnd()
    {
        QTemporaryDir folder;
        Log::Options options;
        options.file = folder.filePath(QStringLiteral("deep/state/x.log"));
        {
            Log log(options);
            for (int i = 0; i < 100; ++i)
                log.write(entry(QStringLiteral("line %1").arg(i)));
        }
        const QByteArray content = contentOf(options.file);
        QCOMPARE(content.count('\n'), 100);
        QVERIFY(content.endsWith("INFO x: line 99\n"));
        QCOMPARE(QFile::permissions(folder.filePath(QStringLiteral("deep/state"))) &
                     (QFile::ReadGroup | QFile::ExeGroup | QFile::ReadOther | QFile::ExeOther),
                 QFile::Permissions());
    }

    void aFileThatCannotBeWrittenIsToldOnceAndHarmsNothing()
    {
        QTemporaryDir folder;
        QFile inTheWay(folder.filePath(QStringLiteral("file")));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        Log::Options options;
        options.file = inTheWay.fileName() + QStringLiteral("/x.log");
        Log log(options);
        const auto entries = collect(log);
        log.write(entry(QStringLiteral("one")));
        QTRY_COMPARE(entries->size(), 2);
        QVERIFY(entries->at(1).text.contains(QStringLiteral("cannot be written")));
        log.write(entry(QStringLiteral("two")));
        QTRY_COMPARE(entries->size(), 3);
        QCOMPARE(entries->at(2).text, QStringLiteral("two"));
    }

    void manyThreadsMayLogWhileTheLogComesAndGoes()
    {
        std::atomic<bool> stop = false;
        std::atomic<int> written = 0;
        std::vector<std::jthread> threads;
        const auto old =
            qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) {});
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                while (!stop) {
                    qCWarning(lcTest) << "from a thread";
                    ++written;
                }
            });
        }
        for (int i = 0; i < 20; ++i) {
            Log log({});
            log.capture();
            const int before = written;
            QTRY_VERIFY(written > before + 10);
            QTRY_VERIFY(!log.recent().isEmpty());
        }
        stop = true;
        threads.clear();
        qInstallMessageHandler(old);
    }

private:
    static std::shared_ptr<QList<LogEntry>> collect(Log &log)
    {
        auto entries = std::make_shared<QList<LogEntry>>();
        connect(&log, &Log::logged, &log, [entries](const LogEntry &one) { entries->append(one); });
        return entries;
    }

    static void check(const LogEntry &one, LogLevel level, const char *category, const char *feed,
                      const char *text)
    {
        QCOMPARE(one.level, level);
        QCOMPARE(one.category, QLatin1String(category));
        QCOMPARE(one.feed, QLatin1String(feed));
        QCOMPARE(one.text, QLatin1String(text));
    }
};

QTEST_GUILESS_MAIN(TestLog)
#include "tst_log.moc"
