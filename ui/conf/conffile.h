// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QCoreApplication>
#include <QString>

namespace aspersor {

/// The operator's ffserver.conf on the disk. How it is written (UTF-8 or, as old files are, Latin-1; the line
/// ends; a byte-order mark) stays as it is.
///
/// What goes wrong is told as a sentence for the operator; an empty one: it went well.
class ConfFile
{
    Q_DECLARE_TR_FUNCTIONS(ConfFile)

public:
    static constexpr qint64 mostBytes = 1'048'576; ///< nobody edits more by hand

    explicit ConfFile(QString path) : m_path(std::move(path)) {}

    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] QString backupPath() const { return m_path + QStringLiteral(".bak"); }

    [[nodiscard]] QString load();                          ///< when it fails, all stays as it was
    [[nodiscard]] bool exists() const { return m_exists; } ///< at the last load() or save()
    [[nodiscard]] const QString &text() const { return m_text; }

    /// Keeps the file as it is under backupPath(), then replaces it in one step.
    [[nodiscard]] QString save(const QString &text);

    /// Another program has written, made or removed the file since load() or save().
    [[nodiscard]] bool changedOnDisk() const;

    [[nodiscard]] QByteArray bytesOf(const QString &text) const; ///< as save() writes it
    /// Where the byte `bytes` of a line, from 0, is in its text.
    [[nodiscard]] int indexOf(const QString &line, int bytes) const;

private:
    void take(const QByteArray &bytes);

    QString m_path;
    QByteArray m_bytes; // as last read or written
    QString m_text;
    bool m_exists = false;
    bool m_isLatin1 = false;
    bool m_hasMark = false;
    bool m_hasCrLf = false;
};

} // namespace aspersor
