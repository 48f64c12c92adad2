// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/log/logpanel.h"

#include "ui/log/logfilter.h"
#include "ui/log/logmodel.h"
#include "ui/log/logview.h"
#include "ui/look/colors.h"
#include "ui/look/icons.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QDateTime>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QSaveFile>
#include <QSettings>
#include <QTimer>
#include <QToolButton>

namespace aspersor {

LogPanel::LogPanel(QWidget *parent)
    : QWidget(parent), m_model(new LogModel(LogModel::defaultCapacity, this)), m_filter(new LogFilter(this)),
      m_flush(new QTimer(this))
{
    m_filter->setSourceModel(m_model);
    m_view = new LogView(*m_filter);
    m_view->setContextMenuPolicy(Qt::ActionsContextMenu);
    makeActions();

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    makeBar();
    column->addWidget(m_view, 1);

    m_flush->setSingleShot(true);
    m_flush->setInterval(100);
    connect(m_flush, &QTimer::timeout, this, &LogPanel::flush);
    connect(m_view, &LogView::followingChanged, m_follow, &QAction::setChecked);
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, &LogPanel::tellCount);
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, &LogPanel::tellCount);
    tellCount();
}

void LogPanel::makeActions()
{
    const auto make = [this](const char *icon, const QString &text, const QString &tip) {
        auto *action = new QAction(themedIcon(QLatin1String(icon)), text, this);
        action->setToolTip(tip);
        m_actions << action;
        return action;
    };
    m_follow =
        make("follow", tr("&Follow new lines"), tr("Keep the newest line in sight; scrolling up pauses"));
    m_follow->setCheckable(true);
    m_follow->setChecked(true);
    connect(m_follow, &QAction::toggled, m_view, &LogView::setFollowing);

    m_onlyFeed =
        make("filter-feed", tr("&Only the selected feed"), tr("Show only lines about the selected feed"));
    m_onlyFeed->setCheckable(true);
    connect(m_onlyFeed, &QAction::toggled, this, &LogPanel::applyFeedFilter);

    m_copy = make("copy", tr("&Copy log lines"), tr("Copy the selected lines"));
    m_copy->setShortcut(QKeySequence::Copy);
    m_copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(m_copy, &QAction::triggered, this, &LogPanel::copySelected);

    m_save = make("save", tr("&Save the log…"), tr("Save the lines shown to a file"));
    connect(m_save, &QAction::triggered, this, &LogPanel::saveAs);

    m_clear = make("clear", tr("C&lear the log"), tr("Empty this list; the log file keeps every line"));
    connect(m_clear, &QAction::triggered, m_model, &LogModel::clear);

    m_view->addActions(m_actions);
}

void LogPanel::makeBar()
{
    auto *bar = new QHBoxLayout;
    bar->setContentsMargins(8, 4, 8, 4);
    bar->setSpacing(6);

    auto *title = new QLabel(tr("Log"));
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    bar->addWidget(title);

    m_count = new QLabel;
    m_count->setForegroundRole(QPalette::PlaceholderText);
    bar->addWidget(m_count);
    bar->addStretch();

    m_level = new QComboBox;
    m_level->setAccessibleName(tr("Lowest level shown"));
    m_level->setToolTip(tr("Show lines of this level and above"));
    for (const auto level : {LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error}) {
        m_level->addItem(LogModel::levelName(level), static_cast<int>(level));
    }
    connect(m_level, &QComboBox::currentIndexChanged, this,
            [this] { m_filter->setLevel(static_cast<LogLevel>(m_level->currentData().toInt())); });
    m_level->setCurrentIndex(m_level->findData(static_cast<int>(LogLevel::Info)));
    bar->addWidget(m_level);

    m_text = new QLineEdit;
    m_text->setPlaceholderText(tr("Filter the log"));
    m_text->setAccessibleName(tr("Filter the log"));
    m_text->setToolTip(tr("Show lines with these words"));
    m_text->setClearButtonEnabled(true);
    m_text->setMaximumWidth(260);
    m_text->setMinimumWidth(160);
    m_text->addAction(themedIcon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    connect(m_text, &QLineEdit::textChanged, m_filter, &LogFilter::setText);
    bar->addWidget(m_text);

    for (QAction *action : std::as_const(m_actions)) {
        auto *button = new QToolButton;
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
        button->setAccessibleName(action->toolTip());
        bar->addWidget(button);
    }
    static_cast<QVBoxLayout *>(layout())->addLayout(bar);
}

void LogPanel::add(const LogEntry &entry)
{
    if (m_pending.size() >= LogModel::defaultCapacity) {
        m_pending.removeFirst();
    }
    m_pending << entry;
    if (!m_flush->isActive()) {
        m_flush->start();
    }
}

void LogPanel::flush()
{
    m_model->append(m_pending);
    m_pending.clear();
}

void LogPanel::setCurrentFeed(const QString &feed)
{
    m_currentFeed = feed;
    applyFeedFilter();
}

void LogPanel::applyFeedFilter()
{
    m_filter->setFeed(m_onlyFeed->isChecked() ? std::optional(m_currentFeed) : std::nullopt);
    if (m_view->isFollowing()) {
        m_view->scrollToBottom();
    }
}

void LogPanel::tellCount()
{
    const int shown = m_filter->rowCount();
    const int all = m_model->rowCount();
    //: beside the heading "Log"; %1 of %n lines pass the filters
    m_count->setText(shown == all ? tr("%n line(s)", nullptr, all)
                                  : tr("%1 of %n line(s)", nullptr, all).arg(QLocale().toString(shown)));
}

void LogPanel::focusFilter()
{
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
}

void LogPanel::copySelected()
{
    if (const QString lines = m_view->selectedLines(); !lines.isEmpty()) {
        QGuiApplication::clipboard()->setText(lines);
    }
}

QString LogPanel::shownLines() const
{
    QString lines;
    for (int row = 0; row < m_filter->rowCount(); ++row) {
        lines += m_filter->index(row, LogModel::Text).data(LogModel::LineRole).toString() + QLatin1Char('\n');
    }
    return lines;
}

void LogPanel::saveAs()
{
    const QString proposal =
        QStringLiteral("aspersor-%1.log")
            .arg(QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd-HHmm")));
    auto *dialog =
        new QFileDialog(this, tr("Save the log"), QString(), tr("Log files (*.log *.txt);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("log"));
    dialog->selectFile(proposal);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) {
        QSaveFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(shownLines().toUtf8()) < 0 || !file.commit()) {
            QMessageBox::warning(this, tr("Save the log"),
                                 tr("The log could not be saved as %1: %2. Choose another folder.")
                                     .arg(path, file.errorString()));
        }
    });
    dialog->open();
}

void LogPanel::saveState(QSettings &store) const
{
    store.setValue(QStringLiteral("log/level"), m_level->currentData());
    store.setValue(QStringLiteral("log/filter"), m_text->text());
    store.setValue(QStringLiteral("log/onlySelectedFeed"), m_onlyFeed->isChecked());
}

void LogPanel::restoreState(const QSettings &store)
{
    if (const int at =
            m_level->findData(store.value(QStringLiteral("log/level"), int(LogLevel::Info)).toInt());
        at >= 0) {
        m_level->setCurrentIndex(at);
    }
    m_text->setText(store.value(QStringLiteral("log/filter")).toString());
    m_onlyFeed->setChecked(store.value(QStringLiteral("log/onlySelectedFeed"), false).toBool());
}

} // namespace aspersor
