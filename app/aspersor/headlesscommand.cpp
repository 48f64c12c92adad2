// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/headlesscommand.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace aspersor::app {

namespace {

constexpr int longestBan = 10 * 365 * 24 * 3600; // seconds

tl::unexpected<Error> bad(const QString &sentence)
{
    return failure(Error::Kind::BadRequest, sentence.toStdString());
}

} // namespace

Result<HeadlessCommand> parseHeadlessCommand(const QByteArray &line)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(line, &error);
    if (!document.isObject())
        return bad(QStringLiteral("A command is one JSON object on a line (%1).").arg(error.errorString()));
    const QJsonObject object = document.object();
    const auto name = [&](const char *key) { return object.value(QLatin1String(key)).toString(); };
    const auto is = [&](const char *key, qsizetype members) {
        return object.contains(QLatin1String(key)) && object.size() == members;
    };

    if (is("kick", 1) && !name("kick").isEmpty())
        return KickCommand{name("kick")};
    if (is("letBackIn", 1) && !name("letBackIn").isEmpty())
        return LetBackInCommand{name("letBackIn")};
    if (is("quit", 1) && object.value(QLatin1String("quit")).toBool())
        return QuitCommand{};
    if (is("ban", 2) && object.contains(QLatin1String("seconds")) && !name("ban").isEmpty()) {
        const int seconds = object.value(QLatin1String("seconds")).toInt();
        if (seconds < 1 || seconds > longestBan)
            return bad(QStringLiteral("\"seconds\" is a whole number from 1 to %1.").arg(longestBan));
        return BanCommand{name("ban"), seconds};
    }
    return bad(QStringLiteral("A command is {\"kick\":\"NAME\"}, {\"ban\":\"NAME\",\"seconds\":600}, "
                              "{\"letBackIn\":\"NAME\"} or {\"quit\":true}."));
}

} // namespace aspersor::app
