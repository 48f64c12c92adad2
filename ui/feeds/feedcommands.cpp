// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/feeds/feedcommands.h"

#include "ui/addresses.h"
#include "ui/dialogs/bandialog.h"
#include "ui/feeds/feedmodel.h"
#include "ui/feeds/feedtable.h"
#include "ui/look/icons.h"
#include "ui/players.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QUrl>
#include <algorithm>

namespace aspersor {

namespace {

bool isLoopback(const QString &host)
{
    return host == QLatin1String("127.0.0.1") || host == QLatin1String("localhost") ||
           host == QLatin1String("::1") || host == QLatin1String("0.0.0.0");
}

} // namespace

QString formatName(const QString &streamUrl)
{
    const QString file = QUrl(streamUrl).fileName();
    const QString suffix = file.section(QLatin1Char('.'), -1).toLower();
    if (suffix == QLatin1String("ts")) {
        return QStringLiteral("MPEG-TS");
    }
    if (suffix == QLatin1String("flv")) {
        return QStringLiteral("FLV");
    }
    if (suffix == QLatin1String("mkv")) {
        return QStringLiteral("Matroska");
    }
    if (suffix == QLatin1String("mp4")) {
        return QStringLiteral("MP4");
    }
    if (suffix == QLatin1String("m3u8")) {
        return QStringLiteral("HLS");
    }
    if (suffix == QLatin1String("aac")) {
        return FeedCommands::tr("AAC (sound only)");
    }
    return file;
}

FeedCommands::FeedCommands(FeedTable &table, const FeedModel &model, QWidget *window)
    : QObject(window), m_table(table), m_model(model), m_window(window)
{
    makeActions();
    connect(&table, &FeedTable::selectionChangedByName, this, &FeedCommands::updateEnabled);
    connect(&model, &QAbstractItemModel::dataChanged, this, [this](const QModelIndex &from) {
        from.column() <= FeedModel::State ? updateEnabled() : void();
    });
    connect(&model, &QAbstractItemModel::rowsRemoved, this, &FeedCommands::updateEnabled);
    updateEnabled();
}

void FeedCommands::makeActions()
{
    const auto make = [this](const char *icon, const QString &text, const QString &shortText,
                             const QString &tip, const QKeySequence &keys, void (FeedCommands::*slot)()) {
        auto *action = new QAction(themedIcon(QLatin1String(icon)), text, this);
        action->setIconText(shortText);
        action->setToolTip(keys.isEmpty()
                               ? tip
                               : QStringLiteral("%1 (%2)").arg(tip, keys.toString(QKeySequence::NativeText)));
        action->setShortcut(keys);
        if (slot) {
            connect(action, &QAction::triggered, this, slot);
        }
        return action;
    };
    kick = make("kick", tr("&Kick…"), tr("Kick"), tr("Throw the selected feed's phone off"),
                QKeySequence(Qt::Key_Delete), &FeedCommands::askKick);
    ban = make("ban", tr("Kick and &ban…"), tr("Ban"), tr("Throw the phone off and keep it away for a time"),
               QKeySequence(Qt::SHIFT | Qt::Key_Delete), &FeedCommands::askBan);
    letBackIn =
        make("letin", tr("&Let back in"), tr("Let back in"), tr("Let a phone that was kicked publish again"),
             QKeySequence(Qt::CTRL | Qt::Key_L), nullptr);
    undoKick = make("undo", tr("&Undo the kick"), tr("Undo"),
                    tr("Let the phone that was kicked last back in"), QKeySequence::Undo, nullptr);
    copyAddress = make("copy", tr("&Copy stream address"), tr("Copy address"),
                       tr("Copy the address under which viewers see the feed"), QKeySequence::Copy,
                       &FeedCommands::copyFirstAddresses);
    openInPlayer = make("play", tr("&Open in player"), tr("Open in player"),
                        tr("Watch the feed in a media player, as viewers see it"),
                        QKeySequence(Qt::CTRL | Qt::Key_O), nullptr);
    connect(letBackIn, &QAction::triggered, this, [this] { letIn(selected({FeedState::Kicked})); });
    connect(undoKick, &QAction::triggered, this, [this] {
        const QStringList feeds = m_kicked;
        forgetKick();
        letIn(feeds);
    });
    connect(openInPlayer, &QAction::triggered, this, [this] {
        const QStringList urls = urlsOf(m_table.currentFeed());
        open(urls.value(0), QString());
    });
    // In the log Ctrl+C copies lines, and Del must not throw a phone off from there.
    for (QAction *action : {kick, ban, copyAddress}) {
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        m_table.addAction(action);
    }
    undoKick->setEnabled(false);

    copyMenu = new QMenu(tr("Copy address &as"), m_window);
    copyMenu->setToolTipsVisible(true);
    copyMenu->setIcon(themedIcon(QStringLiteral("copy")));
    connect(copyMenu, &QMenu::aboutToShow, this, &FeedCommands::fillCopyMenu);
    openMenu = new QMenu(tr("Open &with"), m_window);
    openMenu->setIcon(themedIcon(QStringLiteral("screen")));
    connect(openMenu, &QMenu::aboutToShow, this, &FeedCommands::fillOpenMenu);
}

void FeedCommands::setStreamUrls(StreamUrls streamUrls)
{
    m_streamUrls = std::move(streamUrls);
}

void FeedCommands::setStreamsLeftOut(StreamsLeftOut streamsLeftOut)
{
    m_streamsLeftOut = std::move(streamsLeftOut);
}

QStringList FeedCommands::selected(std::initializer_list<FeedState> states) const
{
    QStringList feeds = m_table.selectedFeeds();
    feeds.removeIf([&](const QString &name) {
        const int row = m_model.rowOf(name);
        return row < 0 || std::find(states.begin(), states.end(), m_model.feed(row).state) == states.end();
    });
    return feeds;
}

void FeedCommands::updateEnabled()
{
    const bool any = !m_table.selectedFeeds().isEmpty();
    kick->setEnabled(!selected({FeedState::Live, FeedState::Away}).isEmpty());
    ban->setEnabled(any);
    letBackIn->setEnabled(!selected({FeedState::Kicked}).isEmpty());
    copyAddress->setEnabled(any);
    openInPlayer->setEnabled(any);
    copyMenu->menuAction()->setEnabled(any);
    openMenu->menuAction()->setEnabled(any);
}

void FeedCommands::askKick()
{
    const QStringList feeds = selected({FeedState::Live, FeedState::Away});
    if (feeds.isEmpty()) {
        return;
    }
    if (!m_askBeforeKick) {
        doKick(feeds);
        return;
    }
    int viewers = 0;
    for (const QString &name : feeds) {
        viewers += m_model.feed(m_model.rowOf(name)).viewers;
    }
    auto *box = new QMessageBox(m_window);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setIconPixmap(kick->icon().pixmap(QSize(36, 36), m_window->devicePixelRatioF()));
    box->setWindowTitle(tr("Kick"));
    box->setText(QStringLiteral("<b>%1</b>")
                     .arg(feeds.size() == 1
                              ? tr("Throw %1 off?").arg(feeds.first().toHtmlEscaped())
                              : tr("Throw %n feed(s) off?", nullptr, static_cast<int>(feeds.size()))));
    QString consequence = tr("The phone is disconnected and cannot publish again until you let it back in.");
    if (viewers > 0) {
        consequence += QLatin1Char(' ') + tr("%n viewer(s) will lose the picture.", nullptr, viewers);
    }
    box->setInformativeText(consequence);
    auto *dontAsk = new QCheckBox(tr("&Don't ask again in this session"));
    box->setCheckBox(dontAsk);
    QPushButton *yes = box->addButton(tr("&Kick"), QMessageBox::AcceptRole);
    box->addButton(QMessageBox::Cancel);
    box->setDefaultButton(yes);
    connect(box, &QMessageBox::buttonClicked, this, [this, feeds, yes, dontAsk](QAbstractButton *clicked) {
        if (clicked == yes) {
            m_askBeforeKick = !dontAsk->isChecked();
            doKick(feeds);
        }
    });
    box->open();
}

void FeedCommands::doKick(const QStringList &feeds)
{
    for (const QString &feed : feeds) {
        emit kickRequested(feed);
    }
    m_kicked = feeds;
    undoKick->setEnabled(true);
    emit kicked(feeds.size() == 1 ? tr("%1 was kicked.").arg(feeds.first())
                                  : tr("%n feed(s) were kicked.", nullptr, static_cast<int>(feeds.size())));
}

void FeedCommands::askBan()
{
    const QStringList feeds = m_table.selectedFeeds();
    if (feeds.isEmpty()) {
        return;
    }
    auto *dialog = new BanDialog(feeds, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, feeds] {
        const int seconds = dialog->seconds();
        for (const QString &feed : feeds) {
            emit banRequested(feed, seconds);
        }
        m_kicked = feeds;
        undoKick->setEnabled(true);
        emit kicked(feeds.size() == 1
                        ? tr("%1 was kicked and banned.").arg(feeds.first())
                        : tr("%n feed(s) were kicked and banned.", nullptr, static_cast<int>(feeds.size())));
    });
    dialog->open();
}

void FeedCommands::letIn(const QStringList &feeds)
{
    for (const QString &feed : feeds) {
        emit letBackInRequested(feed);
    }
    if (!feeds.isEmpty()) {
        emit said(feeds.size() == 1
                      ? tr("%1 may publish again.").arg(feeds.first())
                      : tr("%n feed(s) may publish again.", nullptr, static_cast<int>(feeds.size())));
    }
}

void FeedCommands::forgetKick()
{
    m_kicked.clear();
    undoKick->setEnabled(false);
}

QStringList FeedCommands::urlsOf(const QString &feed) const
{
    return m_streamUrls && !feed.isEmpty() ? m_streamUrls(feed) : QStringList();
}

QString FeedCommands::publicUrl(const QString &url) const
{
    return !m_publicHost.isEmpty() && isLoopback(QUrl(url).host()) ? addresses::withHost(url, m_publicHost)
                                                                   : url;
}

void FeedCommands::copy(const QString &text)
{
    if (text.isEmpty()) {
        emit said(tr("There is no address yet: ffserver is not running."));
        return;
    }
    QGuiApplication::clipboard()->setText(text);
    emit said(tr("Copied: %1").arg(text.section(QLatin1Char('\n'), 0, 0)));
}

void FeedCommands::copyFirstAddresses()
{
    QStringList found;
    const QStringList feeds = m_table.selectedFeeds();
    for (const QString &feed : feeds) {
        if (const QStringList urls = urlsOf(feed); !urls.isEmpty()) {
            found << publicUrl(urls.first());
        }
    }
    copy(found.join(QLatin1Char('\n')));
}

void FeedCommands::fillCopyMenu()
{
    copyMenu->clear();
    const QStringList urls = urlsOf(m_table.currentFeed());
    for (const QString &url : urls) {
        QAction *action = copyMenu->addAction(QLatin1Char('&') + formatName(url));
        action->setToolTip(publicUrl(url));
        connect(action, &QAction::triggered, this, [this, url] { copy(publicUrl(url)); });
    }
    if (urls.isEmpty()) {
        copyMenu->addAction(tr("ffserver offers no stream of this feed"))->setEnabled(false);
    }
    const auto leftOut = m_streamsLeftOut ? m_streamsLeftOut() : QList<std::pair<QString, QString>>();
    for (const auto &[name, reason] : leftOut) {
        //: %1 is a format such as MP4
        QAction *action = copyMenu->addAction(tr("%1 (not with this ffserver)").arg(formatName(name)));
        action->setEnabled(false);
        //: %1 is a stream's name such as *.mp4, %2 an English clause
        action->setToolTip(tr("%1 is not served: %2.").arg(name, reason));
    }
}

void FeedCommands::fillOpenMenu()
{
    openMenu->clear();
    const QString url = urlsOf(m_table.currentFeed()).value(0);
    const auto players = installedPlayers();
    for (const Player &player : players) {
        connect(openMenu->addAction(QLatin1Char('&') + player.name), &QAction::triggered, this,
                [this, url, name = player.name] { open(url, name); });
    }
    connect(openMenu->addAction(tr("The &desktop's choice")), &QAction::triggered, this,
            [this, url] { open(url, QStringLiteral("desktop")); });
}

void FeedCommands::open(const QString &url, const QString &playerName)
{
    if (url.isEmpty()) {
        emit said(tr("There is no address yet: ffserver is not running."));
        return;
    }
    const auto players = installedPlayers();
    const auto wanted = std::find_if(players.cbegin(), players.cend(), [&](const Player &player) {
        return playerName.isEmpty() || player.name == playerName;
    });
    const bool started = wanted != players.cend() ? play(*wanted, url) : QDesktopServices::openUrl(QUrl(url));
    emit said(
        started ? tr("Opening %1").arg(url)
                : tr("No player could be started. Install mpv, VLC or ffplay, or copy the address instead."));
}

} // namespace aspersor
