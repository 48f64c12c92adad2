// SPDX-License-Identifier: GPL-3.0-or-later
// With the real ffserver, and programs that behave badly.
#include "core/ffserver/confcheck.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace aspersor;
using Severity = ConfFinding::Severity;

class TestConfCheck : public QObject
{
    Q_OBJECT

private slots:
    // Beside a test there is no ffserver.
    void initTestCase() { qputenv("PATH", QByteArray(ASPERSOR_BIN_DIR ":") + qgetenv("PATH")); }

    void findingsHaveTheirPlace()
    {
        ConfCheck check;
        const ConfReport report =
            ask(check, ours(), "# ok\nMaxClients many\n<Stream *.ts>\nFeed *\n  Fromat mpegts\n</Stream>\n");
        QCOMPARE(report.problem, QString());
        QCOMPARE(report.runs.kind, FfserverKind::Ours);
        QVERIFY(!report.checkedBy.isEmpty());
        QCOMPARE(report.findings.size(), 2);
        const ConfFinding &error = report.findings.at(0);
        QVERIFY(error.severity == Severity::Error);
        QCOMPARE(error.line, 2);
        QCOMPARE(error.column, 12);
        QCOMPARE(error.length, 4);
        const ConfFinding &warning = report.findings.at(1);
        QVERIFY(warning.severity == Severity::Warning);
        QCOMPARE(warning.line, 5);
        QCOMPARE(warning.column, 3);
        QCOMPARE(warning.suggestion, QStringLiteral("Format"));
        QVERIFY(ask(check, ours(), "<Stream *.ts>\nFeed *\n</Stream>\n").findings.isEmpty());
        QVERIFY(ask(check, ours(), "").findings.isEmpty());
    }

    void whatAspersorOverrulesIsSaid()
    {
        ConfCheck check;
        const ConfReport report = ask(check, ours(), "HTTPPort 8090\nHTTPBindAddress ::1\n  FeedGrace 3\n");
        QCOMPARE(report.findings.size(), 2);
        QCOMPARE(report.findings.at(0).line, 2);
        QVERIFY2(report.findings.at(0).text.contains(QStringLiteral("0.0.0.0:8090")),
                 qPrintable(report.findings.at(0).text));
        QCOMPARE(report.findings.at(1).line, 3);
        QCOMPARE(report.findings.at(1).column, 3);
        QCOMPARE(report.findings.at(1).length, 9);
    }

    void onlyTheNewestIsAnswered()
    {
        ConfCheck check;
        m_reports.clear();
        watch(check);
        check.check(1, ours(), http, "MaxClients many\n");
        check.check(2, ours(), http, "");
        QTRY_COMPARE_WITH_TIMEOUT(m_reports.size(), 1, patience);
        check.check(3, ours(), http, "MaxClients many\n"); // the program is known now: it is run at once
        QTest::qWait(0);
        check.check(4, ours(), http, "");
        QTRY_COMPARE_WITH_TIMEOUT(m_reports.size(), 2, patience);
        QCOMPARE(m_reports.at(0).question, 2);
        QCOMPARE(m_reports.at(1).question, 4);
        QVERIFY(m_reports.at(1).findings.isEmpty());
    }

    void anOriginalIsCheckedByOurs()
    {
        ConfCheck check;
        const ConfReport report =
            ask(check, QStringLiteral(ASPERSOR_ORIGINAL),
                "<Stream *.ts>\nFeed *\n</Stream>\n<Stream *.mp4>\nFeed *\n</Stream>\n");
        QCOMPARE(report.problem, QString());
        QCOMPARE(report.runs.kind, FfserverKind::Original);
        QVERIFY(!report.checkedBy.isEmpty());
        QCOMPARE(report.findings.size(), 1);
        QVERIFY(report.findings.at(0).severity == Severity::Warning);
        QCOMPARE(report.findings.at(0).line, 4);
        QVERIFY2(report.findings.at(0).text.contains(QStringLiteral("*.mp4")),
                 qPrintable(report.findings.at(0).text));
    }

    void whoCannotCheckSaysWhy_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QString>("said");
        QTest::newRow("too old") << QByteArray("echo 'There is no option --json.' >&2; exit 2")
                                 << QStringLiteral("There is no option --json");
        QTest::newRow("crashes") << QByteArray("kill -9 $$") << QStringLiteral("signal 9");
        QTest::newRow("babbles") << QByteArray("echo hello") << QStringLiteral("not understood here: hello");
        QTest::newRow("silent") << QByteArray("exec sleep 60") << QStringLiteral("did not answer within 1 s");
    }
    void whoCannotCheckSaysWhy()
    {
        QFETCH(QByteArray, script);
        QFETCH(QString, said);
        const QString program =
            write("case $1 in -version) echo 'ffserver (Aspersor) 0.0.0'; exit;; esac\n" + script);
        ConfCheck check(std::chrono::seconds(1));
        const ConfReport report = ask(check, program, "MaxClients 3\n");
        QVERIFY2(report.problem.contains(said), qPrintable(report.problem));
        QVERIFY(report.findings.isEmpty());
    }

    void findingsAreBounded()
    {
        const QString program = write("case $1 in -version) echo 'ffserver (Aspersor) 0.0.0'; exit;; esac\n"
                                      "exec yes '{\"line\":1,\"severity\":\"error\",\"text\":\"x\"}'");
        ConfCheck check;
        const ConfReport report = ask(check, program, "");
        QCOMPARE(report.problem, QString());
        QCOMPARE(report.findings.size(), 1000);
        QVERIFY(report.isShortened);
    }

    void noProgramIsAProblem()
    {
        ConfCheck check;
        const ConfReport report = ask(check, QStringLiteral("/nonexistent/ffserver"), "");
        QVERIFY2(report.problem.contains(QStringLiteral("/nonexistent/ffserver")),
                 qPrintable(report.problem));
    }

private:
    static constexpr int patience = 20'000;
    static QString ours() { return QStringLiteral(ASPERSOR_BIN_DIR "/ffserver"); }

    QString write(const QByteArray &script)
    {
        const QString path = m_folder.filePath(QString::fromLatin1(QTest::currentTestFunction()) +
                                               QString::number(++m_scripts));
        QFile file(path);
        if (file.open(QIODevice::WriteOnly))
            file.write("#!/bin/sh\n" + script + "\n");
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return path;
    }

    void watch(ConfCheck &check)
    {
        connect(&check, &ConfCheck::checked, this, [this](const ConfReport &report) { m_reports += report; });
    }

    ConfReport ask(ConfCheck &check, const QString &program, const QByteArray &text)
    {
        m_reports.clear();
        check.disconnect(this);
        watch(check);
        check.check(7, program, http, text);
        [this] { QTRY_COMPARE_WITH_TIMEOUT(m_reports.size(), 1, patience); }();
        return m_reports.value(0);
    }

    const ListenAddress http{QStringLiteral("0.0.0.0"), 8090};
    QTemporaryDir m_folder;
    QList<ConfReport> m_reports;
    int m_scripts = 0;
};

QTEST_GUILESS_MAIN(TestConfCheck)
#include "tst_confcheck.moc"
