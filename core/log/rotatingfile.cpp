// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/rotatingfile.h"

namespace aspersor {

RotatingFile::RotatingFile(const QString &path, const Limits &limits) : m_file(path), m_limits(limits) {}

bool RotatingFile::write(const QByteArray &lines)
{
    if (!m_file.isOpen() && !open())
        return false;
    if (m_file.size() > 0 && m_file.size() + lines.size() > m_limits.fileBytes) {
        rotate();
        if (!open())
            return false;
    }
    if (m_file.write(lines) == lines.size() && m_file.flush())
        return true;
    m_file.close(); // a later try starts from what is really there
    return false;
}

bool RotatingFile::open()
{
    return m_file.open(QIODevice::WriteOnly | QIODevice::Append, QFile::ReadOwner | QFile::WriteOwner);
}

void RotatingFile::rotate()
{
    m_file.close();
    const QString path = m_file.fileName();
    const auto numbered = [&](int number) {
        return number == 0 ? path : path + QLatin1Char('.') + QString::number(number);
    };
    QFile::remove(numbered(m_limits.files - 1));
    for (int number = m_limits.files - 2; number >= 0; --number)
        QFile::rename(numbered(number), numbered(number + 1));
}

} // namespace aspersor
