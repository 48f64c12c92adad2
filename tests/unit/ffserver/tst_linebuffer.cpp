// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/linebuffer.h"

#include <QTest>

using namespace aspersor;

class TestLineBuffer : public QObject
{
    Q_OBJECT

private slots:
    void linesAreTheSameHoweverTheyAreCut()
    {
        const QByteArray bytes = "one\ntwo\r\n\nthree four\nrest";
        const QList<QByteArray> expected{"one", "two", "", "three four"};
        for (qsizetype piece = 1; piece <= bytes.size(); ++piece) {
            LineBuffer buffer(100);
            QList<QByteArray> lines;
            for (qsizetype at = 0; at < bytes.size(); at += piece)
                lines += buffer.append(bytes.mid(at, piece));
            QCOMPARE(lines, expected);
            QCOMPARE(buffer.takeRest(), QByteArray("rest"));
            QCOMPARE(buffer.takeRest(), QByteArray());
            QCOMPARE(buffer.takeSkipped(), 0);
        }
    }

    void overlongLinesAreSkippedAlone()
    {
        const QByteArray bytes = "12345\n123456\nok\n" + QByteArray(1000, 'x') + "\nend\n";
        for (qsizetype piece = 1; piece <= bytes.size(); ++piece) {
            LineBuffer buffer(5);
            QList<QByteArray> lines;
            for (qsizetype at = 0; at < bytes.size(); at += piece)
                lines += buffer.append(bytes.mid(at, piece));
            QCOMPARE(lines, (QList<QByteArray>{"12345", "ok", "end"}));
            QCOMPARE(buffer.takeSkipped(), 2);
            QCOMPARE(buffer.takeSkipped(), 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestLineBuffer)
#include "tst_linebuffer.moc"
