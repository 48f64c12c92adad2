// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/conf/confhighlighter.h"

#include "ui/look/colors.h"

#include <QRegularExpression>

namespace aspersor {

ConfHighlighter::ConfHighlighter(const QPalette &palette, QTextDocument *document)
    : QSyntaxHighlighter(document)
{
    m_comment.setFontItalic(true);
    m_section.setFontWeight(QFont::Bold);
    setPalette(palette);
}

void ConfHighlighter::setPalette(const QPalette &palette)
{
    const Colors colors = Colors::of(palette);
    m_comment.setForeground(colors.muted);
    m_section.setForeground(colors.section);
    m_directive.setForeground(colors.directive);
    m_quoted.setForeground(colors.quoted);
    rehighlight();
}

void ConfHighlighter::highlightBlock(const QString &text)
{
    static const QRegularExpression word(QStringLiteral(R"((["'])(?:.*?)(?:\1|$)|\S+)"));
    auto words = word.globalMatch(text);
    for (bool isFirst = true; words.hasNext(); isFirst = false) {
        const auto match = words.next();
        const int at = static_cast<int>(match.capturedStart());
        const int rest = static_cast<int>(text.size()) - at;
        const QChar begin = text.at(at);
        if (isFirst && begin == QLatin1Char('#')) {
            setFormat(at, rest, m_comment);
            return;
        }
        if (isFirst && begin == QLatin1Char('<')) {
            setFormat(at, rest, m_section);
            return;
        }
        if (isFirst) {
            setFormat(at, static_cast<int>(match.capturedLength()), m_directive);
        } else if (!match.captured(1).isEmpty()) {
            setFormat(at, static_cast<int>(match.capturedLength()), m_quoted);
        }
    }
}

} // namespace aspersor
