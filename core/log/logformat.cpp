// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/logformat.h"

#include <algorithm>

namespace aspersor {

namespace {

constexpr qsizetype longestText = 2000;
constexpr qsizetype longestFeedName = 64;

bool isFeedName(QStringView name)
{
    return !name.isEmpty() && name.size() <= longestFeedName && name.front() != QLatin1Char('.') &&
           std::all_of(name.begin(), name.end(), [](QChar c) {
               return (c >= QLatin1Char('a') && c <= QLatin1Char('z')) ||
                      (c >= QLatin1Char('A') && c <= QLatin1Char('Z')) ||
                      (c >= QLatin1Char('0') && c <= QLatin1Char('9')) || c == QLatin1Char('.') ||
                      c == QLatin1Char('_') || c == QLatin1Char('-');
           });
}

} // namespace

QString shortCategory(QStringView category)
{
    constexpr QLatin1String ours("aspersor.");
    if (category.startsWith(ours))
        return category.mid(ours.size()).toString();
    if (category.isEmpty() || category == QLatin1String("default"))
        return QStringLiteral("app");
    return category.toString();
}

QString oneLine(QStringView text)
{
    QString line = text.trimmed().left(longestText).toString();
    for (QChar &c : line) {
        // Line and paragraph separators and the marks that turn the direction of text can forge lines as
        // well.
        const bool turns = (c.unicode() >= 0x202a && c.unicode() <= 0x202e) ||
                           (c.unicode() >= 0x2066 && c.unicode() <= 0x2069);
        if (c.category() == QChar::Other_Control || c.category() == QChar::Separator_Line ||
            c.category() == QChar::Separator_Paragraph || turns)
            c = c == QLatin1Char('\n') || c == QLatin1Char('\t') ? QLatin1Char(' ')
                                                                 : QChar(QChar::ReplacementCharacter);
    }
    if (text.size() > longestText)
        line += QChar(0x2026); // an ellipsis
    return line;
}

void splitFeedName(LogEntry &entry)
{
    if (!entry.feed.isEmpty())
        return;
    if (entry.category != QLatin1String("feed") && entry.category != QLatin1String("ingest") &&
        entry.category != QLatin1String("preview"))
        return;
    const auto colon = entry.text.indexOf(QLatin1String(": "));
    if (colon < 1 || !isFeedName(QStringView(entry.text).left(colon)))
        return;
    entry.feed = entry.text.left(colon);
    entry.text.remove(0, colon + 2);
}

const char *levelName(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return "DEBUG";
    case LogLevel::Info:
        return "INFO";
    case LogLevel::Warning:
        return "WARNING";
    case LogLevel::Error:
        break;
    }
    return "ERROR";
}

QByteArray logLine(const LogEntry &entry, bool withTime)
{
    QByteArray line;
    if (withTime)
        line += entry.at.toUTC().toString(Qt::ISODateWithMs).toLatin1() + ' ';
    line += levelName(entry.level);
    line += ' ' + entry.category.toUtf8() + ": ";
    if (!entry.feed.isEmpty())
        line += entry.feed.toUtf8() + ": ";
    return line + entry.text.toUtf8() + '\n';
}

} // namespace aspersor
