// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/control/controlroom.h"

#include "core/control/feedboard.h"
#include "core/feed/feedregistry.h"
#include "core/feed/feedslots.h"
#include "core/feed/ffmlink.h"
#include "core/feed/ffserverlink.h"
#include "core/ffserver/confcheck.h"
#include "core/ffserver/ffserverfiles.h"
#include "core/ffserver/ffserverprobe.h"
#include "core/ffserver/ffserverprocess.h"
#include "core/ffserver/originalserver.h"
#include "core/ingest/ingestserver.h"
#include "core/ingest/uploadpath.h"
#include "core/preview/previewplayer.h"
#include "core/settings/listenaddress.h"
#include "core/settings/publishkey.h"
#include "core/settings/settingsstore.h"

#include <QLoggingCategory>
#include <QTimer>
#include <optional>
#include <utility>

namespace aspersor {

namespace {

Q_LOGGING_CATEGORY(lcControl, "aspersor.control")
Q_LOGGING_CATEGORY(lcFfserver, "aspersor.ffserver")

constexpr std::chrono::milliseconds refreshEvery{250};
constexpr std::chrono::milliseconds keepEnded{5000};

FeedOptions feedOptions(const Settings &settings)
{
    FeedOptions options;
    options.silenceTimeout = std::chrono::milliseconds(settings.silenceTimeoutMs);
    options.grace = std::chrono::milliseconds(settings.graceMs);
    options.maxFeeds = static_cast<std::size_t>(std::max(settings.maxFeeds, 1));
    return options;
}

IngestOptions ingestOptions(const Settings &settings)
{
    IngestOptions options;
    options.publishKey = settings.publishKey;
    options.open = settings.open;
    options.maxConnections = std::max(settings.maxConnections, 1);
    return options;
}

FfserverProcess::Options ffserverOptions(const Settings &settings, const QString &runtimeFolder)
{
    FfserverProcess::Options options;
    options.program = settings.ffserverPath;
    options.confFile = confFile(settings);
    options.makeConf = settings.confFile.isEmpty();
    options.http = settings.http;
    options.feedSocket = runtimeFolder + QStringLiteral("/feeds.sock");
    options.places = settings.originalPlaces;
    return options;
}

void logFfserver(LogLevel level, const QString &text)
{
    switch (level) {
    case LogLevel::Debug:
        qCDebug(lcFfserver).noquote() << text;
        break;
    case LogLevel::Info:
        qCInfo(lcFfserver).noquote() << text;
        break;
    case LogLevel::Warning:
        qCWarning(lcFfserver).noquote() << text;
        break;
    case LogLevel::Error:
        qCCritical(lcFfserver).noquote() << text;
        break;
    }
}

} // namespace

/// In the order in which one needs the other; ended in the reverse order.
struct ControlRoom::Parts {
    Settings settings;
    QString keyFile;
    QString problem; ///< why it cannot start, as a sentence; empty: it can
    std::unique_ptr<QTemporaryDir> runtimeFolder;
    std::unique_ptr<FfserverProcess> ffserver;
    FfserverProbe probe; ///< for what the operator thinks of taking
    ConfCheck confCheck; ///< the same of a configuration
    std::shared_ptr<LinkTarget> linkTarget = std::make_shared<LinkTarget>();
    std::shared_ptr<FeedSlots> feedSlots = std::make_shared<FeedSlots>();
    std::unique_ptr<FeedRegistry> registry;
    std::unique_ptr<IngestServer> ingest;
    std::optional<quint16> ingestPort; ///< while it listens
    FeedBoard board{keepEnded};
    FeedStatsList feeds;
    QTimer refreshTimer;
    qint64 linkedPid = 0; ///< the ffserver that the links go to
    WatchIndex shownIndex;

    void takeKey();
    void takeRuntimeFolder();
    void link(bool running);
    [[nodiscard]] FfserverStatus status() const;
    [[nodiscard]] QStringList streamFiles(const QString &name) const;
    [[nodiscard]] WatchIndex watchIndex() const;
};

namespace {

/// A place is taken before a phone is let in, so that it hears at once when there is none.
FeedRegistry::SinkFactory sinkFactory(std::shared_ptr<LinkTarget> target, std::shared_ptr<FeedSlots> places)
{
    return [target = std::move(target),
            places = std::move(places)](const QString &name) -> tl::expected<FeedRegistry::Sinks, Refusal> {
        const std::string feed = name.toStdString();
        auto lease = places->take(feed);
        if (!lease)
            return tl::unexpected(Refusal{503, lease.error().message, 30});
        return FeedRegistry::Sinks{std::make_shared<FfserverLink>(feed, target),
                                   std::make_shared<FfmLink>(feed, target, places, std::move(*lease))};
    };
}

} // namespace

/// Tells the feeds where their ffserver is now.
void ControlRoom::Parts::link(bool running)
{
    const OriginalServer *original = ffserver->original();
    if (running && original) {
        std::vector<FeedSlots::Slot> places;
        for (const OriginalFeed &feed : original->conf().feeds)
            places.push_back({feed.name.toStdString(), feed.path.toStdString(), feed.sound, feed.picture});
        feedSlots->set(places, original->conf().pool);
        linkTarget->setHttp(original->address().toStdString(), original->port());
    } else {
        if (running)
            feedSlots->clear();
        linkTarget->set(running ? ffserver->options().feedSocket.toStdString() : std::string());
    }
    registry->nudge();
}

/// ffserver's, with the feeds by their own names.
FfserverStatus ControlRoom::Parts::status() const
{
    FfserverStatus status = ffserver->status();
    if (status.kind != FfserverKind::Original)
        return status;
    const auto feedOfSlot = feedSlots->feedOfSlot();
    const auto ofPlace = std::exchange(status.viewersOfFeed, {});
    for (auto place = ofPlace.begin(); place != ofPlace.end(); ++place)
        if (const auto feed = feedOfSlot.find(place.key().toStdString()); feed != feedOfSlot.end())
            status.viewersOfFeed.insert(QString::fromStdString(feed->second), place.value());
    return status;
}

/// Of a feed, as ffserver serves them; what every player takes stands first.
QStringList ControlRoom::Parts::streamFiles(const QString &name) const
{
    QStringList files;
    QString inNames = name; // what stands for the feed in the streams' names
    if (feedSlots->isLimited()) {
        const auto place = feedSlots->slotOf(name.toStdString());
        if (!place)
            return files;
        inNames = QString::fromStdString(*place);
    }
    for (const StreamTemplate &stream : ffserver->streams()) {
        QString file;
        if (stream.feed == QLatin1String("*"))
            file = QString(stream.name).replace(QLatin1Char('*'), inNames);
        else if (stream.feed == name)
            file = stream.name;
        if (file.isEmpty())
            continue;
        if (stream.format == QLatin1String("mpegts"))
            files.prepend(file);
        else
            files.append(file);
    }
    return files;
}

/// With an original ffserver, whose places have names of their own.
WatchIndex ControlRoom::Parts::watchIndex() const
{
    WatchIndex index;
    const OriginalServer *original = ffserver->original();
    if (!original || linkedPid == 0)
        return index;
    index.port = original->port();
    for (const FeedStats &feed : feeds) {
        if (QStringList files = streamFiles(feed.name); feed.state == FeedState::Live && !files.isEmpty())
            index.feeds.append({feed.name, std::move(files)});
    }
    return index;
}

void ControlRoom::Parts::takeKey()
{
    if (!settings.publishKey.isEmpty()) { // for this run: the stored one stays as it is
        keyFile = publishKeyFile(runtimeFolder ? runtimeFolder->path() : configDir(settings));
        if (runtimeFolder) {
            if (const auto saved = savePublishKey(runtimeFolder->path(), settings.publishKey); !saved)
                problem = QString::fromStdString(saved.error().message);
        }
        return;
    }
    keyFile = publishKeyFile(configDir(settings));
    const auto key = loadPublishKey(configDir(settings));
    settings.publishKey = key.value_or(makePublishKey()); // never empty: nobody may guess that
    if (!key && !settings.open)
        problem = QString::fromStdString(key.error().message);
    else if (!key)
        qCWarning(lcControl).noquote() << QString::fromStdString(key.error().message);
}

void ControlRoom::Parts::takeRuntimeFolder()
{
    auto folder = makeRuntimeFolder();
    if (folder)
        runtimeFolder = std::move(*folder);
    else
        problem = QString::fromStdString(folder.error().message);
}

ControlRoom::ControlRoom(const Settings &settings, QObject *parent)
    : QObject(parent), m_parts(std::make_unique<Parts>())
{
    qRegisterMetaType<FeedStatsList>("aspersor::FeedStatsList");
    m_parts->settings = settings;
    m_parts->takeRuntimeFolder();
    m_parts->takeKey();
    const QString runtime = m_parts->runtimeFolder ? m_parts->runtimeFolder->path() : QString();

    m_parts->ffserver = std::make_unique<FfserverProcess>(ffserverOptions(settings, runtime));
    connect(m_parts->ffserver.get(), &FfserverProcess::stateChanged, this, &ControlRoom::onFfserverChanged);
    connect(m_parts->ffserver.get(), &FfserverProcess::logLine, this, &logFfserver);

    connect(m_parts->ffserver.get(), &FfserverProcess::reloadAnswered, this, &ControlRoom::ffserverReloaded);

    connect(&m_parts->probe, &FfserverProbe::judged, this, &ControlRoom::ffserverProbed);
    connect(&m_parts->confCheck, &ConfCheck::checked, this, &ControlRoom::confChecked);

    m_parts->registry = std::make_unique<FeedRegistry>(feedOptions(settings),
                                                       sinkFactory(m_parts->linkTarget, m_parts->feedSlots));
    connect(m_parts->registry.get(), &FeedRegistry::feedChanged, this, &ControlRoom::onFeedChanged);
    m_parts->ingest = std::make_unique<IngestServer>(*m_parts->registry, ingestOptions(m_parts->settings));

    m_parts->refreshTimer.setInterval(refreshEvery);
    connect(&m_parts->refreshTimer, &QTimer::timeout, this, [this] {
        refresh();
        if (m_parts->feeds.isEmpty())
            m_parts->refreshTimer.stop();
    });
}

ControlRoom::~ControlRoom()
{
    // All feeds begin to end now; the members then wait for one another, in reverse order.
    m_parts->registry->disconnect(this);
    m_parts->ffserver->disconnect(this);
    m_parts->registry->shutDown();
}

void ControlRoom::start()
{
    if (!m_parts->problem.isEmpty()) {
        emit startFailed(m_parts->problem);
        return;
    }
    m_parts->ffserver->start();
    listen();
}

void ControlRoom::listen()
{
    const ListenAddress &wanted = m_parts->settings.ingest;
    const auto port = m_parts->ingest->listen(wanted.host, wanted.port);
    if (!port) {
        m_parts->ingestPort.reset();
        emit startFailed(QString::fromStdString(port.error().message));
        return;
    }
    m_parts->ingestPort = *port;
    qCInfo(lcControl).noquote() << "phones publish at" << ingestUrl()
                                << (m_parts->settings.open ? "without a key" : "with the publish key");
    emit started();
}

const Settings &ControlRoom::settings() const
{
    return m_parts->settings;
}

QString ControlRoom::keyFile() const
{
    return m_parts->keyFile;
}

QString ControlRoom::ingestUrl() const
{
    const ListenAddress &wanted = m_parts->settings.ingest;
    return localUrl({wanted.host, m_parts->ingestPort.value_or(wanted.port)});
}

QString ControlRoom::viewersUrl() const
{
    const QString running = m_parts->ffserver->status().httpUrl;
    return running.isEmpty() ? localUrl(m_parts->settings.http) : running;
}

FfserverStatus ControlRoom::ffserver() const
{
    return m_parts->status();
}

FeedStatsList ControlRoom::feeds() const
{
    return m_parts->feeds;
}

std::unique_ptr<PreviewPlayer> ControlRoom::previewFeed(const QString &name)
{
    auto player = std::make_unique<PreviewPlayer>();
    const std::shared_ptr<PacketSink> sink = player->sink();
    if (!m_parts->registry->addSink(name, sink, SinkList::Begin::NewestGop))
        return nullptr;
    connect(player.get(), &QObject::destroyed, this,
            [this, name, sink] { m_parts->registry->removeSink(name, sink.get()); });
    return player;
}

std::unique_ptr<PreviewPlayer> ControlRoom::previewStream(const QString &name)
{
    const QStringList urls = streamUrls(name);
    return urls.isEmpty() ? nullptr : std::make_unique<PreviewPlayer>(urls.first());
}

QStringList ControlRoom::streamUrls(const QString &name) const
{
    QStringList urls;
    for (const QString &file : m_parts->streamFiles(name))
        urls.append(viewersUrl() + QLatin1Char('/') + file);
    return urls;
}

QList<std::pair<QString, QString>> ControlRoom::streamsLeftOut() const
{
    QList<std::pair<QString, QString>> result;
    if (const OriginalServer *original = m_parts->ffserver->original())
        for (const auto &[name, reason] : original->conf().leftOut)
            result.append({name, reason});
    return result;
}

bool ControlRoom::kick(const QString &name)
{
    return m_parts->registry->kick(name);
}

bool ControlRoom::ban(const QString &name, int seconds)
{
    if (!isFeedName(name.toStdString()) || seconds < 1)
        return false;
    m_parts->registry->ban(name, std::chrono::seconds(seconds));
    return true;
}

void ControlRoom::letBackIn(const QString &name)
{
    m_parts->registry->letBackIn(name);
}

void ControlRoom::restartFfserver()
{
    m_parts->ffserver->restart();
}

void ControlRoom::probeFfserver(const QString &program)
{
    m_parts->probe.ask(program);
}

void ControlRoom::checkConf(int question, const QByteArray &text)
{
    m_parts->confCheck.check(question, m_parts->settings.ffserverPath, m_parts->settings.http, text);
}

void ControlRoom::reloadFfserver()
{
    m_parts->ffserver->reload();
}

void ControlRoom::applySettings(const Settings &wanted)
{
    const Settings before = std::exchange(m_parts->settings, wanted);
    Settings &now = m_parts->settings;
    now.configDir = before.configDir;
    if (now.publishKey.isEmpty())
        now.publishKey = before.publishKey;
    if (now == before)
        return;

    if (now.publishKey != before.publishKey) {
        m_parts->keyFile = publishKeyFile(configDir(now));
        if (const auto saved = savePublishKey(configDir(now), now.publishKey); !saved)
            qCWarning(lcControl).noquote() << QString::fromStdString(saved.error().message);
    }
    const Settings stored = loadSettings(before.configDir).settings;
    if (const auto saved = saveSettings(withChanges(stored, before, now)); !saved)
        qCWarning(lcControl).noquote() << QString::fromStdString(saved.error().message);

    m_parts->registry->setOptions(feedOptions(now));
    m_parts->ingest->setOptions(ingestOptions(now));
    if (now.ingest != before.ingest || !m_parts->ingestPort)
        listen();
    if (now.http != before.http || now.ffserverPath != before.ffserverPath ||
        now.confFile != before.confFile || now.originalPlaces != before.originalPlaces) {
        m_parts->ffserver->setOptions(ffserverOptions(now, m_parts->runtimeFolder->path()));
        m_parts->ffserver->restart();
    }
}

void ControlRoom::onFeedChanged(const FeedStats &feed)
{
    m_parts->board.onChange(feed, FeedBoard::TimePoint::clock::now());
    FeedStats withViewers = feed;
    withViewers.viewers = m_parts->status().viewersOfFeed.value(feed.name, 0);
    emit feedStateChanged(withViewers);
    if (!m_parts->refreshTimer.isActive()) {
        m_parts->refreshTimer.start();
        refresh();
    }
}

void ControlRoom::onFfserverChanged(FfserverStatus status)
{
    const bool running = status.state == FfserverStatus::State::Running;
    const qint64 pid = running ? status.pid : 0;
    if (std::exchange(m_parts->linkedPid, pid) != pid)
        m_parts->link(running);
    status = m_parts->status();
    showIndex();
    emit ffserverChanged(status);
}

void ControlRoom::refresh()
{
    const FfserverStatus ffserver = m_parts->status();
    m_parts->registry->setViewers(ffserver.state == FfserverStatus::State::Running
                                      ? std::optional(ffserver.viewersOfFeed)
                                      : std::nullopt);
    FeedStatsList feeds = m_parts->board.list(m_parts->registry->snapshot(), ffserver.viewersOfFeed,
                                              FeedBoard::TimePoint::clock::now());
    if (feeds == m_parts->feeds)
        return;
    m_parts->feeds = std::move(feeds);
    showIndex();
    emit feedsUpdated(m_parts->feeds);
}

void ControlRoom::showIndex()
{
    WatchIndex index = m_parts->watchIndex();
    if (index == m_parts->shownIndex)
        return;
    m_parts->shownIndex = std::move(index);
    m_parts->ingest->setWatchIndex(m_parts->shownIndex);
}

} // namespace aspersor
