// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/logentry.h"

#include <QSortFilterProxyModel>
#include <optional>

namespace aspersor {

/// The lines of a LogModel of a level or above, with a text, of one feed. In the model's order.
class LogFilter final : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit LogFilter(QObject *parent = nullptr);

    void setLevel(LogLevel lowest);
    void setText(const QString &text);                ///< each of its words, anywhere in the line
    void setFeed(const std::optional<QString> &feed); ///< nothing: all feeds

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex &parent) const override;

private:
    LogLevel m_lowest = LogLevel::Info;
    QStringList m_words;
    std::optional<QString> m_feed;
};

} // namespace aspersor
