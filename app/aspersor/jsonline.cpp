// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/jsonline.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace aspersor::app {

JsonLine::JsonLine(std::initializer_list<std::pair<const char *, QJsonValue>> members)
{
    for (const auto &[key, value] : members)
        add(key, value);
}

void JsonLine::add(const char *key, const QJsonValue &value)
{
    addKey(key);
    // QJsonDocument takes no lone value: "[value]" without its brackets.
    m_text += QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact).chopped(1).sliced(1);
}

void JsonLine::addArray(const char *key, const QList<QByteArray> &elements)
{
    addKey(key);
    m_text += '[' + elements.join(',') + ']';
}

void JsonLine::addKey(const char *key)
{
    if (m_text.size() > 1)
        m_text += ',';
    m_text += '"';
    m_text += key;
    m_text += "\":";
}

} // namespace aspersor::app
