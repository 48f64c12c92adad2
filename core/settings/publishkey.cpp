// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/settings/publishkey.h"

#include "core/settings/settingsstore.h"

#include <QFile>
#include <QRandomGenerator>
#include <algorithm>

namespace aspersor {

QString makePublishKey()
{
    constexpr char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    constexpr int bits = 128;
    QRandomGenerator *random = QRandomGenerator::system();
    QString key;
    quint64 pool = 0;
    int inPool = 0;
    for (int done = 0; done < bits; done += 5) {
        if (inPool < 5) {
            pool |= quint64{random->generate()} << inPool;
            inPool += 32;
        }
        key += QLatin1Char(digits[pool & 31U]);
        pool >>= 5;
        inPool -= 5;
    }
    return key;
}

bool isUsablePublishKey(const QString &key)
{
    return !key.isEmpty() && key.size() <= 128 && std::all_of(key.begin(), key.end(), [](QChar c) {
        return c > QLatin1Char(' ') && c.unicode() < 0x7f;
    });
}

QString publishKeyFile(const QString &folder)
{
    return folder + QStringLiteral("/publish-key");
}

Result<QString> loadPublishKey(const QString &folder)
{
    QFile file(publishKeyFile(folder));
    if (!file.exists()) {
        QString key = makePublishKey();
        if (auto saved = savePublishKey(folder, key); !saved)
            return tl::unexpected(saved.error());
        return key;
    }
    constexpr auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    if (file.permissions() & others)
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    if (!file.open(QIODevice::ReadOnly))
        return failure(Error::Kind::Io, QStringLiteral("The publish key in %1 cannot be read: %2.")
                                            .arg(file.fileName(), file.errorString())
                                            .toStdString());
    QString key = QString::fromLatin1(file.read(1024)).trimmed();
    if (!isUsablePublishKey(key))
        return failure(
            Error::Kind::Io,
            QStringLiteral("The file %1 holds no usable publish key (1 to 128 characters without spaces); "
                           "remove it to have a new one made.")
                .arg(file.fileName())
                .toStdString());
    return key;
}

Result<void> savePublishKey(const QString &folder, const QString &key)
{
    if (auto made = makePrivateFolder(folder); !made)
        return made;
    return writePrivateFile(publishKeyFile(folder), key.toLatin1() + '\n');
}

} // namespace aspersor
