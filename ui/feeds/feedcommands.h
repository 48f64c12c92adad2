// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"

#include <QObject>
#include <QStringList>
#include <functional>

class QAction;
class QMenu;
class QWidget;

namespace aspersor {

class FeedModel;
class FeedTable;

/// What can be done with the selected feeds: the actions, their questions, and the undo of a kick.
///
/// GUI thread. It asks by window-modal dialogs that never block, so feeds go on updating behind them.
class FeedCommands final : public QObject
{
    Q_OBJECT

public:
    using StreamUrls = std::function<QStringList(const QString &feed)>;
    /// Names as in ffserver.conf ("*.mp4") and an English clause each.
    using StreamsLeftOut = std::function<QList<std::pair<QString, QString>>()>;

    FeedCommands(FeedTable &table, const FeedModel &model, QWidget *window);

    void setStreamUrls(StreamUrls streamUrls);             ///< as this machine opens them
    void setStreamsLeftOut(StreamsLeftOut streamsLeftOut); ///< shown greyed out, with the reason
    /// The host that stands in addresses meant for others, in place of loopback; empty: leave them as they
    /// are.
    void setPublicHost(const QString &host) { m_publicHost = host; }
    void forgetKick(); ///< the time for the undo is over

    QAction *kick = nullptr;
    QAction *ban = nullptr;
    QAction *letBackIn = nullptr;
    QAction *undoKick = nullptr;
    QAction *copyAddress = nullptr;
    QAction *openInPlayer = nullptr;
    QMenu *copyMenu = nullptr; ///< one entry for each format
    QMenu *openMenu = nullptr; ///< one entry for each player found

signals:
    void kickRequested(const QString &feed);
    void banRequested(const QString &feed, int seconds);
    void letBackInRequested(const QString &feed);
    void kicked(const QString &sentence); ///< a chance to undo begins
    void said(const QString &sentence);   ///< for the status bar

private:
    void makeActions();
    void updateEnabled();
    void askKick();
    void askBan();
    void doKick(const QStringList &feeds);
    void letIn(const QStringList &feeds);
    void copyFirstAddresses();
    void fillCopyMenu();
    void fillOpenMenu();
    void open(const QString &url, const QString &playerName); ///< empty name: the first player found
    [[nodiscard]] QStringList selected(std::initializer_list<FeedState> states) const;
    [[nodiscard]] QStringList urlsOf(const QString &feed) const;
    [[nodiscard]] QString publicUrl(const QString &url) const;
    void copy(const QString &text);

    FeedTable &m_table;
    const FeedModel &m_model;
    QWidget *m_window;
    StreamUrls m_streamUrls;
    StreamsLeftOut m_streamsLeftOut;
    QString m_publicHost;
    QStringList m_kicked; // what the undo lets back in
    bool m_askBeforeKick = true;
};

/// "MPEG-TS" for ".../cam1.ts", and so on; the file's name where the format is unknown.
[[nodiscard]] QString formatName(const QString &streamUrl);

} // namespace aspersor
