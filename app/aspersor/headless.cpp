// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/headless.h"

#include "app/aspersor/headlesscommand.h"
#include "app/aspersor/jsonline.h"
#include "core/control/controlroom.h"

#include <QJsonArray>
#include <algorithm>
#include <cmath>
#include <unistd.h>

namespace aspersor::app {

namespace {

QString stateName(FeedState state)
{
    switch (state) {
    case FeedState::Live:
        return QStringLiteral("live");
    case FeedState::Away:
        return QStringLiteral("away");
    case FeedState::Ended:
        return QStringLiteral("ended");
    case FeedState::Kicked:
        break;
    }
    return QStringLiteral("kicked");
}

QByteArray statsOf(const FeedStats &feed, const QStringList &streams)
{
    return JsonLine({{"name", feed.name},
                     {"state", stateName(feed.state)},
                     {"bitrateBps", feed.bitrateBps},
                     {"fps", std::round(feed.fps * 10) / 10},
                     {"video", feed.video},
                     {"audio", feed.audio},
                     {"viewers", feed.viewers},
                     {"errors", feed.errors},
                     {"streams", QJsonArray::fromStringList(streams)}})
        .text();
}

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

} // namespace

Headless::Headless(ControlRoom &room, QObject *parent)
    : QObject(parent), m_room(room), m_output(STDOUT_FILENO), m_input(STDIN_FILENO)
{
    m_statsTimer.setInterval(1000);
    connect(&m_statsTimer, &QTimer::timeout, this, &Headless::sayStats);
    connect(&m_input, &LineInput::line, this, &Headless::onLine);
    connect(&m_input, &LineInput::overlong, this,
            [this] { sayError(QStringLiteral("A command has at most 65536 bytes.")); });
    connect(&m_output, &LineOutput::linesLost, this, [this](qint64 count) {
        sayError(QStringLiteral("%1 lines were lost because nobody read them.").arg(count));
    });
    connect(&room, &ControlRoom::feedStateChanged, this, &Headless::onFeed);
    connect(&room, &ControlRoom::ffserverChanged, this, &Headless::onFfserver);
    connect(&room, &ControlRoom::started, this, [this] {
        m_started = true;
        sayReadyOnce();
    });
}

void Headless::onFeed(const FeedStats &feed)
{
    const auto told = m_told.constFind(feed.name);
    if (told != m_told.cend() && told->state == feed.state && told->source == feed.source)
        return;
    if (feed.state == FeedState::Ended)
        m_told.remove(feed.name);
    else
        m_told.insert(feed.name, feed);
    m_output.write(JsonLine({{"event", QStringLiteral("feed")},
                             {"name", feed.name},
                             {"state", stateName(feed.state)},
                             {"source", feed.source}})
                       .text());
}

void Headless::onFfserver(const FfserverStatus &status)
{
    sayReadyOnce();
    const auto name = [&]() -> QString {
        switch (status.state) {
        case FfserverStatus::State::Running:
            return QStringLiteral("running");
        case FfserverStatus::State::Restarting:
            return QStringLiteral("restarting");
        case FfserverStatus::State::Failed:
            return QStringLiteral("failed");
        default:
            return {};
        }
    }();
    const bool same = status.state == m_toldFfserver.state && status.pid == m_toldFfserver.pid &&
                      status.reason == m_toldFfserver.reason;
    m_toldFfserver = status;
    if (same || name.isEmpty()) // the number of viewers is in the statistics
        return;
    m_output.write(JsonLine({{"event", QStringLiteral("ffserver")},
                             {"state", name},
                             {"pid", status.pid},
                             {"reason", status.reason}})
                       .text());
}

void Headless::sayReadyOnce()
{
    if (m_ready || !m_started || m_room.ffserver().state != FfserverStatus::State::Running)
        return;
    m_ready = true;
    m_output.write(JsonLine({{"event", QStringLiteral("ready")},
                             {"ingest", m_room.ingestUrl()},
                             {"viewers", m_room.viewersUrl()},
                             {"keyFile", m_room.keyFile()}})
                       .text());
    m_statsTimer.start();
}

void Headless::sayStats()
{
    QList<QByteArray> feeds;
    for (const FeedStats &feed : m_room.feeds())
        feeds.append(statsOf(feed, m_room.streamUrls(feed.name)));
    JsonLine line{{"event", QStringLiteral("stats")}};
    line.addArray("feeds", feeds);
    line.add("viewers", m_room.ffserver().viewers);
    m_output.write(line.text());
}

void Headless::sayError(const QString &reason)
{
    m_output.write(JsonLine({{"event", QStringLiteral("error")}, {"reason", reason}}).text());
}

void Headless::onLine(const QByteArray &line)
{
    const auto command = parseHeadlessCommand(line);
    if (!command) {
        sayError(QString::fromStdString(command.error().message));
        return;
    }
    const auto unknown = [this](const QString &feed) {
        sayError(QStringLiteral("There is no feed \"%1\".").arg(feed.left(100)));
    };
    std::visit(
        Overloaded{
            [&](const KickCommand &kick) {
                if (!m_room.kick(kick.feed))
                    unknown(kick.feed);
            },
            [&](const BanCommand &ban) {
                if (!m_room.ban(ban.feed, ban.seconds))
                    sayError(QStringLiteral("\"%1\" cannot be the name of a feed.").arg(ban.feed.left(100)));
            },
            [&](const LetBackInCommand &back) { m_room.letBackIn(back.feed); },
            [&](const QuitCommand &) { emit quitRequested(); },
        },
        *command);
}

} // namespace aspersor::app
