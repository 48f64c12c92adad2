// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/originalconf.h"

#include "core/serve/configlexer.h"

#include <QSet>
#include <algorithm>

namespace aspersor {

namespace {

constexpr int mostConnections = 65'535;
constexpr int mostBandwidth = 10'000'000;  // kbit/s
constexpr const char *feedFileSize = "8M"; // 30 s of 2 Mbit/s: as far as a slow viewer may fall behind

QByteArray number(int value)
{
    return QByteArray::number(value);
}

/// Its words have quotes but no escapes.
Result<QByteArray> quoted(const QString &path)
{
    const char quote = path.contains(QLatin1Char('"')) ? '\'' : '"';
    if (path.contains(QLatin1Char(quote)) || path.contains(QLatin1Char('\n')) || path.toUtf8().size() > 900)
        return failure(Error::Kind::Process, "an original ffserver cannot use the folder " +
                                                 path.toStdString() +
                                                 ", because its name is too long or has quotes in it; set "
                                                 "XDG_RUNTIME_DIR to another one");
    return quote + path.toUtf8() + quote;
}

/// Loopback for us, and the address itself where that is the only one it listens on.
QByteArray ourAcl(const QString &host)
{
    QByteArray lines = "ACL allow 127.0.0.1\n";
    if (host != QLatin1String("0.0.0.0") && host != QLatin1String("127.0.0.1"))
        lines += "ACL allow " + host.toLatin1() + '\n';
    return lines;
}

QByteArray pageSection(const OriginalConf &conf, const QString &host)
{
    if (conf.hasStatusPage)
        return "<Stream " + conf.page.toLatin1() + ">\nFormat status\n" + ourAcl(host) + "</Stream>\n";
    return "<Redirect " + conf.page.toLatin1() + ">\nURL http://127.0.0.1/\n</Redirect>\n";
}

/// One stream of a place. All of them name the same placeholders, so that each track is there once.
QByteArray streamSection(const OperatorConf::Stream &stream, const QString &slot)
{
    QByteArray text = "<Stream " + QString(stream.name).replace(QLatin1Char('*'), slot).toUtf8() +
                      ">\nFeed " + slot.toUtf8() + ".ffm\nFormat " + stream.format.toLatin1() +
                      "\nNoDefaults\n";
    if (stream.noAudio)
        text += "NoAudio\n";
    else
        text += "AudioCodec aac\nAudioBitRate 128\nAudioChannels 2\nAudioSampleRate 44100\n"
                "AVOptionAudio time_base 1/44100\n"; // or its status page divides by zero
    if (stream.noVideo)
        text += "NoVideo\n";
    else
        text += "VideoCodec mpeg4\nVideoBitRate 1800\nVideoSize 640x360\nVideoFrameRate 25\nStartSendOnKey\n";
    const bool hasPreroll = std::any_of(stream.carried.begin(), stream.carried.end(), [](const auto &line) {
        return line.toLower().startsWith("preroll");
    });
    if (!hasPreroll)
        text += "Preroll 2\n"; // so that there is a keyframe to begin with
    for (const QByteArray &line : stream.carried)
        text += line + '\n';
    return text + "</Stream>\n";
}

Result<OriginalConf> makePool(const OperatorConf &wanted, const OriginalConfOptions &options)
{
    OriginalConf conf;
    conf.page = options.page;
    const auto templates = wanted.templates(conf.leftOut);
    if (templates.isEmpty())
        return failure(Error::Kind::Process,
                       "ffserver.conf describes no stream that an original ffserver can serve; add a section "
                       "<Stream *.ts> with the line \"Feed *\"");
    const auto has = [&](bool OperatorConf::Stream::*without) {
        return std::any_of(templates.begin(), templates.end(),
                           [&](const OperatorConf::Stream &stream) { return !(stream.*without); });
    };
    const bool sound = has(&OperatorConf::Stream::noAudio);
    const bool picture = has(&OperatorConf::Stream::noVideo);

    // Feeds and our own look at the status page are clients as well. The connections must come first.
    const int clients = std::min(wanted.maxClients + options.places + 8, mostConnections - 64);
    conf.text = "HTTPPort " + number(options.port) + "\nHTTPBindAddress " + options.host.toLatin1() +
                "\nMaxHTTPConnections " + number(clients + 64) + "\nMaxClients " + number(clients) +
                "\nMaxBandwidth " +
                number(std::clamp(wanted.maxBandwidthKbps.value_or(mostBandwidth), 10, mostBandwidth)) +
                "\nCustomLog -\n";
    const int digits = options.places > 99 ? 3 : 2;
    for (int i = 1; i <= options.places; ++i) {
        const QString slot = QStringLiteral("slot%1").arg(i, digits, 10, QLatin1Char('0'));
        const auto file = quoted(options.folder + QLatin1Char('/') + slot + QStringLiteral(".ffm"));
        if (!file)
            return tl::unexpected(file.error());
        conf.text += "<Feed " + slot.toUtf8() + ".ffm>\nFile " + *file + "\nFileMaxSize " + feedFileSize +
                     '\n' + ourAcl(options.host) + "</Feed>\n";
        for (const auto &stream : templates)
            conf.text += streamSection(stream, slot);
        conf.feeds += {slot, QLatin1Char('/') + slot + QStringLiteral(".ffm"), sound, picture};
    }
    for (const auto &stream : templates)
        conf.streams += {stream.name, QStringLiteral("*"), stream.format};
    conf.text += pageSection(conf, options.host);
    return conf;
}

/// The operator's own file, line by line, with where it listens and our page. What only our ffserver knows
/// becomes an empty line, so that its complaints name the right lines.
Result<OriginalConf> makeOwn(const QByteArray &text, const OperatorConf &wanted,
                             const OriginalConfOptions &options)
{
    static const QSet<QString> replaced{QStringLiteral("httpport"), QStringLiteral("port"),
                                        QStringLiteral("httpbindaddress"), QStringLiteral("bindaddress")};
    static const QSet<QString> ours{QStringLiteral("feedsocket"),  QStringLiteral("feedgrace"),
                                    QStringLiteral("delaybudget"), QStringLiteral("viewertimeout"),
                                    QStringLiteral("workers"),     QStringLiteral("maxclientsperaddress")};
    OriginalConf conf;
    conf.pool = false;
    conf.page = options.page;
    conf.hasStatusPage = wanted.statusPageIsSafe;

    QList<QByteArray> lines = text.split('\n');
    bool dropping = false;
    const std::string_view view(text.constData(), static_cast<std::size_t>(text.size()));
    for (const serve::ConfigLine &line : serve::splitConfig(view)) {
        const QString key = QString::fromStdString(line.words.front().text).toLower();
        const bool isTag = key.startsWith(QLatin1Char('<'));
        if (isTag && line.text.find('*') != std::string_view::npos)
            dropping = true; // a template
        if (dropping || replaced.contains(key) || ours.contains(key))
            lines[line.number - 1].clear();
        if (dropping && key.startsWith(QLatin1String("</")))
            dropping = false;
    }
    conf.text = lines.join('\n') + "\nHTTPPort " + number(options.port) + "\nHTTPBindAddress " +
                options.host.toLatin1() + '\n' + pageSection(conf, options.host);

    for (const auto &feed : wanted.feeds) {
        OriginalFeed place{feed.name, QLatin1Char('/') + feed.file, false, false};
        for (const auto &stream : wanted.streams) {
            if (stream.feed != feed.name || stream.name.contains(QLatin1Char('*')))
                continue;
            place.sound = place.sound || !stream.noAudio;
            place.picture = place.picture || !stream.noVideo;
            conf.streams += {stream.name, feed.name, stream.format};
        }
        conf.feeds += place;
    }
    for (const auto &stream : wanted.streams)
        if (stream.name.contains(QLatin1Char('*')))
            conf.leftOut +=
                {stream.name, QStringLiteral("the file names its feeds, and an original ffserver knows no "
                                             "templates")};
    return conf;
}

} // namespace

Result<OriginalConf> makeOriginalConf(const QByteArray &operatorText, const OriginalConfOptions &options)
{
    const OperatorConf wanted = readOperatorConf(operatorText);
    return wanted.namesFeeds() ? makeOwn(operatorText, wanted, options) : makePool(wanted, options);
}

} // namespace aspersor
