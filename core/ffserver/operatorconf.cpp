// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/operatorconf.h"

#include "core/serve/configlexer.h"

#include <QHostAddress>
#include <algorithm>

namespace aspersor {

namespace {

using serve::ConfigLine;

QString word(const ConfigLine &line, std::size_t index)
{
    return index < line.words.size() ? QString::fromStdString(line.words[index].text) : QString();
}

QString key(const ConfigLine &line)
{
    return word(line, 0).toLower();
}

bool isOneOf(const QString &text, std::initializer_list<const char *> list)
{
    return std::any_of(list.begin(), list.end(), [&](const char *one) { return text == QLatin1String(one); });
}

/// "door" of "<Feed door>": the name runs to the last ">".
QString sectionName(const ConfigLine &line)
{
    const QString text = QString::fromUtf8(line.text.data(), static_cast<qsizetype>(line.text.size()));
    const qsizetype begin = text.indexOf(word(line, 0)) + word(line, 0).size();
    const qsizetype end = text.lastIndexOf(QLatin1Char('>'));
    return (end < begin ? text.mid(begin) : text.mid(begin, end - begin)).trimmed();
}

/// The original compares addresses byte-swapped, so of the ranges only those match that cover whole octets.
bool coversWholeOctets(quint32 first, quint32 last)
{
    bool open = false;
    for (int shift = 24; shift >= 0; shift -= 8) {
        const quint32 a = first >> shift & 0xff;
        const quint32 b = last >> shift & 0xff;
        if (open ? a != 0 || b != 255 : a != b && (a != 0 || b != 255))
            return false;
        open = a != b;
    }
    return true;
}

/// Why the original would not do what an ACL line says; empty: it does. It starts without a line that it does
/// not understand, which would let everybody in.
QString aclTrouble(const ConfigLine &line)
{
    const QString action = word(line, 1).toLower();
    const QHostAddress first(word(line, 2));
    const QHostAddress last(line.words.size() > 3 ? word(line, 3) : word(line, 2));
    if (!isOneOf(action, {"allow", "deny"}) || first.protocol() != QAbstractSocket::IPv4Protocol ||
        last.protocol() != QAbstractSocket::IPv4Protocol)
        return QStringLiteral("an original ffserver understands IPv4 addresses only in ACL (line %1)")
            .arg(line.number);
    if (!coversWholeOctets(first.toIPv4Address(), last.toIPv4Address()))
        return QStringLiteral("an original ffserver knows only ranges of whole octets such as 10.0.0.0 "
                              "10.255.255.255 in ACL (line %1)")
            .arg(line.number);
    return {};
}

/// Reads the lines of one <Stream>.
class StreamReader
{
public:
    explicit StreamReader(const ConfigLine &opened, bool noDefaults) : m_noDefaults(noDefaults)
    {
        m_stream.name = sectionName(opened);
        m_stream.line = opened.number;
    }

    void take(const ConfigLine &line)
    {
        const QString what = key(line);
        if (what == QLatin1String("feed"))
            m_stream.feed = feedOfFile(word(line, 1));
        else if (what == QLatin1String("format"))
            m_formatWord = word(line, 1);
        else if (what == QLatin1String("noaudio"))
            m_stream.noAudio = true;
        else if (what == QLatin1String("novideo"))
            m_stream.noVideo = true;
        else if (what == QLatin1String("nodefaults") || what == QLatin1String("usedefaults"))
            m_noDefaults = what == QLatin1String("nodefaults");
        else if (what == QLatin1String("videoframerate"))
            m_hasFrameRate = true;
        else if (what == QLatin1String("acl"))
            carryAcl(line);
        else if (isOneOf(what, {"metadata", "author", "comment", "copyright", "title", "preroll", "maxtime"}))
            carry(line);
        else if (what != QLatin1String("startsendonkey") && !m_foreign) // set anyway
            m_foreign = line;
    }

    [[nodiscard]] OperatorConf::Stream stream() const
    {
        OperatorConf::Stream result = m_stream;
        result.format = originalFormat(m_stream.name, m_formatWord);
        if (!result.unusable.isEmpty())
            return result;
        if (result.format.isEmpty())
            result.unusable = QStringLiteral("an original ffserver makes only MPEG-TS, FLV and Matroska of "
                                             "what phones send");
        else if (m_foreign)
            result.unusable =
                QStringLiteral("with an original ffserver every stream is what the phone sends; \"%1\" "
                               "(line %2) would make something else of it")
                    .arg(word(*m_foreign, 0), QString::number(m_foreign->number));
        else if (result.noAudio && result.noVideo)
            result.unusable = QStringLiteral("it has neither picture nor sound");
        return result;
    }

    [[nodiscard]] bool crashesStatusPage() const
    {
        return m_noDefaults && !m_hasFrameRate && !m_stream.noVideo && !m_stream.feed.isEmpty();
    }

private:
    void carry(const ConfigLine &line)
    {
        m_stream.carried += QByteArray(line.text.data(), static_cast<qsizetype>(line.text.size())).trimmed();
    }
    void carryAcl(const ConfigLine &line)
    {
        if (const QString trouble = aclTrouble(line); trouble.isEmpty())
            carry(line);
        else
            m_stream.unusable = trouble; // rather not served than served to everybody
    }

    OperatorConf::Stream m_stream;
    QString m_formatWord;
    std::optional<ConfigLine> m_foreign; // the first line that is about encoding or unknown
    bool m_noDefaults = false;
    bool m_hasFrameRate = false;
};

} // namespace

QString feedOfFile(const QString &file)
{
    return file.endsWith(QLatin1String(".ffm")) ? file.chopped(4) : file;
}

QString originalFormat(const QString &streamName, const QString &formatWord)
{
    const QString extension = streamName.section(QLatin1Char('.'), -1);
    const QString what = formatWord.isEmpty() ? extension : formatWord;
    if (formatWord == QLatin1String("mpegts") ||
        (formatWord.isEmpty() && isOneOf(what, {"ts", "m2t", "m2ts", "mts"})))
        return QStringLiteral("mpegts");
    if (what == QLatin1String("flv"))
        return QStringLiteral("flv");
    if (what == QLatin1String(formatWord.isEmpty() ? "mkv" : "matroska"))
        return QStringLiteral("matroska");
    return {};
}

OperatorConf readOperatorConf(const QByteArray &text)
{
    OperatorConf conf;
    bool noDefaults = false;
    bool inOther = false;
    std::optional<StreamReader> stream;
    const auto endStream = [&] {
        if (!stream)
            return;
        if (auto ended = stream->stream(); !ended.feed.isEmpty()) {
            conf.statusPageIsSafe = conf.statusPageIsSafe && !stream->crashesStatusPage();
            conf.streams += ended;
        }
        stream.reset();
    };
    const std::string_view view(text.constData(), static_cast<std::size_t>(text.size()));
    for (const ConfigLine &line : serve::splitConfig(view)) {
        const QString what = key(line);
        if (what.startsWith(QLatin1Char('<'))) {
            endStream();
            inOther = isOneOf(what, {"<feed", "<redirect"});
            const QString name = sectionName(line);
            if (what == QLatin1String("<stream"))
                stream.emplace(line, noDefaults);
            else if (what == QLatin1String("<feed") && !name.contains(QLatin1Char('*')))
                conf.feeds += {feedOfFile(name), name, line.number};
        } else if (stream) {
            stream->take(line);
        } else if (!inOther) {
            bool ok = false;
            const int number = word(line, 1).toInt(&ok);
            if (what == QLatin1String("maxclients") && ok && number > 0)
                conf.maxClients = number;
            else if (what == QLatin1String("maxbandwidth") && ok && number > 0)
                conf.maxBandwidthKbps = number;
            else if (isOneOf(what, {"nodefaults", "usedefaults"}))
                noDefaults = what == QLatin1String("nodefaults");
        }
    }
    endStream();
    return conf;
}

QList<OperatorConf::Stream> OperatorConf::templates(QList<LeftOut> &leftOut) const
{
    QList<Stream> usable;
    QString tagged; // the stream whose container puts its own codec tags on what all streams share
    for (const Stream &stream : streams) {
        const bool isTemplate = stream.feed == QLatin1String("*") && stream.name.count(QLatin1Char('*')) == 1;
        QString reason = stream.unusable;
        if (!isTemplate)
            reason =
                QStringLiteral("with an original ffserver, it needs a section <Feed %1>").arg(stream.feed);
        else if (reason.isEmpty() && stream.format != QLatin1String("mpegts") && !tagged.isEmpty())
            reason =
                QStringLiteral("an original ffserver serves only one of FLV and Matroska beside MPEG-TS, "
                               "and %1 comes first")
                    .arg(tagged);
        if (!reason.isEmpty()) {
            leftOut += {stream.name, reason};
            continue;
        }
        if (stream.format != QLatin1String("mpegts"))
            tagged = stream.name;
        usable += stream;
    }
    return usable;
}

} // namespace aspersor
