// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/ffserverevent.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

namespace aspersor {

namespace {

constexpr int mostStreams = 1000;
constexpr int mostFeeds = 10'000;

QString text(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1String(name)).toString();
}

int count(const QJsonObject &object, const char *name)
{
    return std::max(0, object.value(QLatin1String(name)).toInt());
}

tl::unexpected<Error> bad(const char *what)
{
    return failure(Error::Kind::BadRequest, what);
}

QList<StreamTemplate> streamsOf(const QJsonObject &object)
{
    QList<StreamTemplate> streams;
    for (const auto &value : object.value(QLatin1String("streams")).toArray()) {
        const QJsonObject stream = value.toObject();
        if (streams.size() < mostStreams && !text(stream, "name").isEmpty())
            streams.append({text(stream, "name"), text(stream, "feed"), text(stream, "format")});
    }
    return streams;
}

QList<ConfFinding> findingsOf(const QJsonObject &object)
{
    QList<ConfFinding> findings;
    for (const auto &value : object.value(QLatin1String("findings")).toArray()) {
        const auto finding = parseConfFinding(value.toObject());
        if (finding && findings.size() < mostConfFindings)
            findings += *finding;
    }
    return findings;
}

Result<FfserverEvent> readyEvent(const QJsonObject &object)
{
    const int port = count(object, "port");
    FfserverReady ready{text(object, "http"), static_cast<quint16>(port), text(object, "feedSocket"), {}};
    if (ready.httpUrl.isEmpty() || port < 1 || port > 65535)
        return bad("a ready event without an address");
    ready.streams = streamsOf(object);
    return ready;
}

Result<FfserverEvent> statsEvent(const QJsonObject &object)
{
    FfserverStats stats{count(object, "viewers"), {}};
    for (const auto &value : object.value(QLatin1String("feeds")).toArray()) {
        const QJsonObject feed = value.toObject();
        if (stats.viewersOfFeed.size() < mostFeeds && !text(feed, "name").isEmpty())
            stats.viewersOfFeed.insert(text(feed, "name"), count(feed, "viewers"));
    }
    return stats;
}

Result<FfserverEvent> viewerEvent(const QJsonObject &object)
{
    const QString state = text(object, "state");
    if (state != QLatin1String("joined") && state != QLatin1String("left"))
        return bad("a viewer event without a state");
    return FfserverViewer{object.value(QLatin1String("id")).toInteger(), state == QLatin1String("joined"),
                          text(object, "stream"), text(object, "address"), text(object, "reason")};
}

Result<FfserverEvent> troubleEvent(const QJsonObject &object)
{
    QString reason = text(object, "reason");
    if (reason.isEmpty())
        return bad("an error event without a reason");
    if (const int line = count(object, "line"); line > 0) {
        const QString where = QStringLiteral("%1 line %2")
                                  .arg(QFileInfo(text(object, "file")).fileName(), QString::number(line));
        if (!reason.contains(where))
            reason = where + QStringLiteral(": ") + reason;
    }
    return FfserverTrouble{reason};
}

} // namespace

Result<FfserverEvent> parseFfserverEvent(const QByteArray &line)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(line, &error);
    if (!document.isObject())
        return failure(Error::Kind::BadRequest, "not a JSON object: " + error.errorString().toStdString());
    const QJsonObject object = document.object();
    const QString event = text(object, "event");
    if (event.isEmpty())
        return bad("a JSON object without an event");
    if (event == QLatin1String("ready"))
        return readyEvent(object);
    if (event == QLatin1String("stats"))
        return statsEvent(object);
    if (event == QLatin1String("viewer"))
        return viewerEvent(object);
    if (event == QLatin1String("error"))
        return troubleEvent(object);
    if (event == QLatin1String("feed")) {
        FfserverFeedChange change{text(object, "name"), text(object, "state")};
        if (change.name.isEmpty() || change.state.isEmpty())
            return bad("a feed event without a name or state");
        return change;
    }
    if (event == QLatin1String("reloaded"))
        return FfserverReloaded{streamsOf(object), object.value(QLatin1String("restartNeeded")).toBool(),
                                findingsOf(object)};
    if (event == QLatin1String("refused"))
        return FfserverRefused{findingsOf(object)};
    return FfserverOther{event};
}

std::optional<ConfFinding> parseConfFinding(const QJsonObject &object)
{
    const QString severity = text(object, "severity");
    const bool isError = severity == QLatin1String("error");
    if (text(object, "text").isEmpty() || (!isError && severity != QLatin1String("warning")))
        return std::nullopt;
    return ConfFinding{isError ? ConfFinding::Severity::Error : ConfFinding::Severity::Warning,
                       count(object, "line"),
                       count(object, "column"),
                       count(object, "length"),
                       text(object, "text"),
                       text(object, "suggestion")};
}

FfserverLogLine parseFfserverLogLine(const QByteArray &line)
{
    struct Prefix {
        const char *text;
        LogLevel level;
    };
    constexpr Prefix prefixes[] = {{"[debug] ", LogLevel::Debug},
                                   {"[info] ", LogLevel::Info},
                                   {"[warning] ", LogLevel::Warning},
                                   {"[error] ", LogLevel::Error}};
    for (const auto &[prefix, level] : prefixes) {
        if (line.startsWith(prefix))
            return {level, QString::fromUtf8(line.mid(static_cast<qsizetype>(qstrlen(prefix))))};
    }
    return {LogLevel::Info, QString::fromUtf8(line)};
}

} // namespace aspersor
