// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"
#include "core/ffserver/confreport.h"
#include "core/ffserver/ffserverkind.h"
#include "core/ffserver/ffserverstatus.h"
#include "core/log/logentry.h"
#include "core/settings/settings.h"

#include <QObject>
#include <memory>

namespace aspersor {

class PreviewPlayer;

/// Everything behind the window: ingest, feeds, the ffserver instance, the log. What a window and the
/// headless mode are both built on.
///
/// Lives in the GUI thread; its parts have their own threads and speak by queued signals. Nothing here
/// blocks.
class ControlRoom final : public QObject
{
    Q_OBJECT

public:
    /// Reads (or makes) the publish key of the settings' folder, unless `settings` has one.
    explicit ControlRoom(const Settings &settings, QObject *parent = nullptr);
    ~ControlRoom() override; ///< ends every feed, thread and process of it

    /// Opens the ingest port and starts ffserver. started() or startFailed() follows.
    void start();

    [[nodiscard]] const Settings &settings() const;
    /// Where the publish key in force can be read: the folder's key file, or, when the key is for this run
    /// only, a private file that goes with the process.
    [[nodiscard]] QString keyFile() const;
    [[nodiscard]] QString ingestUrl() const;  ///< "http://127.0.0.1:8088", with the port really taken
    [[nodiscard]] QString viewersUrl() const; ///< "http://127.0.0.1:8090"
    [[nodiscard]] FfserverStatus ffserver() const;
    [[nodiscard]] FeedStatsList feeds() const; ///< the newest snapshot, sorted by name

    /// Plays a feed's own packets; the caller owns the player, in its own thread. Null when no such feed is
    /// known.
    [[nodiscard]] std::unique_ptr<PreviewPlayer> previewFeed(const QString &name);
    /// Plays what viewers see: the feed's stream as ffserver serves it.
    [[nodiscard]] std::unique_ptr<PreviewPlayer> previewStream(const QString &name);
    /// The addresses under which viewers on this machine open a feed, one per stream of ffserver
    /// ("http://127.0.0.1:8090/cam1.ts"); none before ffserver was ready for the first time.
    [[nodiscard]] QStringList streamUrls(const QString &name) const;
    /// The streams of ffserver.conf that the ffserver in force cannot serve ("*.mp4"), each with the reason,
    /// an English clause.
    [[nodiscard]] QList<std::pair<QString, QString>> streamsLeftOut() const;

public slots:
    bool kick(const QString &name);             ///< false: there is no such feed
    bool ban(const QString &name, int seconds); ///< also a feed that is not there; false: not a feed's name
    void letBackIn(const QString &name);
    void restartFfserver();
    /// Finds out which ffserver a file is, by running it; "": the one that is taken when none is named.
    /// ffserverProbed() follows, unless another question came in between.
    void probeFfserver(const QString &program);
    /// Has ffserver say what it makes of a configuration's text, without taking it up. confChecked() follows,
    /// unless another question came in between.
    void checkConf(int question, const QByteArray &text);
    /// Has ffserver take up its changed configuration; ffserverReloaded() follows.
    void reloadFfserver();
    /// Takes what can be taken at once (key, limits, times); what needs a new listener is re-opened. Keeps
    /// what changed in aspersor.ini.
    void applySettings(const aspersor::Settings &settings);

signals:
    void started();
    void startFailed(const QString &reason); ///< one whole sentence; also when new settings cannot be taken
    void feedStateChanged(const aspersor::FeedStats &feed);
    void feedsUpdated(const aspersor::FeedStatsList &feeds); ///< at most 4 times a second
    void ffserverChanged(const aspersor::FfserverStatus &status);
    void ffserverProbed(const aspersor::FfserverVerdict &verdict);
    void confChecked(const aspersor::ConfReport &report);
    void ffserverReloaded(const aspersor::ConfAnswer &answer);
    void logged(const aspersor::LogEntry &entry); ///< for whoever shows the log: connect Log::logged to it

private:
    void onFeedChanged(const FeedStats &feed);
    void onFfserverChanged(FfserverStatus status);
    void refresh();
    void showIndex();
    void listen();

    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace aspersor
