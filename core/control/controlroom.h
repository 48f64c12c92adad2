// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"
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
/// Lives in the GUI thread; its parts have their own threads and speak by queued signals. Nothing here blocks.
class ControlRoom final : public QObject
{
    Q_OBJECT

public:
    explicit ControlRoom(const Settings &settings, QObject *parent = nullptr);
    ~ControlRoom() override; ///< ends every feed, thread and process of it

    /// Opens the ingest port and starts ffserver. started() or startFailed() follows.
    void start();

    [[nodiscard]] const Settings &settings() const;
    [[nodiscard]] QString keyFile() const;      ///< where the publish key is kept
    [[nodiscard]] QString ingestUrl() const;    ///< "http://127.0.0.1:8088", with the port really taken
    [[nodiscard]] QString viewersUrl() const;   ///< "http://127.0.0.1:8090"
    [[nodiscard]] FfserverStatus ffserver() const;
    [[nodiscard]] FeedStatsList feeds() const;  ///< the newest snapshot, sorted by name

    /// Plays a feed's own packets; the caller owns the player, in its own thread. Null when no such feed is known.
    [[nodiscard]] std::unique_ptr<PreviewPlayer> previewFeed(const QString &name);
    /// Plays what viewers see: the feed's stream as ffserver serves it.
    [[nodiscard]] std::unique_ptr<PreviewPlayer> previewStream(const QString &name);
    /// The addresses under which viewers open a feed, one per stream of ffserver ("http://HOST:8090/cam1.ts").
    [[nodiscard]] QStringList streamUrls(const QString &name) const;

public slots:
    void kick(const QString &name);
    void ban(const QString &name, int seconds);
    void letBackIn(const QString &name);
    void restartFfserver();
    /// Takes what can be taken at once (key, limits, times); what needs a new listener is re-opened.
    void applySettings(const aspersor::Settings &settings);

signals:
    void started();
    void startFailed(const QString &reason);
    void feedStateChanged(const aspersor::FeedStats &feed);
    void feedsUpdated(const aspersor::FeedStatsList &feeds); ///< at most 4 times a second
    void ffserverChanged(const aspersor::FfserverStatus &status);
    void logged(const aspersor::LogEntry &entry);

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace aspersor
