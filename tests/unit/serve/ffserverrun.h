// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "serveclip.h"

#include <QElapsedTimer>
#include <QJsonObject>
#include <QLocalSocket>
#include <QProcess>
#include <QStringList>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTimer>
#include <memory>
#include <vector>

namespace aspersor::test {

/// The real ffserver with a control room's end of its pipes, on a free port, in a folder of its own.
class FfserverRun final : public QObject
{
    Q_OBJECT

public:
    /// FOLDER in `extraConfig` stands for folder().
    explicit FfserverRun(const QByteArray &extraConfig = {});
    ~FfserverRun() override;

    /// True once it is ready. False: it ended, or said nothing in time.
    [[nodiscard]] bool start(const QStringList &moreArguments = {});
    [[nodiscard]] bool waitForExit(int timeoutMs = 20'000);
    void send(const QByteArray &line) { m_process.write(line + '\n'); }

    [[nodiscard]] QProcess &process() { return m_process; }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString url(const QString &name) const;
    [[nodiscard]] QString socketPath() const { return m_folder.filePath(QStringLiteral("feeds.sock")); }
    [[nodiscard]] QString folder() const { return m_folder.path(); }
    [[nodiscard]] QByteArray errors() const { return m_errors; }
    /// All events of a kind so far.
    [[nodiscard]] std::vector<QJsonObject> events(const char *kind) const;
    /// The states of a feed in the order they were told, joined by commas.
    [[nodiscard]] QString feedStates(const char *name) const;
    [[nodiscard]] QJsonObject status();
    /// A field of /proc/PID/status, such as "Threads" or "VmRSS" (kB).
    [[nodiscard]] qint64 fromProc(const char *field) const;
    [[nodiscard]] int descriptors() const;

    QByteArray config; ///< written by start()

private:
    QTemporaryDir m_folder;
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
    std::vector<QJsonObject> m_events;
    quint16 m_port = 0;
};

/// A control room's feed link: sends a clip at its pace.
class LinkFeeder final : public QObject
{
    Q_OBJECT

public:
    LinkFeeder(const FfserverRun &server, const QByteArray &name, const ServeClip &clip, double speed = 1);

    [[nodiscard]] bool start(); ///< connects and begins
    void endBody();             ///< the regular end of an upload; another may follow with startBody()
    void startBody();
    void abort()
    {
        m_socket.abort();
        m_timer.stop();
    }
    void use(const ServeClip &clip) { m_clip = &clip; } ///< from the next startBody() on
    [[nodiscard]] bool finished() const { return m_next >= m_clip->packets.size(); }
    [[nodiscard]] QLocalSocket &socket() { return m_socket; }
    [[nodiscard]] const QByteArray &answers() const { return m_answers; }

private:
    void sendDue();
    void sendChunk(const QByteArray &bytes);

    QString m_path;
    QByteArray m_name;
    const ServeClip *m_clip;
    double m_speed;
    QLocalSocket m_socket;
    QTimer m_timer;
    QElapsedTimer m_clock;
    std::size_t m_next = 0;
    QByteArray m_answers;
};

/// A viewer that keeps what it gets. Speaks HTTP/1.0, so that a body is nothing but the stream.
class RawViewer final : public QObject
{
    Q_OBJECT

public:
    RawViewer(const FfserverRun &server, const QByteArray &path, const QByteArray &method = "GET");

    [[nodiscard]] bool connected() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    [[nodiscard]] QByteArray head() const
    {
        return m_got.left(qMax<qsizetype>(m_got.indexOf("\r\n\r\n"), 0));
    }
    [[nodiscard]] QByteArray body() const;
    [[nodiscard]] int status() const { return head().mid(9, 3).toInt(); }
    [[nodiscard]] QTcpSocket &socket() { return m_socket; }
    void pause(bool on); ///< stops reading; the kernel's buffers are kept small

private:
    QTcpSocket m_socket;
    QByteArray m_got;
    bool m_paused = false;
};

/// Where `seen` begins in `whole` as an unbroken run of it; -1: it is none.
[[nodiscard]] qsizetype placeOf(const QByteArrayList &seen, const QByteArrayList &whole);

/// ffmpeg as a player: what it decodes and what it complains about.
class Player final : public QObject
{
    Q_OBJECT

public:
    explicit Player(const QString &source, const QStringList &inputOptions = {});

    [[nodiscard]] bool waitForEnd(int timeoutMs = 30'000);
    [[nodiscard]] QByteArrayList pictures() const { return hashes(true); } ///< of decoded pictures
    [[nodiscard]] QByteArrayList sounds() const { return hashes(false); }  ///< of compressed frames
    [[nodiscard]] bool timeGrows() const;
    [[nodiscard]] QList<qint64> times(bool video) const;         ///< of presentation, in ticks of the track
    [[nodiscard]] QByteArray faults() const { return m_errors; } ///< all that it complained about

private:
    [[nodiscard]] QByteArrayList hashes(bool video) const;
    [[nodiscard]] QList<QByteArrayList> lines(bool video) const; ///< of framemd5, in their columns
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

} // namespace aspersor::test
