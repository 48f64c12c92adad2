// SPDX-License-Identifier: GPL-3.0-or-later
#include "room.h"

#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QTcpSocket>
#include <QTest>
#include <QUrl>

namespace aspersor::e2e {

namespace {

QStringList roomArguments(const QString &folder, const QStringList &more)
{
    QStringList arguments =
        words(QStringLiteral("--headless --ingest 127.0.0.1:0 --http 127.0.0.1:0 --config-dir"));
    arguments << folder + QStringLiteral("/config");
    if (!more.contains(QStringLiteral("--open")))
        arguments << QStringLiteral("--publish-key") << QString::fromLatin1(Room::key);
    return arguments + more;
}

quint16 portOf(const QList<QJsonObject> &ready, const char *member)
{
    return ready.isEmpty()
               ? quint16(0)
               : static_cast<quint16>(QUrl(ready.first().value(QLatin1String(member)).toString()).port(0));
}

} // namespace

Room::Room(int graceMs, const QStringList &moreArguments)
    : program(ourProgram(QStringLiteral("aspersor")), roomArguments(m_folder.path(), moreArguments),
              environment(m_folder.path()))
{
    QDir(m_folder.path()).mkpath(QStringLiteral("config"));
    QFile settings(m_folder.filePath(QStringLiteral("config/aspersor.ini")));
    if (settings.open(QIODevice::WriteOnly))
        settings.write("[ingest]\ngraceMs=" + QByteArray::number(graceMs) + '\n');
    program.onLine = [this](const QByteArray &line) {
        const QJsonDocument document = QJsonDocument::fromJson(line);
        if (document.isObject())
            m_events += document.object();
        else
            m_nonsense += line;
    };
}

QProcessEnvironment Room::environment(const QString &folder)
{
    QProcessEnvironment result = QProcessEnvironment::systemEnvironment();
    result.insert(QStringLiteral("HOME"), folder);
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"})
        result.insert(QLatin1String(name), folder + QStringLiteral("/xdg"));
    return result;
}

bool Room::start()
{
    return program.start() &&
           QTest::qWaitFor(
               [this] { return !events(QStringLiteral("ready")).isEmpty() || !program.running(); },
               patience) &&
           program.running();
}

bool Room::quit()
{
    command("{\"quit\":true}");
    return program.waitForExit() && program.exited(0);
}

quint16 Room::ingestPort() const
{
    return portOf(events(QStringLiteral("ready")), "ingest");
}

quint16 Room::viewersPort() const
{
    return portOf(events(QStringLiteral("ready")), "viewers");
}

QString Room::publishUrl(const QString &name) const
{
    return QStringLiteral("http://127.0.0.1:%1/%2?key=%3")
        .arg(ingestPort())
        .arg(name, QString::fromLatin1(key));
}

QString Room::watchUrl(const QString &stream) const
{
    return QStringLiteral("http://127.0.0.1:%1/%2").arg(viewersPort()).arg(stream);
}

QList<QJsonObject> Room::events(const QString &kind, const QString &feed, qsizetype from) const
{
    QList<QJsonObject> result;
    for (qsizetype i = from; i < m_events.size(); ++i) {
        const QJsonObject &event = m_events.at(i);
        if (event.value(QStringLiteral("event")).toString() == kind &&
            (feed.isEmpty() || event.value(QStringLiteral("name")).toString() == feed))
            result += event;
    }
    return result;
}

QStringList Room::states(const QString &feed) const
{
    QStringList result;
    for (const QJsonObject &event : events(QStringLiteral("feed"), feed))
        result += event.value(QStringLiteral("state")).toString();
    return result;
}

QString Room::state(const QString &feed) const
{
    const QStringList all = states(feed);
    return all.isEmpty() ? QString() : all.last();
}

qint64 Room::ffserverPid() const
{
    qint64 pid = 0;
    for (const QJsonObject &event : events(QStringLiteral("ffserver"))) {
        if (event.value(QStringLiteral("state")).toString() == QStringLiteral("running"))
            pid = event.value(QStringLiteral("pid")).toInteger();
    }
    return pid;
}

QByteArray Room::story() const
{
    QByteArray text;
    for (const QJsonObject &event : m_events) {
        if (event.value(QStringLiteral("event")).toString() != QStringLiteral("stats"))
            text += QJsonDocument(event).toJson(QJsonDocument::Compact) + '\n';
    }
    return text + program.complaint();
}

bool Room::serves(const QString &stream) const
{
    return statusOf(viewersPort(),
                    "HEAD /" + stream.toUtf8() + " HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n", nullptr,
                    2000) == 200;
}

ProgramPtr ffmpegPublisher(const QString &file, const QString &url)
{
    QStringList arguments = words(QStringLiteral("-nostdin -v warning -re -i"));
    arguments << file << words(QStringLiteral("-c copy -f mpegts")) << url;
    return std::make_unique<Program>(QStringLiteral("ffmpeg"), arguments);
}

ProgramPtr phonePublisher(const QString &options, const QString &file, const QString &url)
{
    return std::make_unique<Program>(ourProgram(QStringLiteral("aspersor-phone")), words(options)
                                                                                       << file << url);
}

int statusOf(quint16 port, const QByteArray &request, QByteArray *answer, int timeoutMs)
{
    QElapsedTimer timer;
    timer.start();
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, port);
    if (!socket.waitForConnected(timeoutMs))
        return 0;
    socket.write(request);
    QByteArray bytes;
    while (!bytes.contains("\r\n\r\n") && timer.elapsed() < timeoutMs) {
        if (socket.bytesAvailable() == 0 &&
            !socket.waitForReadyRead(static_cast<int>(std::max<qint64>(timeoutMs - timer.elapsed(), 1))))
            break;
        bytes += socket.readAll();
    }
    if (answer) { // the sentence after the head, until the server closes or says no more
        while (socket.waitForReadyRead(200))
            bytes += socket.readAll();
        *answer = bytes;
    }
    return bytes.startsWith("HTTP/1.1 ") ? bytes.mid(9, 3).toInt() : 0;
}

} // namespace aspersor::e2e
