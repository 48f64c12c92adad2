// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPalette>
#include <QSyntaxHighlighter>

namespace aspersor {

/// Tells comments, sections, directives and quoted words of an ffserver.conf apart. Each has a weight or
/// slant of its own, too, so that nothing depends on colour. What is wrong is not its business.
class ConfHighlighter final : public QSyntaxHighlighter
{
    Q_OBJECT

public:
    ConfHighlighter(const QPalette &palette, QTextDocument *document);
    void setPalette(const QPalette &palette); ///< light and dark

protected:
    void highlightBlock(const QString &text) override;

private:
    QTextCharFormat m_comment;
    QTextCharFormat m_section;
    QTextCharFormat m_directive;
    QTextCharFormat m_quoted;
};

} // namespace aspersor
