// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

namespace aspersor {

class FeedFilter;

/// The table of feeds: a QTableView whose columns fit themselves to its width until the operator sizes one.
class FeedTable final : public QTableView
{
    Q_OBJECT

public:
    explicit FeedTable(FeedFilter &filter, QWidget *parent = nullptr);

    /// The names of the selected feeds, in the order of the rows shown.
    [[nodiscard]] QStringList selectedFeeds() const;
    /// The selected feed that the keyboard is on, else the first selected one; empty when none is selected.
    [[nodiscard]] QString currentFeed() const;
    void selectOnly(int row); ///< a row as it is shown
    void selectFeed(const QString &name);

    [[nodiscard]] QByteArray saveColumns() const;
    /// False when `state` is not from a table with these columns; then nothing changes.
    bool restoreColumns(const QByteArray &state);

    /// A checkable action for each column that shows or hides it. The first column stays.
    [[nodiscard]] QList<QAction *> columnActions() const { return m_columnActions; }
    void fitColumns(); ///< back to columns that fit themselves

signals:
    void currentFeedChanged(const QString &name);
    void selectionChangedByName();
    void menuRequested(const QPoint &globalPosition);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void selectionChanged(const QItemSelection &selected, const QItemSelection &deselected) override;
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    void makeColumnActions();
    void showHeaderMenu(const QPoint &position);
    void measure();
    void layOutColumns();
    void tellCurrentFeed();

    FeedFilter &m_filter;
    QString m_toldFeed;
    QList<QAction *> m_columnActions;
    QList<int> m_ideal; // pixels, per column
    QList<int> m_least;
    bool m_fit = true; // columns follow the table's width
    bool m_fitting = false;
};

} // namespace aspersor
