// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/log/logentry.h"

#include <QList>
#include <QWidget>

class QAction;
class QComboBox;
class QLabel;
class QLineEdit;
class QSettings;
class QTimer;

namespace aspersor {

class LogFilter;
class LogModel;
class LogView;

/// The log with its filters. Lines are gathered and shown ten times a second, however fast they come.
class LogPanel final : public QWidget
{
    Q_OBJECT

public:
    explicit LogPanel(QWidget *parent = nullptr);

    void add(const LogEntry &entry);
    void setCurrentFeed(const QString &feed); ///< what "only the selected feed" means; empty: none
    [[nodiscard]] QList<QAction *> logActions() const { return m_actions; }
    void focusFilter();

    void saveState(QSettings &store) const;
    void restoreState(const QSettings &store);

    /// The lines that the filters let through, as they are saved.
    [[nodiscard]] QString shownLines() const;

private:
    void makeActions();
    void makeBar();
    void flush();
    void applyFeedFilter();
    void tellCount();
    void copySelected();
    void saveAs();

    LogModel *m_model = nullptr;
    LogFilter *m_filter = nullptr;
    LogView *m_view = nullptr;
    QTimer *m_flush = nullptr;
    QList<LogEntry> m_pending; // at most LogModel::defaultCapacity, the newest
    QString m_currentFeed;

    QList<QAction *> m_actions;
    QAction *m_follow = nullptr;
    QAction *m_onlyFeed = nullptr;
    QAction *m_copy = nullptr;
    QAction *m_save = nullptr;
    QAction *m_clear = nullptr;
    QComboBox *m_level = nullptr;
    QLineEdit *m_text = nullptr;
    QLabel *m_count = nullptr;
};

} // namespace aspersor
