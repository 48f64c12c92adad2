// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/ffserverfiles.h"

#include <QFile>
#include <QFileInfo>
#include <QTest>
#include <sys/stat.h>

using namespace aspersor;

namespace {

int modeOf(const QString &path)
{
    struct stat info = {};
    return ::stat(QFile::encodeName(path).constData(), &info) == 0 ? static_cast<int>(info.st_mode & 07777U)
                                                                   : -1;
}

void touch(const QString &path, QFile::Permissions permissions)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\n");
    QVERIFY(file.setPermissions(permissions));
}

constexpr auto executable = QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner;

} // namespace

class TestFfserverFiles : public QObject
{
    Q_OBJECT

private slots:
    void theProgramThatIsNamedIsTaken()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("my ffserver"));
        touch(path, executable);
        QCOMPARE(findFfserver(path).value_or(QString()), path);
    }

    void aProgramInPathIsFoundByItsName()
    {
        QTemporaryDir folder;
        touch(folder.filePath(QStringLiteral("ffserver-3.3")), executable);
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", QFile::encodeName(folder.path()));
        const auto found = findFfserver(QStringLiteral("ffserver-3.3"));
        const auto missing = findFfserver(QStringLiteral("ffserver-9"));
        qputenv("PATH", path);
        QCOMPARE(found.value_or(QString()), folder.filePath(QStringLiteral("ffserver-3.3")));
        QVERIFY(QString::fromStdString(missing.error().message).contains(QStringLiteral("--ffserver")));
    }

    void aUselessProgramIsSaidToBeSo()
    {
        QTemporaryDir folder;
        const QString text = folder.filePath(QStringLiteral("text"));
        touch(text, QFile::ReadOwner | QFile::WriteOwner);
        QVERIFY(QString::fromStdString(findFfserver(text).error().message)
                    .contains(QStringLiteral("not an executable")));
        QVERIFY(QString::fromStdString(findFfserver(folder.path()).error().message)
                    .contains(QStringLiteral("not an executable")));
        const QString missing = folder.filePath(QStringLiteral("missing"));
        QVERIFY(QString::fromStdString(findFfserver(missing).error().message).contains(missing));
    }

    void theDefaultConfigurationIsWrittenOnce()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("new/ffserver.conf"));
        QVERIFY(ensureConf(file));
        QFile conf(file);
        QVERIFY(conf.open(QIODevice::ReadOnly));
        const QByteArray content = conf.readAll();
        conf.close();
        QCOMPARE(content, defaultConf());
        QVERIFY(content.contains("<Stream *.ts>"));
        QCOMPARE(modeOf(folder.filePath(QStringLiteral("new"))), 0700);

        QVERIFY(conf.open(QIODevice::WriteOnly));
        conf.write("mine");
        conf.close();
        QVERIFY(ensureConf(file));
        QVERIFY(conf.open(QIODevice::ReadOnly));
        QCOMPARE(conf.readAll(), QByteArray("mine"));
    }

    void theRuntimeFolderIsPrivateAndShortAndGoesAway()
    {
        QTemporaryDir parent;
        const QByteArray old = qgetenv("XDG_RUNTIME_DIR");
        QString path;
        {
            const QString runtime = parent.filePath(QStringLiteral("run"));
            QVERIFY(QDir().mkdir(runtime));
            QVERIFY(QFile::setPermissions(runtime, executable));
            qputenv("XDG_RUNTIME_DIR", QFile::encodeName(runtime));
            const auto folder = makeRuntimeFolder();
            QVERIFY(folder.has_value());
            path = (*folder)->path();
            QVERIFY(path.startsWith(runtime));
            QCOMPARE(modeOf(path), 0700);
        }
        QVERIFY(!QFileInfo::exists(path));

        const QString longName = parent.filePath(QString(120, QLatin1Char('x')));
        QVERIFY(QDir().mkdir(longName));
        QVERIFY(QFile::setPermissions(longName, executable));
        qputenv("XDG_RUNTIME_DIR", QFile::encodeName(longName));
        const auto folder = makeRuntimeFolder();
        QVERIFY(folder.has_value());
        QVERIFY((*folder)->path().size() + 17 <= 107);
        qputenv("XDG_RUNTIME_DIR", old);
    }
};

QTEST_GUILESS_MAIN(TestFfserverFiles)
#include "tst_ffserverfiles.moc"
