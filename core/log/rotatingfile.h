// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>

namespace aspersor {

/// A log file that never grows past a size: "x.log" becomes "x.log.1", that "x.log.2", and so on, the oldest
/// goes.
///
/// Not thread-safe; used by the log's writer thread, because every call may wait for the disk.
class RotatingFile
{
public:
    struct Limits {
        qint64 fileBytes = 2'097'152;
        int files = 5; ///< with the one that is written to
    };

    /// Touches no file yet. The folder must exist by the first write.
    RotatingFile(const QString &path, const Limits &limits);

    /// Appends whole lines; false when the disk refuses (the next call tries again).
    [[nodiscard]] bool write(const QByteArray &lines);
    [[nodiscard]] QString errorString() const { return m_file.errorString(); }

private:
    [[nodiscard]] bool open();
    void rotate();

    QFile m_file;
    Limits m_limits;
};

} // namespace aspersor
