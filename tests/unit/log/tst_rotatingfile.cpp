// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/rotatingfile.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace aspersor;

class TestRotatingFile : public QObject
{
    Q_OBJECT

private slots:
    void filesAreBoundedInSizeAndNumber()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("x.log"));
        RotatingFile file(path, {100, 3});
        for (int i = 0; i < 100; ++i)
            QVERIFY(file.write("line " + QByteArray::number(i).rightJustified(4, '0') + '\n')); // 10 bytes
        const QStringList names = QDir(folder.path()).entryList(QDir::Files, QDir::Name);
        QCOMPARE(names, (QStringList{QStringLiteral("x.log"), QStringLiteral("x.log.1"),
                                     QStringLiteral("x.log.2")}));
        for (const QString &name : names)
            QCOMPARE(QFileInfo(folder.filePath(name)).size(), 100);
        QVERIFY(contentOf(path).endsWith("line 0099\n"));
        QVERIFY(contentOf(path + QStringLiteral(".1")).endsWith("line 0089\n"));
        QVERIFY(contentOf(path + QStringLiteral(".2")).startsWith("line 0070\n"));
    }

    void anOldFileIsGoneOnWith()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("x.log"));
        QVERIFY(RotatingFile(path, {100, 3}).write("first\n"));
        QVERIFY(RotatingFile(path, {100, 3}).write("second\n"));
        QCOMPARE(contentOf(path), QByteArray("first\nsecond\n"));
        QCOMPARE(QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther), QFile::Permissions());
    }

    void aBatchLargerThanAFileIsWrittenWhole()
    {
        QTemporaryDir folder;
        RotatingFile file(folder.filePath(QStringLiteral("x.log")), {10, 2});
        QVERIFY(file.write("a\n"));
        QVERIFY(file.write(QByteArray(50, 'x') + '\n'));
        QVERIFY(file.write("b\n"));
        QCOMPARE(contentOf(folder.filePath(QStringLiteral("x.log"))), QByteArray("b\n"));
    }

    void refusalIsToldAndTriedAgain()
    {
        QTemporaryDir folder;
        const QString sub = folder.filePath(QStringLiteral("sub"));
        RotatingFile file(sub + QStringLiteral("/x.log"), {100, 2});
        QVERIFY(!file.write("lost\n"));
        QVERIFY(!file.errorString().isEmpty());
        QVERIFY(QDir().mkpath(sub));
        QVERIFY(file.write("kept\n"));
        QCOMPARE(contentOf(sub + QStringLiteral("/x.log")), QByteArray("kept\n"));
    }

    void aFullDiskIsARefusal()
    {
        if (!QFile::exists(QStringLiteral("/dev/full")))
            QSKIP("this system has no /dev/full");
        RotatingFile file(QStringLiteral("/dev/full"), {100, 2});
        QVERIFY(!file.write("lost\n"));
    }

private:
    static QByteArray contentOf(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot be read");
    }
};

QTEST_GUILESS_MAIN(TestRotatingFile)
#include "tst_rotatingfile.moc"
