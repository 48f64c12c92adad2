// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/feeds/feedfilter.h"

#include "ui/feeds/feedmodel.h"

#include <algorithm>

namespace aspersor {

// English, not the C locale: that one knows no order of numbers within text.
FeedFilter::FeedFilter(QObject *parent)
    : QSortFilterProxyModel(parent), m_collator(QLocale(QLocale::English, QLocale::UnitedStates))
{
    m_collator.setNumericMode(true);
    m_collator.setCaseSensitivity(Qt::CaseInsensitive);
    setSortRole(FeedModel::SortRole);
    setDynamicSortFilter(true);
}

void FeedFilter::setText(const QString &text)
{
    const QStringList words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words == m_words) {
        return;
    }
    m_words = words;
    invalidateFilter();
}

bool FeedFilter::filterAcceptsRow(int row, const QModelIndex &parent) const
{
    static constexpr std::array searched{FeedModel::Name, FeedModel::State, FeedModel::Source,
                                         FeedModel::Video, FeedModel::Audio};
    return std::all_of(m_words.cbegin(), m_words.cend(), [&](const QString &word) {
        return std::any_of(searched.cbegin(), searched.cend(), [&](int column) {
            const QModelIndex at = sourceModel()->index(row, column, parent);
            return at.data(FeedModel::SearchRole).toString().contains(word, Qt::CaseInsensitive);
        });
    });
}

bool FeedFilter::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const QVariant a = left.data(FeedModel::SortRole);
    const QVariant b = right.data(FeedModel::SortRole);
    if (a == b) {
        const auto name = [this](const QModelIndex &at) {
            return sourceModel()->index(at.row(), FeedModel::Name).data(FeedModel::SortRole).toString();
        };
        const int order = m_collator.compare(name(left), name(right));
        return sortOrder() == Qt::AscendingOrder ? order < 0 : order > 0;
    }
    if (a.typeId() == QMetaType::QString) {
        const int order = m_collator.compare(a.toString(), b.toString());
        return order != 0 ? order < 0 : a.toString() < b.toString();
    }
    return QVariant::compare(a, b) == QPartialOrdering::Less;
}

} // namespace aspersor
