// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonValue>
#include <initializer_list>
#include <utility>

namespace aspersor::app {

/// A JSON object as text that keeps the order of its members: QJsonObject sorts them, and people read these
/// lines.
class JsonLine
{
public:
    JsonLine() = default;
    JsonLine(std::initializer_list<std::pair<const char *, QJsonValue>> members);

    void add(const char *key, const QJsonValue &value);
    /// For arrays of objects: each element is text of this class.
    void addArray(const char *key, const QList<QByteArray> &elements);
    [[nodiscard]] QByteArray text() const { return m_text + '}'; } ///< without a line end

private:
    void addKey(const char *key);

    QByteArray m_text = "{";
};

} // namespace aspersor::app
