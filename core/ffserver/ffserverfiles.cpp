// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/ffserverfiles.h"

#include "core/settings/settingsstore.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

namespace aspersor {

namespace {

tl::unexpected<Error> processFailure(const QString &reason)
{
    return failure(Error::Kind::Process, reason.toStdString());
}

} // namespace

Result<QString> findFfserver(const QString &wanted)
{
    QString program = wanted;
    if (!wanted.isEmpty() && !wanted.contains(QLatin1Char('/'))) { // a bare name, as a shell takes it
        program = QStandardPaths::findExecutable(wanted);
        if (program.isEmpty())
            return processFailure(
                QStringLiteral(
                    "there is no program \"%1\" in PATH; name ffserver in the settings or with --ffserver")
                    .arg(wanted));
    }
    if (wanted.isEmpty()) {
        program = QCoreApplication::applicationDirPath() + QStringLiteral("/ffserver");
        if (!QFileInfo::exists(program))
            program = QStandardPaths::findExecutable(QStringLiteral("ffserver"));
        if (program.isEmpty())
            return processFailure(
                QStringLiteral("no ffserver lies beside this program or in PATH; install it or name "
                               "it in the settings or with --ffserver"));
    }
    const QFileInfo info(program);
    if (!info.exists())
        return processFailure(
            QStringLiteral("%1 does not exist; name ffserver in the settings or with --ffserver")
                .arg(program));
    if (!info.isFile() || !info.isExecutable())
        return processFailure(
            QStringLiteral("%1 is not an executable file; name ffserver in the settings or with --ffserver")
                .arg(program));
    return info.absoluteFilePath();
}

QByteArray defaultConf()
{
    QFile resource(QStringLiteral(":/ffserver.conf"));
    return resource.open(QIODevice::ReadOnly) ? resource.readAll() : QByteArray();
}

Result<void> ensureConf(const QString &file)
{
    if (QFileInfo::exists(file))
        return {};
    if (auto made = makePrivateFolder(QFileInfo(file).absolutePath()); !made)
        return made;
    return writePrivateFile(file, defaultConf());
}

Result<std::unique_ptr<QTemporaryDir>> makeRuntimeFolder()
{
    constexpr qsizetype sunPath = 107; // bytes of a Unix socket's address without the final NUL, see unix(7)
    constexpr qsizetype socketName = 17;
    // Not QStandardPaths::RuntimeLocation: without the variable that makes a folder of its own, and
    // complains.
    for (const QString &parent :
         {qEnvironmentVariable("XDG_RUNTIME_DIR"), QDir::tempPath(), QStringLiteral("/tmp")}) {
        if (!QDir::isAbsolutePath(parent))
            continue;
        auto folder = std::make_unique<QTemporaryDir>(parent + QStringLiteral("/aspersor-XXXXXX"));
        if (folder->isValid() && QFile::encodeName(folder->path()).size() + socketName <= sunPath)
            return folder;
    }
    return failure(
        Error::Kind::Io,
        QStringLiteral("No private folder can be made in XDG_RUNTIME_DIR or %1; check who may write there "
                       "and whether the disk is full.")
            .arg(QDir::tempPath())
            .toStdString());
}

} // namespace aspersor
