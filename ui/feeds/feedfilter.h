// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCollator>
#include <QSortFilterProxyModel>
#include <QStringList>

namespace aspersor {

/// Sorts and filters a FeedModel.
///
/// Text sorts as people count ("cam2" before "cam10"); equal values stay in the order of the names. The
/// filter wants each of its words in some column that says what a feed is: name, state, source, video, audio.
/// The running numbers are left out, or rows would come and go while one looks at them.
class FeedFilter final : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    explicit FeedFilter(QObject *parent = nullptr);

    void setText(const QString &text);
    [[nodiscard]] bool isFiltering() const { return !m_words.isEmpty(); }

protected:
    [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    [[nodiscard]] bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    QStringList m_words;
    QCollator m_collator;
};

} // namespace aspersor
