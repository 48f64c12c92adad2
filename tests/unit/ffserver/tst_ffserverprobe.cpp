// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/ffserverprobe.h"

#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace aspersor;
using namespace std::chrono_literals;
using Kind = FfserverKind;

class TestFfserverProbe : public QObject
{
    Q_OBJECT

private slots:
    void bannersAreJudged_data()
    {
        QTest::addColumn<QByteArray>("said");
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<QString>("version");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, const QByteArray &said, Kind kind, const char *version,
                            const char *reason) {
            QTest::newRow(name) << said << kind << QString::fromLatin1(version)
                                << QString::fromLatin1(reason);
        };
        const QByteArray tail = " Copyright (c) 2000-2018 the FFmpeg developers\n  built with gcc\n";
        row("ours", "ffserver (Aspersor) 0.1.0\n", Kind::Ours, "0.1.0", "");
        row("3.3", "ffserver version 3.3.9" + tail, Kind::Original, "3.3.9", "");
        row("2.8 of a distribution", "ffserver version 2.8.15-0ubuntu0.16.04.1" + tail, Kind::Original,
            "2.8.15-0ubuntu0.16.04.1", "");
        row("between releases", "ffserver version N-85750-g1a2b3c" + tail, Kind::Original, "N-85750-g1a2b3c",
            "");
        row("after other lines", "a wrapper speaks\nffserver version 3.2" + tail, Kind::Original, "3.2", "");
        row("too old", "ffserver version 0.10.2" + tail, Kind::Unknown, "0.10.2", "too old");
        row("ffmpeg", "ffmpeg version 5.1" + tail, Kind::Unknown, "", "it is ffmpeg and not an ffserver");
        row("another make", "ffserver version 9.9 Copyright somebody else\n", Kind::Unknown, "",
            "not an ffserver");
        row("not at a line's begin", "I am no ffserver version 3.3, FFmpeg developers\n", Kind::Unknown, "",
            "does not say");
        row("nothing", "", Kind::Unknown, "", "does not say");
        row("bytes", QByteArray("\xff\x00\xfe ffserver", 12), Kind::Unknown, "", "does not say");
        row("long", QByteArray(1 << 20, 'x'), Kind::Unknown, "", "does not say");
        row("a version without end", "ffserver version " + QByteArray(5000, '3') + tail, Kind::Unknown, "",
            "not an ffserver");
    }

    void bannersAreJudged()
    {
        QFETCH(QByteArray, said);
        QFETCH(Kind, kind);
        QFETCH(QString, version);
        QFETCH(QString, reason);
        const FfserverVerdict verdict = judgeBanner(said);
        QVERIFY(verdict.kind == kind);
        if (!version.isEmpty())
            QCOMPARE(verdict.version, version);
        QVERIFY2(verdict.reason.contains(reason), qPrintable(verdict.reason));
        QCOMPARE(verdict.reason.isEmpty(), kind != Kind::Unknown);
    }

    void programsAreAskedNotTheirNames()
    {
        QVERIFY(ask(QStringLiteral(ASPERSOR_BIN_DIR "/ffserver")).kind == Kind::Ours);
        QVERIFY(
            QFile::copy(QStringLiteral(ASPERSOR_ORIGINAL), m_folder.filePath(QStringLiteral("aspersor"))));
        const FfserverVerdict verdict = ask(m_folder.filePath(QStringLiteral("aspersor")));
        QVERIFY(verdict.kind == Kind::Original);
        QCOMPARE(verdict.version, QStringLiteral("3.3.9"));
        QCOMPARE(verdict.program, m_folder.filePath(QStringLiteral("aspersor")));
    }

    void helpIsAskedForWhereTheVersionSaysNothing()
    {
        const QString program = script("help", "[ \"$1\" = -h ] && echo 'ffserver version 2.4 Copyright (c) "
                                               "2014 the FFmpeg developers' >&2; exit 1");
        QVERIFY(ask(program).kind == Kind::Original);
    }

    void whatCannotBeUsedIsSaidInWords_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("reason");
        QTest::newRow("says nothing") << QByteArray("exit 0") << "does not say that it is an ffserver";
        QTest::newRow("never ends") << QByteArray("exec sleep 1000")
                                    << "did not answer to \"-version\" within 0.3 s";
        QTest::newRow("never stops talking") << QByteArray("exec yes") << "does not say";
        QTest::newRow("is another") << QByteArray("echo 'ffmpeg version 5.1'") << "it is ffmpeg";
        QTest::newRow("dies") << QByteArray("kill -SEGV $$") << "does not say";
    }

    void whatCannotBeUsedIsSaidInWords()
    {
        QFETCH(QByteArray, body);
        QFETCH(QString, reason);
        const FfserverVerdict verdict = ask(script(QTest::currentDataTag(), body), 300ms);
        QVERIFY(verdict.kind == Kind::Unknown);
        QVERIFY2(verdict.reason.contains(reason), qPrintable(verdict.reason));
        QVERIFY2(verdict.reason.contains(QStringLiteral("--ffserver")), qPrintable(verdict.reason));
    }

    void missingFilesAreSaid()
    {
        const FfserverVerdict verdict = ask(QStringLiteral("/nowhere/ffserver"));
        QVERIFY(verdict.kind == Kind::Unknown);
        QVERIFY(verdict.reason.contains(QStringLiteral("/nowhere/ffserver does not exist")));
    }

    void aCancelledQuestionHasNoAnswerAndAChangedFileIsAskedAgain()
    {
        const QString program = script("changes", "echo 'ffserver (Aspersor) 1'");
        FfserverProbe probe;
        QList<FfserverVerdict> verdicts;
        connect(&probe, &FfserverProbe::judged, this,
                [&](const FfserverVerdict &verdict) { verdicts += verdict; });
        probe.ask(program);
        probe.cancel();
        QVERIFY(!probe.isAsking());
        probe.ask(program);
        QTRY_COMPARE(verdicts.size(), 1);
        probe.ask(program); // known
        QVERIFY2(verdicts.size() == 1, "the answer comes later all the same");
        QTRY_COMPARE(verdicts.size(), 2);
        QVERIFY(verdicts[1].kind == Kind::Ours);
        script("changes", "echo 'ffserver version 3.1 Copyright (c) 2016 the FFmpeg developers'");
        probe.ask(program);
        QTRY_COMPARE(verdicts.size(), 3);
        QVERIFY(verdicts[2].kind == Kind::Original);
    }

private:
    QString script(const char *name, const QByteArray &body)
    {
        const QString path = m_folder.filePath(QString::fromLatin1(name));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly))
            return {};
        file.write("#!/bin/sh\n" + body + '\n');
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return path;
    }

    FfserverVerdict ask(const QString &program, std::chrono::milliseconds patience = 20s)
    {
        FfserverProbe probe(patience);
        std::optional<FfserverVerdict> answer;
        connect(&probe, &FfserverProbe::judged, this,
                [&](const FfserverVerdict &verdict) { answer = verdict; });
        probe.ask(program);
        return QTest::qWaitFor([&] { return answer.has_value(); }, 30'000) ? *answer : FfserverVerdict();
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestFfserverProbe)
#include "tst_ffserverprobe.moc"
