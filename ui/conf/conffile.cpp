// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/conf/conffile.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStringDecoder>
#include <algorithm>
#include <optional>

namespace aspersor {

namespace {

const QByteArray byteOrderMark("\xef\xbb\xbf");

/// Nothing when it cannot be read; one byte too many when it is too large.
std::optional<QByteArray> contentOf(QFile &file)
{
    if (!file.open(QIODevice::ReadOnly)) {
        return std::nullopt;
    }
    QByteArray bytes = file.read(ConfFile::mostBytes + 1);
    return file.error() == QFileDevice::NoError ? std::optional(std::move(bytes)) : std::nullopt;
}

/// An empty answer: it is done.
QString replace(const QString &path, const QByteArray &bytes, QFileDevice::Permissions permissions)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || (permissions && !file.setPermissions(permissions)) ||
        file.write(bytes) != bytes.size() || !file.commit()) {
        return file.errorString();
    }
    return {};
}

} // namespace

QString ConfFile::load()
{
    const QFileInfo info(m_path);
    if (!info.exists()) {
        take({});
        m_exists = false;
        return {};
    }
    if (!info.isFile()) { // of a pipe, say, reading might never end
        return tr("%1 is not a file; name another configuration in the settings.").arg(m_path);
    }
    QFile file(m_path);
    const auto bytes = contentOf(file);
    if (!bytes) {
        //: %1 is a path, %2 the system's words
        return tr("%1 cannot be read (%2); check who may read it, or name another configuration in the "
                  "settings.")
            .arg(m_path, file.errorString());
    }
    if (bytes->size() > mostBytes) {
        return tr("%1 has more than 1 MiB, which is too much for this editor; use another, or name another "
                  "configuration in the settings.")
            .arg(m_path);
    }
    if (bytes->contains('\0')) {
        return tr("%1 is not a text file; name another configuration in the settings.").arg(m_path);
    }
    take(*bytes);
    m_exists = true;
    return {};
}

void ConfFile::take(const QByteArray &bytes)
{
    m_bytes = bytes;
    m_hasMark = bytes.startsWith(byteOrderMark);
    const QByteArray plain = bytes.mid(m_hasMark ? byteOrderMark.size() : 0);
    QStringDecoder utf8(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    m_text = utf8.decode(plain);
    m_isLatin1 = utf8.hasError();
    if (m_isLatin1) {
        m_text = QString::fromLatin1(plain);
    }
    const auto crLf = m_text.count(QStringLiteral("\r\n"));
    m_hasCrLf = crLf > 0 && crLf * 2 > m_text.count(QLatin1Char('\n'));
    m_text.replace(QStringLiteral("\r\n"), QStringLiteral("\n"));
}

QByteArray ConfFile::bytesOf(const QString &text) const
{
    QString lines = text;
    if (m_hasCrLf) {
        lines.replace(QLatin1Char('\n'), QStringLiteral("\r\n"));
    }
    const bool fitsLatin1 = std::all_of(lines.cbegin(), lines.cend(), [](QChar c) { return c.row() == 0; });
    const QByteArray bytes = m_isLatin1 && fitsLatin1 ? lines.toLatin1() : lines.toUtf8();
    return m_hasMark ? byteOrderMark + bytes : bytes;
}

int ConfFile::indexOf(const QString &line, int bytes) const
{
    if (m_isLatin1) {
        return std::clamp(bytes, 0, static_cast<int>(line.size()));
    }
    int index = 0;
    while (bytes > 0 && index < line.size()) {
        const bool isPair = line.at(index).isHighSurrogate() && index + 1 < line.size();
        const char16_t unit = line.at(index).unicode();
        bytes -= isPair ? 4 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
        index += isPair ? 2 : 1;
    }
    return index;
}

QString ConfFile::save(const QString &text)
{
    QFileDevice::Permissions permissions;
    QFile before(m_path);
    if (before.exists()) {
        permissions = before.permissions();
        const auto kept = contentOf(before);
        const QString trouble = kept ? replace(backupPath(), *kept, permissions) : before.errorString();
        if (!trouble.isEmpty()) {
            //: %1 is a path, %2 the system's words
            return tr("Nothing was changed, because the file as it was cannot be kept as %1 (%2); check who "
                      "may "
                      "write to its folder and whether the disk is full.")
                .arg(backupPath(), trouble);
        }
    }
    const QByteArray bytes = bytesOf(text);
    if (const QString trouble = replace(m_path, bytes, permissions); !trouble.isEmpty()) {
        //: %1 is a path, %2 the system's words
        return tr("%1 cannot be written (%2); check who may write to it and whether the disk is full. The "
                  "file "
                  "is as it was.")
            .arg(m_path, trouble);
    }
    take(bytes);
    m_exists = true;
    return {};
}

bool ConfFile::changedOnDisk() const
{
    QFile file(m_path);
    if (!QFileInfo(m_path).isFile()) {
        return m_exists;
    }
    const auto bytes = contentOf(file);
    return !m_exists || !bytes || *bytes != m_bytes;
}

} // namespace aspersor
