// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/arguments.h"

#include "core/settings/listenaddress.h"
#include "core/settings/publishkey.h"

#include <QCommandLineParser>

namespace aspersor::app {

namespace {

constexpr int mostFeeds = 4096;
constexpr int mostDemoFeeds = 64;
constexpr int mostPlaces = 256;

tl::unexpected<Error> usage(const QString &sentence)
{
    return failure(Error::Kind::BadRequest,
                   (sentence + QStringLiteral(" See aspersor --help.")).toStdString());
}

Result<std::optional<ListenAddress>> address(const QCommandLineParser &parser, const char *name)
{
    const QLatin1String option(name);
    if (!parser.isSet(option))
        return std::nullopt;
    const auto parsed = parseListenAddress(parser.value(option));
    if (!parsed)
        return usage(
            QStringLiteral("--%1 takes an address and a port such as 0.0.0.0:8088, [::]:8088 or 8088, not "
                           "\"%2\".")
                .arg(option, parser.value(option)));
    return parsed;
}

Result<std::optional<int>> number(const QCommandLineParser &parser, const char *name, int highest)
{
    const QLatin1String option(name);
    if (!parser.isSet(option))
        return std::nullopt;
    bool ok = false;
    const int parsed = parser.value(option).toInt(&ok);
    if (!ok || parsed < 1 || parsed > highest)
        return usage(QStringLiteral("--%1 takes a number from 1 to %2, not \"%3\".")
                         .arg(option, QString::number(highest), parser.value(option)));
    return parsed;
}

/// QCommandLineParser knows no optional value.
void spellOutDemo(QStringList &arguments)
{
    for (QString &argument : arguments) {
        if (argument == QLatin1String("--"))
            break;
        if (argument == QLatin1String("--demo"))
            argument += QLatin1String("=1");
    }
}

} // namespace

void Arguments::applyTo(Settings &settings) const
{
    settings.ingest = ingest.value_or(settings.ingest);
    settings.http = http.value_or(settings.http);
    settings.maxFeeds = maxFeeds.value_or(settings.maxFeeds);
    settings.originalPlaces = originalPlaces.value_or(settings.originalPlaces);
    settings.open = open || (settings.open && publishKey.isEmpty());
    const auto take = [](QString &into, const QString &given) {
        if (!given.isEmpty())
            into = given;
    };
    take(settings.ffserverPath, ffserverPath);
    take(settings.confFile, confFile);
    take(settings.configDir, configDir);
    take(settings.publishKey, publishKey);
}

Result<Arguments> parseArguments(QStringList arguments)
{
    spellOutDemo(arguments);
    QCommandLineParser parser;
    parser.setOptionsAfterPositionalArgumentsMode(QCommandLineParser::ParseAsOptions);
    parser.addOption(QCommandLineOption(QStringList{QStringLiteral("h"), QStringLiteral("help")}));
    for (const char *name : {"version", "headless", "open"})
        parser.addOption(QCommandLineOption{QLatin1String(name)});
    for (const char *name : {"demo", "ingest", "http", "max-feeds", "ffserver", "ffserver-slots", "conf",
                             "config-dir", "publish-key"})
        parser.addOption(QCommandLineOption(QLatin1String(name), {}, QStringLiteral("value")));
    if (!parser.parse(arguments))
        return usage(parser.errorText());
    if (const QStringList rest = parser.positionalArguments(); !rest.isEmpty())
        return usage(QStringLiteral("There is no place for \"%1\".").arg(rest.first()));

    Arguments result;
    result.help = parser.isSet(QStringLiteral("help"));
    result.version = parser.isSet(QStringLiteral("version"));
    result.headless = parser.isSet(QStringLiteral("headless"));
    result.open = parser.isSet(QStringLiteral("open"));

    const auto ingest = address(parser, "ingest");
    const auto http = address(parser, "http");
    const auto maxFeeds = number(parser, "max-feeds", mostFeeds);
    const auto demo = number(parser, "demo", mostDemoFeeds);
    const auto places = number(parser, "ffserver-slots", mostPlaces);
    if (!ingest)
        return tl::unexpected(ingest.error());
    if (!http)
        return tl::unexpected(http.error());
    if (!maxFeeds)
        return tl::unexpected(maxFeeds.error());
    if (!demo)
        return tl::unexpected(demo.error());
    if (!places)
        return tl::unexpected(places.error());
    result.ingest = *ingest;
    result.http = *http;
    result.maxFeeds = *maxFeeds;
    result.originalPlaces = *places;
    result.demoFeeds = demo->value_or(0);

    struct Text {
        const char *name;
        QString Arguments::*field;
    };
    constexpr Text texts[] = {{"ffserver", &Arguments::ffserverPath},
                              {"conf", &Arguments::confFile},
                              {"config-dir", &Arguments::configDir},
                              {"publish-key", &Arguments::publishKey}};
    for (const auto &[name, field] : texts) {
        result.*field = parser.value(QLatin1String(name));
        if (parser.isSet(QLatin1String(name)) && (result.*field).isEmpty())
            return usage(QStringLiteral("--%1 takes a value that is not empty.").arg(QLatin1String(name)));
    }
    if (result.open && !result.publishKey.isEmpty())
        return usage(
            QStringLiteral("--open and --publish-key exclude each other: with --open no key is asked for."));
    if (!result.publishKey.isEmpty() && !isUsablePublishKey(result.publishKey))
        return usage(QStringLiteral("--publish-key takes 1 to 128 characters of ASCII without spaces."));
    return result;
}

QString helpText()
{
    const Settings defaults;
    return QStringLiteral(
               "Usage: aspersor [OPTION]...\n"
               "\n"
               "A control room for live phone feeds: phones push video in, viewers open it from the\n"
               "ffserver that this program runs, and the operator sees, hears and kicks feeds.\n"
               "\n"
               "  --headless           run without a window; events are JSON lines on standard output,\n"
               "                       commands JSON lines on standard input, the log is on standard error\n"
               "  --demo[=N]           publish N test pictures (1 to %1; alone: 1) with aspersor-phone\n"
               "  --ingest ADDR:PORT   where phones publish (%2)\n"
               "  --http ADDR:PORT     where viewers connect (%3)\n"
               "  --ffserver PATH      the ffserver to run (the one beside this program, or in PATH)\n"
               "                       or FFmpeg's own of version 2 or 3\n"
               "  --ffserver-slots N   how many feeds at once such a one has places for, unless its\n"
               "                       configuration names the feeds (%5; 1 to %6)\n"
               "  --conf FILE          its configuration (ffserver.conf in the configuration folder,\n"
               "                       written there at the first start)\n"
               "  --config-dir DIR     the configuration folder ($XDG_CONFIG_HOME/aspersor)\n"
               "  --publish-key KEY    the key that phones must show, for this run (made at random at the\n"
               "                       first start and kept in the configuration folder)\n"
               "  --open               let anyone publish, without a key\n"
               "  --max-feeds N        how many feeds there may be at once (%4)\n"
               "  -h, --help           show this text and exit\n"
               "  --version            show the version and exit\n"
               "\n"
               "Port 0 takes a free one. An option holds for this run and overrides the settings; the\n"
               "value in parentheses is the default.\n"
               "\n"
               "Exit codes: 0 asked to stop, 1 could not run, 2 bad usage.\n")
        .arg(QString::number(mostDemoFeeds), toString(defaults.ingest), toString(defaults.http),
             QString::number(defaults.maxFeeds), QString::number(defaults.originalPlaces),
             QString::number(mostPlaces));
}

QString versionText()
{
    return QStringLiteral("aspersor " ASPERSOR_VERSION "\n");
}

} // namespace aspersor::app
