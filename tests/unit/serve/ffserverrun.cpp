// SPDX-License-Identifier: GPL-3.0-or-later
#include "ffserverrun.h"

#include "core/media/linkformat.h"
#include "core/media/muxer.h"

#include <QDir>
#include <QJsonDocument>
#include <QMap>
#include <QTest>
#include <algorithm>
#include <csignal>
#include <sys/prctl.h>
#include <sys/socket.h>

namespace aspersor::test {

namespace {

constexpr int patience = 20'000;

void dieWithTheTest(QProcess &process)
{
    process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
}

} // namespace

FfserverRun::FfserverRun(const QByteArray &extraConfig)
{
    QFile file(QStringLiteral(ASPERSOR_SOURCE_DIR "/resources/ffserver.conf"));
    if (file.open(QIODevice::ReadOnly))
        config = extraConfig + '\n' + file.readAll();
    if (extraConfig.contains("MaxClients"))
        config.replace("\nMaxClients 2000", "");
    config.replace("FOLDER", m_folder.path().toUtf8());
    dieWithTheTest(m_process);
    connect(&m_process, &QProcess::readyReadStandardError, this,
            [this] { m_errors += m_process.readAllStandardError(); });
    connect(&m_process, &QProcess::readyReadStandardOutput, this, [this] {
        m_output += m_process.readAllStandardOutput();
        for (qsizetype end = 0; (end = m_output.indexOf('\n')) >= 0; m_output.remove(0, end + 1))
            m_events.push_back(QJsonDocument::fromJson(m_output.left(end)).object());
    });
}

FfserverRun::~FfserverRun()
{
    m_process.closeWriteChannel();
    if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(5000)) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

bool FfserverRun::start(const QStringList &moreArguments)
{
    const QString path = m_folder.filePath(QStringLiteral("ffserver.conf"));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(config) != config.size())
        return false;
    file.close();
    QStringList arguments{QStringLiteral("-f"),
                          path,
                          QStringLiteral("--control"),
                          QStringLiteral("stdio"),
                          QStringLiteral("--http"),
                          QStringLiteral("127.0.0.1:0"),
                          QStringLiteral("--feed-socket"),
                          socketPath()};
    m_events.clear();
    m_process.start(QStringLiteral(ASPERSOR_BIN_DIR "/ffserver"), arguments + moreArguments);
    const bool told = QTest::qWaitFor(
        [this] { return !events("ready").empty() || m_process.state() == QProcess::NotRunning; }, patience);
    if (!told || events("ready").empty())
        return false;
    m_port = static_cast<quint16>(events("ready").back()[QStringLiteral("port")].toInt());
    return m_port != 0;
}

bool FfserverRun::waitForExit(int timeoutMs)
{
    return QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; }, timeoutMs);
}

QString FfserverRun::url(const QString &name) const
{
    return QStringLiteral("http://127.0.0.1:%1/%2").arg(m_port).arg(name);
}

std::vector<QJsonObject> FfserverRun::events(const char *kind) const
{
    std::vector<QJsonObject> chosen;
    for (const QJsonObject &event : m_events) {
        if (event[QStringLiteral("event")].toString() == QLatin1String(kind))
            chosen.push_back(event);
    }
    return chosen;
}

QString FfserverRun::feedStates(const char *name) const
{
    QStringList states;
    for (const QJsonObject &event : events("feed")) {
        if (event[QStringLiteral("name")].toString() == QLatin1String(name))
            states << event[QStringLiteral("state")].toString();
    }
    return states.join(QLatin1Char(','));
}

QJsonObject FfserverRun::status()
{
    RawViewer viewer(*this, "/status.json");
    if (!QTest::qWaitFor([&] { return !viewer.connected() && !viewer.body().isEmpty(); }, patience))
        return {};
    return QJsonDocument::fromJson(viewer.body()).object();
}

qint64 FfserverRun::fromProc(const char *field) const
{
    QFile file(QStringLiteral("/proc/%1/status").arg(m_process.processId()));
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith(QByteArray(field) + ':'))
            return line.mid(line.indexOf(':') + 1).simplified().split(' ').first().toLongLong();
    }
    return -1;
}

int FfserverRun::descriptors() const
{
    return static_cast<int>(QDir(QStringLiteral("/proc/%1/fd").arg(m_process.processId()))
                                .entryList(QDir::Files | QDir::System)
                                .size());
}

LinkFeeder::LinkFeeder(const FfserverRun &server, const QByteArray &name, const ServeClip &clip, double speed)
    : m_path(server.socketPath()), m_name(name), m_clip(&clip), m_speed(speed)
{
    m_timer.setInterval(5);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &LinkFeeder::sendDue);
    connect(&m_socket, &QLocalSocket::readyRead, this, [this] { m_answers += m_socket.readAll(); });
}

bool LinkFeeder::start()
{
    m_socket.connectToServer(m_path);
    if (!m_socket.waitForConnected(patience))
        return false;
    startBody();
    return true;
}

void LinkFeeder::startBody()
{
    m_socket.write("POST /" + m_name +
                   " HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: " +
                   media::linkContentType + "\r\n\r\n");
    QByteArray head;
    const auto muxer = media::Muxer::open(media::linkFormat, m_clip->description, [&](auto made) {
        head.append(reinterpret_cast<const char *>(made.data()), static_cast<qsizetype>(made.size()));
    });
    sendChunk(head);
    m_next = 0;
    m_clock.start();
    m_timer.start();
    sendDue();
}

void LinkFeeder::sendDue()
{
    const auto due = static_cast<media::Ticks>(static_cast<double>(m_clock.elapsed()) * 90 * m_speed);
    const media::Ticks first = m_clip->packets.front().dts;
    std::vector<std::uint8_t> bytes;
    for (; !finished() && m_clip->packets[m_next].dts - first <= due; ++m_next)
        media::appendLinkPacket(m_clip->packets[m_next], bytes);
    if (!bytes.empty())
        sendChunk({reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size())});
    if (finished())
        m_timer.stop();
}

void LinkFeeder::sendChunk(const QByteArray &bytes)
{
    m_socket.write(QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n");
}

void LinkFeeder::endBody()
{
    m_timer.stop();
    m_socket.write("0\r\n\r\n");
}

RawViewer::RawViewer(const FfserverRun &server, const QByteArray &path, const QByteArray &method)
{
    connect(&m_socket, &QTcpSocket::readyRead, this, [this] {
        if (!m_paused)
            m_got += m_socket.readAll();
    });
    connect(&m_socket, &QTcpSocket::connected, this, [this, path, method] {
        m_socket.write(method + ' ' + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
    });
    m_socket.connectToHost(QStringLiteral("127.0.0.1"), server.port());
    m_socket.waitForConnected(patience);
}

QByteArray RawViewer::body() const
{
    const qsizetype end = m_got.indexOf("\r\n\r\n");
    return end < 0 ? QByteArray() : m_got.mid(end + 4);
}

void RawViewer::pause(bool on)
{
    m_paused = on;
    const int room = on ? 4096 : 1024 * 1024;
    ::setsockopt(static_cast<int>(m_socket.socketDescriptor()), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    m_socket.setReadBufferSize(on ? 4096 : 0);
    if (!on)
        m_got += m_socket.readAll();
}

qsizetype placeOf(const QByteArrayList &seen, const QByteArrayList &whole)
{
    if (seen.isEmpty())
        return -1;
    for (qsizetype at = 0; at + seen.size() <= whole.size(); ++at) {
        if (std::equal(seen.begin(), seen.end(), whole.begin() + at))
            return at;
    }
    return -1;
}

Player::Player(const QString &source, const QStringList &inputOptions)
{
    dieWithTheTest(m_process);
    connect(&m_process, &QProcess::readyReadStandardOutput, this,
            [this] { m_output += m_process.readAllStandardOutput(); });
    connect(&m_process, &QProcess::readyReadStandardError, this,
            [this] { m_errors += m_process.readAllStandardError(); });
    QStringList arguments = QStringLiteral("-nostdin -v warning -threads 1").split(QLatin1Char(' '));
    arguments << inputOptions << QStringLiteral("-i") << source
              << QStringLiteral(
                     "-map 0:v? -map 0:a? -c:v rawvideo -c:a copy -bsf:a aac_adtstoasc -fps_mode passthrough "
                     "-enc_time_base:v -1 -copyts -f framemd5 -")
                     .split(QLatin1Char(' '));
    m_process.start(QStringLiteral("ffmpeg"), arguments);
}

bool Player::waitForEnd(int timeoutMs)
{
    return QTest::qWaitFor([this] { return m_process.state() == QProcess::NotRunning; }, timeoutMs);
}

QByteArrayList Player::hashes(bool video) const
{
    QByteArrayList list;
    for (const QByteArrayList &parts : lines(video))
        list << parts[5].trimmed();
    return list;
}

QList<qint64> Player::times(bool video) const
{
    QList<qint64> list;
    for (const QByteArrayList &parts : lines(video))
        list << parts[2].trimmed().toLongLong();
    return list;
}

QList<QByteArrayList> Player::lines(bool video) const
{
    QMap<QByteArray, bool> isVideo;
    QList<QByteArrayList> list;
    for (const QByteArray &line : m_output.split('\n')) {
        if (line.startsWith("#media_type ")) { // "#media_type 0: video"
            isVideo[line.mid(12, line.indexOf(':') - 12)] = line.endsWith("video");
            continue;
        }
        const QByteArrayList parts = line.split(',');
        if (!line.startsWith('#') && parts.size() >= 6 && isVideo[parts[0].trimmed()] == video)
            list << parts;
    }
    return list;
}

bool Player::timeGrows() const
{
    QMap<QByteArray, qint64> last;
    for (const QByteArray &line : m_output.split('\n')) {
        const QByteArrayList parts = line.split(',');
        if (line.startsWith('#') || parts.size() < 6)
            continue;
        const qint64 pts = parts[2].trimmed().toLongLong();
        const auto found = last.constFind(parts[0]);
        if (found != last.cend() && pts <= *found)
            return false;
        last[parts[0]] = pts;
    }
    return true;
}

} // namespace aspersor::test
